// Which of several states hold.

import ObservabilityPlatform
import Synchronization

/// A set of named states, each of which is on or off, exported as one series a state (1 or 0).
///
/// All methods may be called from any thread.
public struct StateSet<State: ClosedLabel>: Sendable {
  package let states: AnyStateSet

  init(_ states: AnyStateSet) { self.states = states }

  /// Turns a state on or off.
  public func set(_ state: State, _ isOn: Bool) { states.set(state.ordinal, isOn) }

  /// Turns one state on and all others off.
  public func setOnly(_ state: State) { states.setOnly(state.ordinal) }

  /// Whether a state is on.
  public func isOn(_ state: State) -> Bool { states.isOn(state.ordinal) }
}

/// A state set without its Swift type.
package final class AnyStateSet: Sendable {
  package let names: [String]
  // One bit a state would bound their number by 64; a lock does not.
  private let values: Locked<[Bool]>

  init(names: [String]) {
    self.names = names
    values = Locked([Bool](repeating: false, count: names.count))
  }

  func set(_ index: Int, _ isOn: Bool) {
    values.withLock { if $0.indices.contains(index) { $0[index] = isOn } }
  }

  func setOnly(_ index: Int) {
    values.withLock { values in for other in values.indices { values[other] = other == index } }
  }

  package func isOn(_ index: Int) -> Bool {
    values.withLock { $0.indices.contains(index) && $0[index] }
  }

  /// Whether each state is on, in the order of the names, at one moment.
  package var current: [Bool] { values.withLock { $0 } }
}
