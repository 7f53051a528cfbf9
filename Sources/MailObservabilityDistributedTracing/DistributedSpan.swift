// What does a library that uses swift-distributed-tracing hold while it does something that is traced?

#if DistributedTracing
  public import Instrumentation
  public import TraceSpans
  public import Tracing

  /// A span that ``DistributedTracer`` has started: a ``TraceSpan`` as the protocol has it.
  ///
  /// A value that stands for one span: copies are the same span, and any thread may use them. Where nothing is recorded,
  /// and after the end, whatever is done to it does nothing; values are not even asked for their descriptions.
  public struct DistributedSpan: Tracing.Span {
    // Three words at most, which an existential holds without memory of its own.
    private let base: InstrumentationContext
    private let identity: SpanIdentity?
    private let isInBase: Bool

    /// A span of a context, which may have it.
    init(_ identity: SpanIdentity?, _ context: InstrumentationContext, isInContext: Bool = false) {
      self.identity = identity
      base = context
      isInBase = isInContext
    }

    /// The context of what is done in the span. It has the span, also where that is not sampled. Made each time,
    /// since it takes memory of its own, and most spans are asked for it once or never.
    public var context: InstrumentationContext {
      guard let identity, !isInBase else { return base }
      var context = base
      context[SpanKey.self] = identity
      return context
    }

    /// The same span as this library has it; one that does nothing while the tracer is not started.
    public var traceSpan: TraceSpan { identity.map { TraceSpan($0) } ?? .absent }

    private var recording: TraceSpan? {
      guard let identity else { return nil }
      let span = TraceSpan(identity)
      return span.isRecording ? span : nil
    }

    /// Whether what is said of the span is kept.
    public var isRecording: Bool { recording != nil }

    /// What is done. Cut at 256 bytes; empty where nothing is recorded.
    public var operationName: String {
      get { traceSpan.name ?? "" }
      nonmutating set { traceSpan.name = newValue }
    }

    /// The attributes, as far as they are within the span's limits; none where nothing is recorded. What is not left
    /// in a new value is taken out, and so is what another thread has set since the value was read: threads that set
    /// attributes of one span do so one after the other, or by ``traceSpan``. Values that have only a description are
    /// rendered when they are set.
    public var attributes: SpanAttributes {
      get { SpanAttributes(traceSpan.attributes) }
      nonmutating set {
        guard let recording else { return traceSpan.replaceAttributes([]) }
        recording.replaceAttributes(newValue.converted)
      }
    }

    /// Says how the work has gone. After `ok` nothing replaces it. A message is exported as it is; with or without
    /// one, an error that was recorded before leaves the name of its type as the attribute `error.type`.
    public func setStatus(_ status: SpanStatus) {
      let span = traceSpan
      switch status.code {
      case .ok: span.status = .ok
      case .error:
        // What was said to be fine has not failed.
        if span.status != .ok, span["error.type"] as String? == nil, let type = span.lastErrorType {
          span["error.type"] = type
        }
        span.status = .error(status.message ?? "")
      }
    }

    /// Adds something that happened. A time before the span's start is taken for the start, and a time to come for now.
    public func addEvent(_ event: SpanEvent) {
      guard let recording else { return traceSpan.addEvent(event.name) }
      recording.addEvent(
        event.name, attributes: event.attributes.converted,
        atNanoseconds: Int64(clamping: event.nanosecondsSinceEpoch))
    }

    /// Adds an event `exception` with the name of the error's type as `exception.type`. What the error says of itself is
    /// left out, since it may hold addresses; whoever knows better gives it as an attribute, such as
    /// `exception.message`.
    public func recordError<Instant: TracerInstant>(
      _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
      guard let recording else { return traceSpan.addEvent(TraceSpan.errorEvent) }
      var converted = attributes.converted
      if attributes.get(TraceSpan.errorType) == nil {
        converted.insert(.init(TraceSpan.errorType, String(describing: type(of: error))), at: 0)
      }
      recording.addEvent(
        TraceSpan.errorEvent, attributes: converted,
        atNanoseconds: Int64(clamping: instant().nanosecondsSinceEpoch))
    }

    /// Adds a link to the span in another context; nothing where there is none of ours.
    public func addLink(_ link: SpanLink) {
      guard let other = link.context[SpanKey.self] else { return }
      traceSpan.addLink(to: other.context, attributes: isRecording ? link.attributes.converted : [])
    }

    /// Ends the span. A second end does nothing, and is counted. A time before the span's start is taken for the
    /// start. One that was just read off the default clock is measured by the monotonic one, and any other is
    /// believed.
    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
      guard let identity else { return }
      TraceSpan(identity).end(
        atNanoseconds: Int64(clamping: instant().nanosecondsSinceEpoch),
        isClock: Instant.self == DefaultTracerClock.Timestamp.self)
    }
  }

  extension TraceSpan {
    /// Source: OpenTelemetry, "Semantic conventions for exceptions on spans".
    fileprivate static let errorEvent = "exception"
    fileprivate static let errorType = "exception.type"

    fileprivate var lastErrorType: String? {
      for event in events.reversed() where event.name == TraceSpan.errorEvent {
        for attribute in event.attributes where attribute.key == TraceSpan.errorType {
          if case .string(let type) = attribute.value { return type }
        }
      }
      return nil
    }
  }
#endif
