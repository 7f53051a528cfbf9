// When does tracing begin, and what do the metrics know of it?

import MetricInstruments
import ObservabilityHTTP
import ObservabilityPlatform
import ObservabilitySockets
import OTLPExport
import Synchronization
import TraceSpans

extension MetricsCollector {
  /// Begins to trace. From now on ``tracing`` records spans, which go to the collector that `config` names,
  /// by a thread of the library's own; observations inside of a sampled span have its identifiers for an
  /// exemplar; and scrapes show `observability_spans_total`, `observability_exports_total` and what else
  /// there is of it.
  ///
  /// Whether the collector is there is not asked: what it does not take is dropped, counted and said to
  /// ``TracingConfig/log``. End it with ``MailTracing/shutdown(within:)``, or the last spans are lost. When
  /// the collector of metrics goes away without that, nothing is left of the export.
  ///
  /// While ``TracingConfig/enabled`` is false nothing is done. An exemplar source that was set with
  /// ``Registry/setExemplarSource(_:)`` is replaced; one that is set later replaces this one.
  ///
  /// - Throws: ``MetricsConfigError`` for a setting that cannot be used, when the system gives no thread, and
  ///   when tracing was started or ended before.
  public func startTracing(_ config: TracingConfig) throws(MetricsConfigError) {
    try startTracing(config, clock: .system)
  }

  func startTracing(_ config: TracingConfig, clock: SpanClock) throws(MetricsConfigError) {
    guard config.enabled else { return config.sayWarnings() }
    try config.validate()
    let tooLate = MetricsConfigError(
      .conflict, setting: "serviceName", value: config.serviceName,
      "comes too late: tracing was started or ended before")
    guard !tracing.isStarted, !tracing.ending.hasBegun else { throw tooLate }
    if let endpoint = try config.exportEndpoint() {
      try startExport(to: endpoint, config, clock, tooLate)
    } else {
      guard tracing.start(config, clock: clock) else { throw tooLate }
      config.sayWarnings()
    }
    registry.set(
      own: TracingCollector(tracing.tracer, tracing.export.current, namespace: registry.namespace))
    registry.setExemplarSource {
      guard let context = TraceSpan.current?.context, context.isSampled else { return nil }
      return ["trace_id": context.traceID.description, "span_id": context.spanID.description]
    }
  }

  private func startExport(
    to endpoint: ClientEndpoint, _ config: TracingConfig, _ clock: SpanClock, _ tooLate: MetricsConfigError
  ) throws(MetricsConfigError) {
    let loop: EventLoop
    do throws(SocketError) {
      loop = try EventLoop(name: "span export")
    } catch {
      throw .failed(setting: "exporter", value: "otlp", "cannot be used", error)
    }
    let log = LogDelivery(to: config.log, timer: loop)
    // Where no server runs, somebody has to say how often an exemplar is asked for.
    let ticks = registry.beginExemplarTicks(on: loop)
    var made: (any SpanExporter)?
    do {
      let exporter = try config.exporter(to: endpoint, log, on: loop)
      made = exporter
      let observer = observer(try ExportMetrics(registry), log, ticks)
      let resource = OTLPResource(
        serviceName: config.serviceName, serviceVersion: build.version, given: config.resource)
      let encoder = TraceRequestEncoder(resource)
      var settings = BatchProcessor.Settings()
      settings.batchSize = config.batchSize
      settings.delay = config.batchDelay
      settings.timeout = config.exportTimeout
      let isStarted = tracing.start(config, clock: clock) { queue in
        SpanExport(
          queue, on: loop, through: exporter, settings: settings, observer: observer, encoder: encoder)
      }
      guard isStarted else { throw tooLate }
      for warning in config.warnings { log.send(.warning, warning) }
    } catch {
      registry.endExemplarTicks(ticks)
      log.end()
      if let made { loop.execute { made.close {} } }
      loop.shutdown()
      if let error = error as? MetricsConfigError { throw error }
      throw MetricsConfigError(.conflict, setting: "exporter", value: "otlp", "cannot be used: \(error)")
    }
  }

  private func observer(
    _ metrics: ExportMetrics, _ log: LogDelivery, _ ticks: UInt64
  ) -> SpanExportObserver {
    var observer = SpanExportObserver()
    observer.settled = { result, duration in
      metrics.exports[.traces, result].increment()
      metrics.duration.observeWithoutExemplar(duration)
    }
    observer.said = { text, isWarning in log.send(isWarning ? .warning : .info, text) }
    // The registry holds on to the export.
    observer.ended = { [weak registry] in
      registry?.endExemplarTicks(ticks)
      log.end()
    }
    return observer
  }

  /// Starts no further spans, and tracing does not start again. Spans that have ended still go to the
  /// collector; those that end later do not. ``MailTracing/shutdown(within:)`` ends the rest. Before the
  /// start it does nothing.
  public func stopTracing() {
    tracing.tracer.stop()
    tracing.export.current?.sendRest()
  }
}

extension TracingConfig {
  /// What else is said of this process to a collector.
  fileprivate var resource: [TraceSpan.Attribute] {
    resourceAttributes.sorted { $0.key < $1.key }.map { TraceSpan.Attribute($0.key, $0.value) }
  }

  fileprivate func exporter(
    to endpoint: ClientEndpoint, _ log: LogDelivery, on loop: EventLoop
  ) throws -> any SpanExporter {
    let fields = headers.fields.map { ($0.name, $0.value) }
    let kind: ExportTransport.Kind = `protocol` == .grpc ? .grpc : .https
    if `protocol` == .grpc || endpoint.scheme == .https,
      let transport = transports.last(where: { $0.kind == kind })
    {
      var target = ExportTarget(endpoint)
      target.headers = fields
      target.isCompressed = compression == .gzip
      target.timeout = exportTimeout
      if endpoint.scheme == .https { target.tls = try tlsMaterial() }
      target.warn = { log.send(.warning, $0) }
      do throws(TransportFault) {
        return try transport.make(target, loop)
      } catch {
        throw fault(error)
      }
    }
    var gzip: Gzip?
    if compression == .gzip {
      do throws(Gzip.Unavailable) {
        gzip = try Gzip()
      } catch {
        log.send(.warning, "spans are exported uncompressed: \(error.reason)")
      }
    }
    return try OTLPHTTPExporter(to: endpoint, headers: fields, gzip: gzip, timeout: exportTimeout, on: loop)
  }

  /// Says what there is to say where no export does it.
  fileprivate func sayWarnings() {
    guard !warnings.isEmpty else { return }
    let log = LogDelivery(to: log, timer: TaskSleepTimer())
    for warning in warnings { log.send(.warning, warning) }
    log.end()
  }
}
