// Which word does a health page use?

/// The three words of a health page.
public enum HealthStatus: String, Sendable, Hashable, CaseIterable {
  /// Everything works.
  case healthy
  /// It serves, but something that does not block it is wrong.
  case degraded
  /// It does not serve.
  case unhealthy

  /// The word that `application/health+json` uses: `pass`, `warn` or `fail`.
  ///
  /// Source: draft-inadarei-api-health-check, section 3.1.
  package var passWarnFail: String {
    switch self {
    case .healthy: "pass"
    case .degraded: "warn"
    case .unhealthy: "fail"
    }
  }
}
