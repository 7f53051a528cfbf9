// How often has each probe been answered, and how?

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
