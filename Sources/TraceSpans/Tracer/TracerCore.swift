// What does a tracer that is started consist of?

/// What spans are started with and go to when they end.
final class TracerCore: Sendable {
  let sampler: TraceSampler
  let limits: SpanLimits
  let clock: SpanClock
  let counts: SpanCounts
  /// Of ended spans; nil when nobody exports them.
  let queue: SpanQueue?
  // The same: to hold on to it for each span would make one word that all threads write.
  private let heldQueue: Unmanaged<SpanQueue>?
  let recent: RecentTraces
  /// Whether spans are recorded that are not sampled.
  private let keepsUnsampled: Bool

  init(_ settings: SpanTracer.Settings, counts: SpanCounts) {
    sampler = settings.sampler
    limits = settings.limits
    clock = settings.clock
    self.counts = counts
    queue = settings.queueCapacity > 0 ? SpanQueue(capacity: settings.queueCapacity) : nil
    heldQueue = queue.map { .passUnretained($0) }
    recent = RecentTraces(bytes: settings.recentTraceBytes, alwaysKept: settings.alwaysKeep)
    keepsUnsampled = settings.alwaysKeep != nil && settings.recentTraceBytes > 0
  }

  fileprivate func start(
    _ name: String, family: String?, kind: TraceSpan.Kind, parent: TraceSpan.Parent, links: [TraceSpan.Link],
    at start: Int64?, on stripe: TracerStripe
  ) -> TraceSpan {
    let parentSpan: TraceSpan? =
      switch parent {
      case .current: TraceSpan.current
      case .span(let span): span
      case .none, .context: nil
      }
    var parentContext = parentSpan?.context
    if case .context(let context) = parent { parentContext = context }
    let traceID = parentContext?.traceID ?? .random()
    let isSampled = sampler.isSampled(traceID, parent: parentContext)
    var flags = parentContext?.flags ?? .random
    if isSampled { flags.insert(.sampled) } else { flags.remove(.sampled) }
    let context = TraceContext(
      traceID: traceID, spanID: .random(), flags: flags, state: parentContext?.state ?? TraceState())
    counts.add(isSampled ? .sampled : .notSampled)
    guard isSampled || keepsUnsampled else { return TraceSpan(context: context, recording: nil) }
    let beginning = SpanRecording.Beginning(name, kind, links, at: start, clock)
    let known = parentSpan?.recording?.trace(of: self)
    return TraceSpan(
      context: context,
      recording: SpanRecording(
        beginning, context: context, parent: parentContext,
        stripe, known ?? recent.begin(beginning, context, family: family), isRoot: known == nil))
  }

  func finish(
    _ span: SpanRecording, _ ending: SpanRecording.Ending, of trace: consuming TraceRecord, isRoot: Bool
  ) {
    recent.add(span, ending, to: trace, isRoot: isRoot)
    // One that is not sampled was counted as such, and is kept for recent traces alone.
    guard span.context.isSampled else { return }
    guard let heldQueue else { return counts.add(.unexported) }
    switch heldQueue._withUnsafeGuaranteedRef({ $0.put(span) }) {
    case .waits: counts.add(.queued)
    case .isFull: counts.add(.dropped)
    case .isClosed: counts.add(.endedAfterStop)
    }
  }

  func abandon(_ span: TraceContext, _ trace: TraceRecord, isRoot: Bool) {
    if span.isSampled { counts.add(.abandoned) }
    if isRoot { recent.abandon(trace) }
  }
}

extension TracerStripe {
  func start(
    _ name: String, family: String?, kind: TraceSpan.Kind, parent: TraceSpan.Parent, links: [TraceSpan.Link],
    at start: Int64?
  ) -> TraceSpan {
    core.start(name, family: family, kind: kind, parent: parent, links: links, at: start, on: self)
  }
}
