// Which states hold, for an encoder that does not know their type?

import ObservabilityPlatform

/// A state set without its Swift type.
package final class AnyStateSet: Sendable {
  private struct State {
    // One bit a state would bound their number by 64; an array does not.
    var isOn: [Bool]
    var isRemoved = false
  }

  package let names: [String]
  private let state: Locked<State>
  private let context: InstrumentContext

  init(names: [String], context: InstrumentContext) {
    self.names = names
    state = Locked(State(isOn: [Bool](repeating: false, count: names.count)))
    self.context = context
  }

  func set(_ index: Int, _ isOn: Bool) {
    change { if $0.indices.contains(index) { $0[index] = isOn } }
  }

  func setOnly(_ index: Int) {
    change { states in for other in states.indices { states[other] = other == index } }
  }

  /// Refused once the set was unregistered, and counted.
  private func change(_ body: (inout [Bool]) -> Void) {
    let isRefused = state.withLock { state in
      if !state.isRemoved { body(&state.isOn) }
      return state.isRemoved
    }
    if isRefused { context.reject(.removedSeries) }
  }

  func isOn(_ index: Int) -> Bool {
    state.withLock { $0.isOn.indices.contains(index) && $0.isOn[index] }
  }

  func close() { state.withLock { $0.isRemoved = true } }

  /// Whether each state is on, in the order of the names, at one moment.
  package var current: [Bool] { state.withLock { $0.isOn } }
}
