// How do tests let time pass without waiting for it?

public import ObservabilityPlatform

/// A clock that moves only when a test tells it to.
///
/// It begins at zero. What is due is done by ``advance(by:)`` itself, on the thread that calls it. May be used
/// from any thread.
public final class ManualClock: OneShotTimer {
  private struct Call {
    let id: Int
    let due: Duration
    let fire: @Sendable () -> Void
  }

  private struct State {
    var now = Duration.zero
    var calls: [Call] = []
    var lastID = 0
  }

  package struct Token: OneShotTimerToken {
    let id: Int
    let clock: ManualClock

    package func cancel() { clock.state.withLock { state in state.calls.removeAll { $0.id == id } } }
  }

  private let state = Locked(State())

  /// A clock that has not moved yet.
  public init() {}

  /// The time since the clock was made.
  public var elapsed: Duration { state.withLock { $0.now } }
  /// Calls that are waiting.
  package var pendingCalls: Int { state.withLock { $0.calls.count } }
  /// Calls that have been asked for, whatever has become of them.
  package var scheduledCalls: Int { state.withLock { $0.lastID } }

  package func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token {
    let id = state.withLock { state in
      state.lastID += 1
      let due = state.now.later(by: delay)
      state.calls.append(Call(id: state.lastID, due: due, fire: fire))
      return state.lastID
    }
    return Token(id: id, clock: self)
  }

  /// Lets `duration` pass, stopping at every moment at which something is due on the way. A negative one is
  /// none.
  public func advance(by duration: Duration) {
    let end = elapsed.later(by: duration)
    while let call = takeNext(until: end) { call.fire() }
    state.withLock { $0.now = max($0.now, end) }
  }

  /// Does what is due next, if that is not after `end`, and says whether there was something.
  package func fireNext(until end: Duration) -> Bool {
    guard let call = takeNext(until: end) else { return false }
    call.fire()
    return true
  }

  /// Lets `duration` pass in which nothing ran, as when the process was stopped or the machine suspended;
  /// then makes the calls that are overdue.
  package func jump(by duration: Duration) {
    state.withLock { $0.now = $0.now.later(by: duration) }
    let end = elapsed
    while let call = takeNext(until: end) { call.fire() }
  }

  private func takeNext(until end: Duration) -> Call? {
    state.withLock { state in
      let due = state.calls.indices.filter { state.calls[$0].due <= end }
      guard let index = due.min(by: { state.calls[$0].due < state.calls[$1].due }) else { return nil }
      let call = state.calls.remove(at: index)
      state.now = max(state.now, call.due)
      return call
    }
  }
}

extension Duration {
  /// The moment that is `delay` later, but no earlier, and no later than the clamped durations go.
  fileprivate func later(by delay: Duration) -> Duration { (self + max(delay, .zero).clamped).clamped }
}
