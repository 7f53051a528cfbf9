// Which state is a check in?

/// The state a check is in: its results, after thresholds and validity have been applied.
public enum HealthState: String, Sendable, Hashable, CaseIterable {
  /// Nothing is known yet: the check is only declared, or has not reached a decision since it was added.
  ///
  /// Liveness regards this as working, every other probe as failing.
  case pending
  /// It works.
  case pass
  /// It works, with a warning.
  case warn
  /// It does not work, or the last thing known about it is too old to be believed.
  case fail

  /// The word that a health page shows for a check in this state.
  package var status: HealthStatus {
    switch self {
    case .pass: .healthy
    case .warn: .degraded
    case .pending, .fail: .unhealthy
    }
  }
}
