// How often has a check turned to each state?

/// Changes of a check's state since it was added, by the state it turned to.
///
/// A check never turns back to ``HealthState/pending``.
public struct TransitionCounts: Sendable, Hashable {
  /// Turned to pass.
  public private(set) var pass: UInt64 = 0
  /// Turned to warn.
  public private(set) var warn: UInt64 = 0
  /// Turned to fail.
  public private(set) var fail: UInt64 = 0

  mutating func add(_ state: HealthState) {
    switch state {
    case .pending: break
    case .pass: pass &+= 1
    case .warn: warn &+= 1
    case .fail: fail &+= 1
    }
  }
}
