// Who makes spans for libraries that use swift-distributed-tracing?

#if DistributedTracing
  public import Instrumentation
  public import MailObservability
  public import TraceSpans
  public import Tracing

  /// The tracer of a mail server as one of swift-distributed-tracing, for libraries that make their spans by that.
  ///
  /// ```swift
  /// InstrumentationSystem.bootstrap(DistributedTracer(metrics.tracing))
  /// ```
  ///
  /// Their spans are children of those of the mail server, and the other way round: both sides have one current span,
  /// the innermost, which is ``TraceSpan/current`` and in `ServiceContext.current`. Making the first tracer of a
  /// process sees to that for all spans that begin afterwards, as long as the process lives; nothing else happens
  /// behind the host's back. It may be made before tracing is started. Spans that it starts until then, and after the
  /// end, record nothing, and the context of a caller is handed on as it came.
  ///
  /// A value: copies are the same tracer, and any thread may use them.
  public struct DistributedTracer: Tracer {
    /// What this tracer starts.
    public typealias Span = DistributedSpan

    let tracer: SpanTracer
    private let tracing: MailTracing?
    private let believesCallers: Bool

    /// The tracer of a mail server.
    ///
    /// - Parameters:
    ///   - tracing: that of a ``MetricsCollector``.
    ///   - believesCallers: whether `extract` believes the `traceparent` of whoever sends one, which begins, joins and
    ///     samples traces. False by default, since it is not known who that is; true for a server that only one's own
    ///     services can reach. For others there is ``MailTracing/context(traceparent:tracestate:from:)``.
    public init(_ tracing: MailTracing, believesCallers: Bool = false) {
      self.init(tracing.tracer, tracing, believesCallers)
    }

    /// A tracer without a mail server. `forceFlush` has nothing to do.
    ///
    /// - Parameters:
    ///   - tracer: starts the spans.
    ///   - believesCallers: as of ``init(_:believesCallers:)``.
    public init(_ tracer: SpanTracer, believesCallers: Bool = false) {
      self.init(tracer, nil, believesCallers)
    }

    private init(_ tracer: SpanTracer, _ tracing: MailTracing?, _ believesCallers: Bool) {
      self.tracer = tracer
      self.tracing = tracing
      self.believesCallers = believesCallers
      InstalledBridge.install(ServiceContextBridge.self)
    }

    /// Starts a span, which has to be ended.
    ///
    /// - Parameters:
    ///   - operationName: what is done, one of few. Cut at 256 bytes.
    ///   - context: what the span belongs to: the span in it, if there is one of ours.
    ///   - kind: what the span is to that.
    ///   - instant: when the work began. A time to come is taken for now.
    ///   - function: not used.
    ///   - fileID: not used.
    ///   - line: not used.
    public func startSpan<Instant: TracerInstant>(
      _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
      at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> DistributedSpan {
      let context = context()
      guard tracer.isStarted else { return DistributedSpan(nil, context) }
      let parent = context[SpanKey.self].map { TraceSpan.Parent.span(TraceSpan($0)) }
      let span = tracer.startSpan(
        operationName, kind: TraceSpan.Kind(kind), parent: parent ?? .none,
        atNanoseconds: Int64(clamping: instant().nanosecondsSinceEpoch))
      return DistributedSpan(span.identity, context)
    }

    /// The span in a context, as long as it is recorded: nil after its end, for one of which only the context goes
    /// on, as where it is not sampled, for one of another process or of another tracer, and where there is none.
    public func activeSpan(identifiedBy context: InstrumentationContext) -> DistributedSpan? {
      guard let identity = context[SpanKey.self], TraceSpan(identity).isActive(in: tracer) else { return nil }
      return DistributedSpan(identity, context, isInContext: true)
    }

    /// Has the spans that have ended by now sent to the collector, without waiting for that. Whoever wants to wait has
    /// ``MailTracing/flush(within:)``.
    public func forceFlush() { tracing?.beginFlush() }

    /// Reads the fields `traceparent` and `tracestate`. Where there is none that can be read, and unless callers are
    /// believed, the context stays as it is.
    ///
    /// Source: W3C Trace Context.
    public func extract<Carrier, Extract: Extractor>(
      _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
      guard believesCallers, tracing?.propagates ?? true,
        let traceparent = extractor.extract(key: "traceparent", from: carrier)
      else { return }
      let tracestate = extractor.extract(key: "tracestate", from: carrier)
      let remote = TraceContext(traceparent: traceparent, tracestate: tracestate.map { [$0] } ?? [])
      if let remote { context[SpanKey.self] = SpanIdentity(remote) }
    }

    /// Writes the fields `traceparent`, and `tracestate` where there is one, of the span in the context; nothing where
    /// there is none, and with ``TracingConfig/propagation`` `none`.
    ///
    /// Source: W3C Trace Context.
    public func inject<Carrier, Inject: Injector>(
      _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
      guard let context = context[SpanKey.self]?.context, tracing?.propagates ?? true else { return }
      injector.inject(context.traceparent, forKey: "traceparent", into: &carrier)
      if let state = context.tracestate { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }
  }

  extension TraceSpan.Kind {
    fileprivate init(_ kind: SpanKind) {
      switch kind {
      case .server: self = .server
      case .client: self = .client
      case .producer: self = .producer
      case .consumer: self = .consumer
      case .internal: self = .internal
      }
    }
  }
#endif
