// Who is told when a check's state changes, when it fails, and when a result is stored?

/// Hooks that a registry calls.
///
/// They are called one at a time, in order, on a thread that belongs to neither the cooperative pool nor a
/// server's event loop, so a logger that blocks delays no probe. At most 1,024 calls wait; beyond that the
/// newest are dropped and counted in ``HealthStatistics/hooksDropped``.
public struct HealthObserver: Sendable {
  /// A check changed its state.
  public var transition: (@Sendable (HealthTransition) -> Void)?
  /// A run failed: the check's name and the reason, about once a period while it lasts. For logs.
  public var failure: (@Sendable (_ check: String, _ reason: String) -> Void)?
  /// A run took more than half of its deadline, and the one before did not: the check's name, the time it
  /// took and its deadline. The next may well be late.
  public var slowed: (@Sendable (_ check: String, _ duration: Duration, _ deadline: Duration) -> Void)?
  /// A result was stored: the check's name, what it found and how long it took.
  public var stored: (@Sendable (_ check: String, HealthResult, Duration) -> Void)?

  /// Creates an observer with the hooks that are wanted.
  public init(
    transition: (@Sendable (HealthTransition) -> Void)? = nil,
    failure: (@Sendable (_ check: String, _ reason: String) -> Void)? = nil,
    slowed: (@Sendable (_ check: String, _ duration: Duration, _ deadline: Duration) -> Void)? = nil,
    stored: (@Sendable (_ check: String, HealthResult, Duration) -> Void)? = nil
  ) {
    self.transition = transition
    self.failure = failure
    self.slowed = slowed
    self.stored = stored
  }
}
