// How do tests let time pass without waiting for it?

import ObservabilityPlatform

/// A clock and a timer that move only when they are told to.
package final class ManualClock: OneShotTimer {
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

  package init() {}

  /// The time since the clock was made.
  package var elapsed: Duration { state.withLock { $0.now } }
  /// Calls that are waiting.
  package var pendingCalls: Int { state.withLock { $0.calls.count } }
  /// Calls that have been asked for, whatever has become of them.
  package var scheduledCalls: Int { state.withLock { $0.lastID } }

  package func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token {
    let id = state.withLock { state in
      state.lastID += 1
      let due = state.now + max(delay, .zero)
      state.calls.append(Call(id: state.lastID, due: due, fire: fire))
      return state.lastID
    }
    return Token(id: id, clock: self)
  }

  /// Lets `duration` pass, stopping at every call that falls due on the way.
  package func advance(by duration: Duration) {
    let end = elapsed + duration
    while let call = takeNext(until: end) { call.fire() }
    state.withLock { $0.now = max($0.now, end) }
  }

  /// Lets `duration` pass in which nothing ran, as when the process was stopped or the machine suspended;
  /// then makes the calls that are overdue.
  package func jump(by duration: Duration) {
    state.withLock { $0.now += duration }
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
