// What is kept of a span that is recorded?

import ObservabilityPlatform

/// One span: what it began with, what was said of it, and when it ended. After that nothing of it changes.
@usableFromInline
package final class SpanRecording: SpanIdentity, @unchecked Sendable {
  package let parent: TraceContext?
  package let kind: TraceSpan.Kind
  /// Nanoseconds since 1970-01-01 UTC.
  package let start: Int64

  /// What is known of a span when it ends.
  struct Ending {
    /// Nanoseconds since 1970-01-01 UTC.
    let time: Int64
    let hasFailed: Bool
    /// ``SpanRecording/byteCount``.
    let byteCount: Int
  }

  private struct State {
    var name: String
    var contents: SpanContents
    var end: Int64?
    // What leads on from a span until it has ended: each is taken by whoever ends it. An ended span refers to
    // nothing that may refer to it.
    var stripe: TracerStripe?
    var trace: TraceRecord?
  }

  private let isRoot: Bool

  private let counts: SpanCounts.Share
  private let limits: SpanLimits
  private let clock: SpanClock
  // The two clocks at one moment, from which every later time follows.
  private let baseWall: Int64
  private let baseMonotonic: Int64
  private let lock = WordLock()
  // Whoever has the lock has it alone; the checks of the language would cost more than that.
  @exclusivity(unchecked) nonisolated(unsafe) private var state: State

  init(
    _ beginning: __shared Beginning, context: __shared TraceContext, parent: __shared TraceContext?,
    _ stripe: TracerStripe, _ trace: TraceRecord, isRoot: Bool
  ) {
    self.parent = parent
    kind = beginning.kind
    start = beginning.start
    baseWall = beginning.wall
    baseMonotonic = beginning.monotonic
    let limits = stripe.core.limits
    self.limits = limits
    clock = stripe.core.clock
    counts = stripe.counts
    self.isRoot = isRoot
    var contents = SpanContents(attributeCapacity: min(limits.attributes, 10))
    for link in beginning.links { contents.add(link, limits) }
    state = State(name: beginning.name, contents: contents, end: nil, stripe: stripe, trace: trace)
    super.init(context)
  }

  deinit {
    // Nobody can end it any more.
    if let stripe = state.stripe.take(), let trace = state.trace.take() {
      stripe.core.abandon(context, trace, isRoot: isRoot)
    }
  }

  /// What a span is started with.
  struct Beginning {
    let name: String
    let kind: TraceSpan.Kind
    let links: [TraceSpan.Link]
    /// Nanoseconds since 1970-01-01 UTC.
    let start: Int64
    /// The two clocks at the moment at which it was started.
    let wall: Int64
    let monotonic: Int64

    init(
      _ name: String, _ kind: TraceSpan.Kind, _ links: [TraceSpan.Link], at start: Int64?,
      _ clock: SpanClock
    ) {
      self.name = name.cut(toBytes: SpanLimits.nameLength)
      self.kind = kind
      self.links = links
      wall = clock.wallNanoseconds
      monotonic = clock.monotonicNanoseconds
      self.start = start.map { [wall] in min($0, wall) } ?? wall
    }
  }

  // MARK: - Changes

  @usableFromInline
  func set(_ attribute: TraceSpan.Attribute) { change { $0.set(attribute, limits) } }
  func set(_ status: TraceSpan.Status) { change { $0.set(status, limits) } }
  func add(_ link: TraceSpan.Link) { change { $0.add(link, limits) } }

  func replaceAttributes(_ attributes: [TraceSpan.Attribute]) {
    change { $0.replaceAttributes(attributes, limits) }
  }

  func add(_ event: TraceSpan.Event, at time: Duration?) {
    add(event, atNanoseconds: time?.clampedNanoseconds)
  }

  func add(_ event: TraceSpan.Event, atNanoseconds time: Int64?) {
    let now = now
    let time = time.map { max(start, min($0, now)) } ?? now
    change { $0.add(event, at: time, limits) }
  }

  func rename(_ name: String) {
    let name = name.cut(toBytes: SpanLimits.nameLength)
    lock.lock()
    guard state.end == nil else {
      lock.unlock()
      return counts.counts.add(.changeAfterEnd)
    }
    // Its owner is let go of outside of the lock.
    let old = state.name
    state.name = name
    lock.unlock()
    withExtendedLifetime(old) {}
  }

  @inline(__always)
  private func change(_ body: (inout SpanContents) -> Void) {
    lock.lock()
    guard state.end == nil else {
      lock.unlock()
      return counts.counts.add(.changeAfterEnd)
    }
    body(&state.contents)
    lock.unlock()
  }

  @usableFromInline
  func end(at end: Duration?) { finish(at: end?.clampedNanoseconds ?? now) }

  func end(atNanoseconds end: Int64, isClock: Bool) {
    guard isClock else { return finish(at: end) }
    let now = now
    // Where the clocks agree it does not matter; where they do not, one that was just read differs from the time of day
    // by no more than the way here.
    let isNow =
      SpanRecording.areClose(end, now) || SpanRecording.areClose(end, clock.wallNanoseconds)
    finish(at: isNow ? now : end)
  }

  /// Within ten microseconds.
  private static func areClose(_ time: Int64, _ other: Int64) -> Bool {
    let (distance, overflow) = time.subtractingReportingOverflow(other)
    return !overflow && distance.magnitude <= 10_000
  }

  private func finish(at end: Int64) {
    let end = max(end, start)
    lock.lock()
    guard state.end == nil, let stripe = state.stripe.take(), let trace = state.trace.take() else {
      lock.unlock()
      return counts.counts.add(.changeAfterEnd)
    }
    state.end = end
    let ending = Ending(
      time: end, hasFailed: state.contents.hasFailed, byteCount: ownByteCount)
    lock.unlock()
    stripe.core.finish(self, ending, of: trace, isRoot: isRoot)
  }

  /// Nanoseconds since 1970-01-01 UTC, by the monotonic clock since the span was started.
  private var now: Int64 {
    baseWall.clampedAdding(clock.monotonicNanoseconds.clampedDistance(from: baseMonotonic))
  }

  // MARK: - Readings

  package var name: String { lock.withLock { state.name } }
  package var isEnded: Bool { lock.withLock { state.end != nil } }
  package var end: Int64? { lock.withLock { state.end } }
  package var status: TraceSpan.Status { lock.withLock { state.contents.status } }
  package var contents: SpanContents { lock.withLock { state.contents } }
  /// The trace that the span is part of in this process, until it has ended. Nil for another tracer, which
  /// keeps its own.
  func trace(of tracer: TracerCore) -> TraceRecord? {
    lock.withLock { state.stripe?.core === tracer ? state.trace : nil }
  }

  @usableFromInline
  package func attribute(_ key: String) -> TraceSpan.AttributeValue? {
    lock.withLock { state.contents.attributes[key] }
  }

  /// About as much memory as it takes.
  package var byteCount: Int { lock.withLock { ownByteCount } }

  /// Under the lock. With room for a few attributes, and its place in a list.
  private var ownByteCount: Int {
    928 + state.name.byteCount + context.state.text.byteCount + state.contents.byteCount
  }
}
