// How do tests let time pass without waiting for it?

import Locking

/// A clock and a timer that move only when they are told to.
package final class ManualHealthClock: HealthClock, HealthTimer {
  private struct Call {
    let id: Int
    let due: HealthInstant
    let fire: @Sendable () -> Void
  }

  private struct State {
    var now = HealthInstant(sinceOrigin: .zero)
    var unixOrigin = Duration.seconds(1_700_000_000)
    var calls: [Call] = []
    var lastID = 0
  }

  private struct Token: HealthTimerToken {
    let id: Int
    let clock: ManualHealthClock
    func cancel() { clock.state.withLock { state in state.calls.removeAll { $0.id == id } } }
  }

  private let state = Locked(State())

  package init() {}

  package var now: HealthInstant { state.withLock { $0.now } }
  package var unixTime: Duration { state.withLock { $0.unixOrigin + $0.now.sinceOrigin } }
  /// Calls that are waiting.
  package var pendingCalls: Int { state.withLock { $0.calls.count } }

  package func schedule(
    after delay: Duration, _ fire: @escaping @Sendable () -> Void
  ) -> any HealthTimerToken {
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
    let end = now + duration
    while let call = takeNext(until: end) { call.fire() }
    state.withLock { $0.now = max($0.now, end) }
  }

  /// Lets `duration` pass in which nothing ran, as when the process was stopped or the machine suspended;
  /// then makes the calls that are overdue.
  package func jump(by duration: Duration) {
    state.withLock { $0.now = $0.now + duration }
    let end = now
    while let call = takeNext(until: end) { call.fire() }
  }

  private func takeNext(until end: HealthInstant) -> Call? {
    state.withLock { state in
      let due = state.calls.indices.filter { state.calls[$0].due <= end }
      guard let index = due.min(by: { state.calls[$0].due < state.calls[$1].due }) else { return nil }
      let call = state.calls.remove(at: index)
      state.now = max(state.now, call.due)
      return call
    }
  }
}
