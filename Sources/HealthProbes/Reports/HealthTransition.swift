// When did a check change its state, and why?

/// A change of a check's state.
public struct HealthTransition: Sendable, Hashable {
  /// The name of the check.
  public let check: String
  /// The state before.
  public let from: HealthState
  /// The state after.
  public let to: HealthState
  /// Why, unless it passes.
  public let reason: String?
  /// When, as the time since 1970-01-01 UTC on the wall clock of the moment the report was made.
  public let unixTime: Duration
}
