// Which states hold, for an encoder that does not know their type?

import ObservabilityPlatform

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

  func isOn(_ index: Int) -> Bool {
    values.withLock { $0.indices.contains(index) && $0[index] }
  }

  /// Whether each state is on, in the order of the names, at one moment.
  package var current: [Bool] { values.withLock { $0 } }
}
