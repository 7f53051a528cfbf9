// How does a test hold up code for as long as it wants?

import ObservabilityPlatform

/// Holds callers until it is opened, whatever becomes of their tasks, like code that hangs.
package final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var held: [CheckedContinuation<Void, Never>] = []
    var arrivals: [CheckedContinuation<Void, Never>] = []
    var visits = 0
  }

  private let state = Locked(State())

  package init() {}

  /// How often the gate has been reached.
  package var visits: Int { state.withLock { $0.visits } }

  package func pass() async {
    await withCheckedContinuation { continuation in
      let (isOpen, arrivals) = state.withLock { state in
        state.visits += 1
        if !state.isOpen { state.held.append(continuation) }
        defer { state.arrivals = [] }
        return (state.isOpen, state.arrivals)
      }
      for arrival in arrivals { arrival.resume() }
      if isOpen { continuation.resume() }
    }
  }

  /// Waits until somebody has reached the gate.
  package func entered() async {
    await withCheckedContinuation { continuation in
      let hasEntered = state.withLock { state in
        if state.visits == 0 { state.arrivals.append(continuation) }
        return state.visits > 0
      }
      if hasEntered { continuation.resume() }
    }
  }

  package func open() {
    let held = state.withLock { state in
      defer { state.held = [] }
      state.isOpen = true
      return state.held
    }
    for continuation in held { continuation.resume() }
  }

  package func close() { state.withLock { $0.isOpen = false } }
}
