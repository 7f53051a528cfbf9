// Which reasons change by themselves as time passes?

import ObservabilityPlatform

/// The library's own reasons that hold an age, which is another one whenever it is asked for.
package enum AgingReason {
  private static let hanging = "has not returned"
  private static let stale = "the last result is "
  private static let stuck = "no task has run on the cooperative pool"

  static func hanging(for age: Duration) -> String { "\(hanging) for \(age.brief)" }

  static func stale(_ age: Duration, valid: Duration) -> String {
    "\(stale)\(age.brief) old and was valid for \(valid.brief)"
  }

  static func stuck(for age: Duration) -> String { "\(stuck) for \(age.brief)" }

  /// The reason for who is told when it becomes another one: without the age.
  package static func withoutAge(_ reason: String) -> String {
    for lasting in [hanging, stuck] where reason.hasPrefix(lasting + " for ") { return lasting }
    return reason.hasPrefix(stale) ? stale + "too old" : reason
  }
}
