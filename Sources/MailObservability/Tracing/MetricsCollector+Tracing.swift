// When does tracing begin, and what do the metrics know of it?

import MetricInstruments
import TraceSpans

extension MetricsCollector {
  /// Begins to trace. From now on ``tracing`` records spans, observations inside of a sampled span have its
  /// identifiers for an exemplar, and scrapes show `observability_spans_total` and
  /// `observability_recent_traces_bytes`.
  ///
  /// An exemplar source that was set with ``Registry/setExemplarSource(_:)`` is replaced; one that is set
  /// later replaces this one.
  ///
  /// - Throws: ``MetricsConfigError`` for a setting that cannot be used, and when tracing was started before.
  public func startTracing(_ config: TracingConfig) throws(MetricsConfigError) {
    try startTracing(config, clock: .system)
  }

  func startTracing(_ config: TracingConfig, clock: SpanClock) throws(MetricsConfigError) {
    try config.validate()
    guard tracing.start(config, clock: clock) else {
      throw MetricsConfigError(
        .conflict, setting: "serviceName", value: config.serviceName,
        "comes too late: tracing was started before")
    }
    registry.set(own: TracingCollector(tracing.tracer, namespace: registry.namespace))
    registry.setExemplarSource {
      guard let context = TraceSpan.current?.context, context.isSampled else { return nil }
      return ["trace_id": context.traceID.description, "span_id": context.spanID.description]
    }
  }

  /// Starts no further spans, and tracing does not start again. Spans that were started go on until they end. Before the
  /// start it does nothing.
  public func stopTracing() { tracing.tracer.stop() }
}
