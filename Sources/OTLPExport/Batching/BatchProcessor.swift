// When does a batch of spans leave, how often is it tried, and when is it given up?

import ObservabilityPlatform

/// The way of spans from their queue to a collector, as a pure state machine: how many are queued, the time
/// and what the collector answers go in, what is to be done comes out. It opens no socket, reads no clock and
/// never sees a span.
///
/// One batch at a time is in hand. It is taken when there are enough, when the oldest has waited long enough
/// or somebody asks for it, and is sent until the collector answers or its time is up; then it is given up
/// and counted, and the next one is tried, so what waits for a collector that is down is the queue and one
/// batch. Times are in nanoseconds of one clock that does not go back.
///
/// Source: OpenTelemetry, "Batching processor"; OTLP specification, "Failures".
package struct BatchProcessor: Sendable {
  package struct Settings: Sendable {
    /// The most spans of a batch, and how many make one leave.
    package var batchSize = 512
    /// How long the first span of a batch waits for others.
    package var delay: Duration = .seconds(5)
    /// How long a batch is tried, pauses included.
    package var timeout: Duration = .seconds(10)

    package init() {}
  }

  package enum Action: Sendable, Hashable {
    /// Take at most so many out of the queue, and say with `taken(_:at:)` how many there were.
    case take(Int)
    /// Send what is in hand; `answered(_:_:at:random:)` says how that has ended.
    case send(attempt: UInt64, within: Duration)
    /// Cancel the attempt, and say with `answered` when it has ended: another one does not begin before.
    case cancel(attempt: UInt64)
    /// Nothing, until that time, or until so many are queued, or something is said.
    case wait(until: Int64?, queued: Int?)
    /// All is over: what is queued is dropped.
    case finish
  }

  /// What has become of spans that were taken.
  package struct Totals: Sendable, Hashable {
    package var taken: UInt64 = 0
    package var exported: UInt64 = 0
    /// Refused by a collector that has taken others of the same batch.
    package var rejected: UInt64 = 0
    package var dropped: UInt64 = 0
    package var droppedAtShutdown: UInt64 = 0

    package var settled: UInt64 { exported + rejected + dropped + droppedAtShutdown }
    package init() {}
  }

  private enum Phase {
    case idle
    /// Until then it is not worth taking: somebody is just putting a span into the queue.
    case retaking(Int64)
    case waitingToSend
    case sending
    /// The attempt was called off and has not ended.
    case cancelling
    case over
  }

  private let settings: Settings
  private var phase = Phase.idle
  private var retry = RetryPolicy()
  private var attempt: UInt64 = 0
  private var isCancelSaid = false
  /// When what is in hand is given up.
  private var deadline = Int64.max
  /// When what is queued leaves although it is little; nil while nothing is queued.
  private var leaving: Int64?
  private var flushTarget: UInt64 = 0
  private var end: Int64?
  /// How many spans are in hand.
  package private(set) var inHand = 0
  package private(set) var totals = Totals()

  package init(_ settings: Settings) {
    var settings = settings
    settings.batchSize = max(settings.batchSize, 1)
    settings.delay = max(settings.delay, .zero)
    settings.timeout = max(settings.timeout, .milliseconds(1))
    self.settings = settings
  }

  /// Whether nothing more is to come.
  package var isOver: Bool { if case .over = phase { true } else { false } }
  /// Whether the collector has failed since it last answered.
  package var isFailing: Bool { retry.failures > 0 }

  // MARK: - What is said to it

  /// Everything that is queued is to leave now.
  ///
  /// - Returns: what `totals.settled` reaches when it has.
  package mutating func flush(queued: Int) -> UInt64 {
    let target = totals.settled + UInt64(inHand + max(queued, 0))
    flushTarget = max(flushTarget, target)
    return target
  }

  /// Everything that is queued is to leave until `end`, at which the rest is dropped. A second call can only
  /// bring the end nearer.
  package mutating func shutdown(end: Int64) {
    if self.end == nil { retry.hurry() }
    self.end = min(self.end ?? .max, end)
  }

  package mutating func taken(_ count: Int, at now: Int64) {
    guard count > 0 else {
      // A thread that was interrupted while it put a span there.
      phase = .retaking(now.clampedAdding(1_000_000))
      return
    }
    inHand = count
    totals.taken += UInt64(count)
    leaving = nil
    deadline = now.clampedAdding(settings.timeout.clampedNanoseconds)
    phase = .waitingToSend
  }

  /// So many of what is in hand cannot be sent at all.
  package mutating func unsendable(_ count: Int) {
    let count = min(max(count, 0), inHand)
    if count == inHand { return settle { $0.dropped += $1 } }
    totals.dropped += UInt64(count)
    inHand -= count
  }

  /// An attempt has ended.
  ///
  /// - Parameter random: 0 to 1, for the next pause.
  package mutating func answered(_ attempt: UInt64, _ answer: ExportAnswer, at now: Int64, random: Double) {
    guard attempt == self.attempt else { return }
    switch phase {
    case .cancelling:
      // What it was for has been given up.
      phase = .idle
      return
    case .sending: break
    default: return
    }
    switch answer {
    case .accepted(let rejected, _):
      retry.answered()
      let rejected = UInt64(min(max(rejected, 0), inHand))
      settle {
        $0.exported += $1 - rejected
        $0.rejected += rejected
      }
    case .refused(let refusal) where refusal.isRetryable:
      retry.failed(retryAfter: refusal.retryAfter, at: now, random: random)
      phase = .waitingToSend
    case .refused(let refusal):
      if refusal.isAnswer { retry.answered() }
      settle { $0.dropped += $1 }
    }
  }

  private mutating func settle(_ count: (inout Totals, UInt64) -> Void) {
    count(&totals, UInt64(inHand))
    inHand = 0
    deadline = .max
    phase = .idle
  }

  // MARK: - What is to be done

  /// What is to be done now. Asked again after everything that was done or said, and when a wait is over.
  package mutating func next(queued: Int, at now: Int64) -> Action {
    if let end, now >= end { return finish() }
    switch phase {
    case .over: return .finish
    case .idle: return idle(queued, now)
    case .retaking(let time):
      if now < time { return .wait(until: earlier(time, end), queued: nil) }
      phase = .idle
      return idle(queued, now)
    case .waitingToSend:
      let due = max(retry.pauseEnd, now)
      if due >= lastMoment {
        giveUp(now)
        return next(queued: queued, at: now)
      }
      if due > now { return .wait(until: due, queued: nil) }
      attempt &+= 1
      isCancelSaid = false
      phase = .sending
      return .send(attempt: attempt, within: .nanoseconds(lastMoment - now))
    case .sending:
      if now < deadline { return .wait(until: lastMoment, queued: nil) }
      // What was in hand is given up now; the attempt is only waited for.
      settle { $0.dropped += $1 }
      retry.failed(retryAfter: nil, at: now, random: 1)
      phase = .cancelling
      return next(queued: queued, at: now)
    case .cancelling:
      if isCancelSaid { return .wait(until: end, queued: nil) }
      isCancelSaid = true
      return .cancel(attempt: attempt)
    }
  }

  private var lastMoment: Int64 { min(deadline, end ?? .max) }

  /// There is no time left before the next attempt.
  private mutating func giveUp(_ now: Int64) {
    // At the end of all there is nothing to wait for, not even the end.
    if let end, max(retry.pauseEnd, now) >= end { self.end = min(end, now) }
    if end != nil, lastMoment < deadline {
      settle { $0.droppedAtShutdown += $1 }
    } else {
      settle { $0.dropped += $1 }
    }
  }

  private mutating func idle(_ queued: Int, _ now: Int64) -> Action {
    let isAsked = end != nil || totals.settled < flushTarget
    guard queued > 0 else {
      leaving = nil
      if end != nil { return finish() }
      // What was counted has been taken: there is nothing to flush.
      flushTarget = min(flushTarget, totals.settled)
      return .wait(until: nil, queued: 1)
    }
    let leaving = self.leaving ?? now.clampedAdding(settings.delay.clampedNanoseconds)
    self.leaving = leaving
    let isDue = isAsked || queued >= settings.batchSize || now >= leaving
    guard isDue else { return .wait(until: leaving, queued: settings.batchSize) }
    if retry.pauseEnd > now {
      // The queue keeps what a collector that is down cannot take.
      if let end, retry.pauseEnd >= end { return finish() }
      return .wait(until: retry.pauseEnd, queued: nil)
    }
    return .take(settings.batchSize)
  }

  private mutating func finish() -> Action {
    if inHand > 0 { settle { $0.droppedAtShutdown += $1 } }
    phase = .over
    return .finish
  }

  private func earlier(_ time: Int64, _ other: Int64?) -> Int64 { min(time, other ?? .max) }
}
