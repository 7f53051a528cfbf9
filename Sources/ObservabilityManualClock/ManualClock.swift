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

    /// Moves to what is due next, if that is not after `end`, and takes it.
    mutating func takeNext(until end: Duration) -> Call? {
      let due = calls.indices.filter { calls[$0].due <= end }
      guard let index = due.min(by: { calls[$0].due < calls[$1].due }) else { return nil }
      let call = calls.remove(at: index)
      now = max(now, call.due)
      return call
    }
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
      // Not clamped: what is due after the last moment that there is never comes.
      let due = state.now + max(delay, .zero).clamped
      state.calls.append(Call(id: state.lastID, due: due, fire: fire))
      return state.lastID
    }
    return Token(id: id, clock: self)
  }

  /// Lets `duration` pass, stopping at every moment at which something is due on the way. A negative one is
  /// none.
  ///
  /// Each call moves the clock by its own duration: two threads that let five seconds pass at once move it by
  /// ten, and so does what is due when it lets time pass itself. Whatever asks for another call after no time
  /// at all holds the clock.
  public func advance(by duration: Duration) {
    var left = max(duration, .zero).clamped
    while let call = takeNext(within: &left) { call.fire() }
  }

  /// Moves to what is due next and takes it; to the end of the time that is left when nothing is.
  private func takeNext(within left: inout Duration) -> Call? {
    let (call, passed) = state.withLock { [left] state in
      let start = state.now
      let end = start.later(by: left)
      let call = state.takeNext(until: end)
      if call == nil { state.now = end }
      return (call, state.now - start)
    }
    left -= passed
    return call
  }

  /// Does what is due next, if that is not after `end`, and says whether there was something.
  package func fireNext(until end: Duration) -> Bool {
    guard let call = state.withLock({ $0.takeNext(until: end) }) else { return false }
    call.fire()
    return true
  }

  /// Lets `duration` pass in which nothing ran, as when the process was stopped or the machine suspended;
  /// then makes the calls that are overdue.
  package func jump(by duration: Duration) {
    let end = state.withLock { state in
      state.now = state.now.later(by: duration)
      return state.now
    }
    while fireNext(until: end) {}
  }
}

extension Duration {
  /// The moment that is `delay` later, but no earlier, and no later than the clamped durations go.
  fileprivate func later(by delay: Duration) -> Duration { (self + max(delay, .zero).clamped).clamped }
}
