// What is the answer to one probe, and how does it follow from the checks?

/// The answer to one probe, with all that a short, a verbose or a JSON answer needs.
package struct ProbeAnswer: Sendable {
  package let probe: HealthProbe
  let verdict: ProbeVerdict
  /// The state of the checks that took part, and of the whole.
  package let report: HealthReport
  /// The checks left out on request, sorted.
  package let excluded: [String]
  /// Names to leave out that no check of this probe has, sorted.
  package let unknownExclusions: [String]
  /// The one check asked for, when this probe has none of that name: 404.
  package let missingCheck: String?
  /// The groups asked for that nothing belongs to, sorted: 404.
  package let missingGroups: [String]
}

/// Whether a probe passes, and if not, why.
struct ProbeVerdict: Sendable {
  /// Whether maintenance or draining keeps it from passing.
  var isWithheld = false
  /// The names of the checks that keep it from passing, sorted.
  var blockedBy: [String] = []

  var passes: Bool { !isWithheld && blockedBy.isEmpty }
}

extension ProbeAnswer {
  /// 200 or 503.
  package var passes: Bool { isAnswerable && verdict.passes }
  /// Whether what was asked for exists.
  package var isAnswerable: Bool { missingCheck == nil && missingGroups.isEmpty }
  /// Whether maintenance or draining keeps it from passing.
  package var isWithheld: Bool { verdict.isWithheld }
  /// Why it does not pass: the names of the checks that block it, sorted.
  package var blockedBy: [String] { verdict.blockedBy }

  /// Whether a check in this state keeps `probe` from passing.
  ///
  /// A check that has not decided yet blocks everything but liveness: a restart would only make it undecided
  /// again.
  static func blocks(_ state: HealthState, _ impact: HealthCheck.Impact, _ probe: HealthProbe) -> Bool {
    guard impact == .blocks else { return false }
    switch state {
    case .pass, .warn: return false
    case .fail: return true
    case .pending: return probe != .live
    }
  }

  /// The word for `checks` as seen by `probe`.
  static func status(of checks: [HealthCheckReport], for probe: HealthProbe) -> HealthStatus {
    var status = HealthStatus.healthy
    for check in checks {
      if blocks(check.state, check.impact, probe) { return .unhealthy }
      switch check.state {
      case .pass: break
      case .warn, .fail: status = .degraded
      case .pending: if probe != .live { status = .degraded }
      }
    }
    return status
  }
}
