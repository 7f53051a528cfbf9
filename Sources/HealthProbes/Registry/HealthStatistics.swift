// How much work do health checks cause, and how are probes answered?

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

/// Answers to each probe.
public struct ProbeCounts: Sendable, Hashable {
  /// Answers to one probe.
  public struct Count: Sendable, Hashable {
    /// Answered with a pass.
    public internal(set) var passed: UInt64 = 0
    /// Answered with a failure.
    public internal(set) var failed: UInt64 = 0

    mutating func add(_ passes: Bool) {
      if passes { passed &+= 1 } else { failed &+= 1 }
    }
  }

  /// Of ``HealthProbe/health``.
  public internal(set) var health = Count()
  /// Of ``HealthProbe/ready``.
  public internal(set) var ready = Count()
  /// Of ``HealthProbe/live``.
  public internal(set) var live = Count()
  /// Of ``HealthProbe/startup``.
  public internal(set) var startup = Count()

  /// The answers to `probe`.
  public subscript(probe: HealthProbe) -> Count {
    switch probe {
    case .health: health
    case .ready: ready
    case .live: live
    case .startup: startup
    }
  }

  mutating func add(_ passes: Bool, to probe: HealthProbe) {
    switch probe {
    case .health: health.add(passes)
    case .ready: ready.add(passes)
    case .live: live.add(passes)
    case .startup: startup.add(passes)
    }
  }
}
