// How much work do health checks cause?

/// Counts since the registry was created. Plain values, for whoever exports them.
public struct HealthStatistics: Sendable, Hashable {
  /// Runs started.
  public internal(set) var runsStarted: UInt64 = 0
  /// Runs that returned within their deadline, whatever they found.
  public internal(set) var runsFinished: UInt64 = 0
  /// Runs that had not returned at their deadline.
  public internal(set) var deadlinesExceeded: UInt64 = 0
  /// Of those, the runs that returned after all. Their results are not used.
  public internal(set) var lateReturns: UInt64 = 0
  /// Results that were failures.
  public internal(set) var failures: UInt64 = 0
  /// Tasks that exist now, those of removed checks that have not returned included.
  public internal(set) var tasksInFlight = 0
  /// The most tasks that existed at once.
  public internal(set) var peakTasksInFlight = 0
  /// Answers that are waiting for a check now.
  public internal(set) var answersWaiting = 0
  /// Answers given at the overall deadline because a check had not returned.
  public internal(set) var answersAtDeadline: UInt64 = 0
  /// Calls of observers' hooks that were dropped because a hook did not keep up.
  public internal(set) var hooksDropped: UInt64 = 0
  /// Answers to probes.
  public internal(set) var answers = ProbeCounts()
}
