// How much work do health checks cause?

/// Counts since the registry was created. Plain values, for whoever exports them.
public struct HealthStatistics: Sendable, Hashable {
  /// Runs started.
  public var runsStarted: UInt64 = 0
  /// Runs that returned within their deadline, whatever they found.
  public var runsFinished: UInt64 = 0
  /// Runs that had not returned at their deadline.
  public var deadlinesExceeded: UInt64 = 0
  /// Of those, the runs that returned after all. Their results are not used.
  public var lateReturns: UInt64 = 0
  /// Results that were failures.
  public var failures: UInt64 = 0
  /// Tasks that exist now, those of removed checks that have not returned included.
  public var tasksInFlight = 0
  /// The most tasks that existed at once.
  public var peakTasksInFlight = 0
  /// Answers that are waiting for a check now.
  public var answersWaiting = 0
  /// Answers given at the overall deadline because a check had not returned.
  public var answersAtDeadline: UInt64 = 0
  /// Calls of observers' hooks that were dropped because a hook did not keep up.
  public var hooksDropped: UInt64 = 0
  /// Answers to probes.
  public var answers = ProbeCounts()
}
