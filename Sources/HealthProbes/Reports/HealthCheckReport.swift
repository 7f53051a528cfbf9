// What is known about one check at one moment?

/// What is known about one check.
public struct HealthCheckReport: Sendable {
  /// The name of the check.
  public let name: String
  /// The state after thresholds and validity.
  public let state: HealthState
  /// Why it warns or fails, or what it is waiting for. Only for trusted clients.
  public let reason: String?
  /// The probes that it belongs to.
  public let probes: ProbeSet
  /// The groups that it is asked with.
  public let groups: Set<String>
  /// Whether a failure blocks the probes or only degrades.
  public let impact: HealthCheck.Impact
  /// False while the name is only declared.
  public let isProvided: Bool
  /// What the last run found, before thresholds; `nil` before the first.
  public let lastResult: HealthResult?
  /// The time since the last result was stored.
  public let age: Duration?
  /// How long the last finished run took.
  public let duration: Duration?
  /// How long the run in progress has taken so far; `nil` when none is in progress.
  public let runningFor: Duration?
  /// How long one run may take; zero while the name is only declared.
  public let deadline: Duration
  /// Whether runs have come to take more than half of the deadline, so that the next may well be late.
  public let isSlow: Bool
  /// Failures since the last success.
  public let failuresInARow: Int
  /// Successes and warnings since the last failure.
  public let successesInARow: Int
  /// How often it has turned to each state since it was added.
  public let transitionCounts: TransitionCounts
  /// What the last run of a check of disk space found; nil for other checks.
  public let reading: FilesystemReading?
  /// Changes on the monotonic clock, and the moment of the report on both clocks. They are dated when they
  /// are asked for: most answers do not show them.
  let changes: [CheckRecord.Change]
  let instant: HealthInstant
  let unixTime: Duration

  /// The last 32 changes of state, oldest first.
  public var history: [HealthTransition] {
    changes.map { change in
      // A step of the wall clock moves the whole history with it, instead of tearing it apart.
      HealthTransition(
        check: name, from: change.from, to: change.to, reason: change.reason,
        unixTime: unixTime - (instant - change.at))
    }
  }
}
