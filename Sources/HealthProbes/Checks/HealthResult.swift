// What can a check say, and which words does a report use for it?

/// What one run of a health check found.
///
/// A reason is shown only to trusted clients and given to the observers' hooks. Control characters in it are
/// replaced by spaces and it is cut after 256 characters, so it can be logged and printed as it is.
public enum HealthResult: Sendable, Hashable {
  /// The thing that was checked works.
  case pass
  /// It still serves, but somebody should look at it.
  case warn(_ reason: String)
  /// It does not work.
  case fail(_ reason: String)

  /// The reason of a warning or a failure.
  public var reason: String? {
    switch self {
    case .pass: nil
    case .warn(let reason), .fail(let reason): reason
    }
  }
}

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
  public var status: HealthStatus {
    switch self {
    case .pass: .healthy
    case .warn: .degraded
    case .pending, .fail: .unhealthy
    }
  }
}

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
  public var passWarnFail: String {
    switch self {
    case .healthy: "pass"
    case .degraded: "warn"
    case .unhealthy: "fail"
    }
  }
}

/// What one run found, and the figures it found on its way.
struct HealthObservation: Sendable {
  package var result: HealthResult
  package var reading: HealthReading?

  package init(_ result: HealthResult, reading: HealthReading? = nil) {
    self.result = result
    self.reading = reading
  }
}
