// How are the results of a check scheduled and counted, and which settings are refused?

import ObservabilityPlatform

extension HealthCheck {
  /// How a check is scheduled and how its results count. See the parameters of ``HealthCheck``'s initialiser.
  public struct Settings: Sendable, Hashable {
    /// The probes that it belongs to.
    public var probes: ProbeSet
    /// In the background or on demand.
    public var mode: Mode
    /// How long one run may take.
    public var deadline: Duration
    /// The time from the start of one run to the start of the next, and the age up to which a result is used
    /// without asking again. At least a millisecond.
    public var period: Duration
    /// The age at which a stored result becomes a failure. `nil`: three periods and a deadline.
    public var validity: Duration?
    /// Failures in a row that turn it to failing.
    public var failureThreshold: Int
    /// Successes or warnings in a row that turn it back.
    public var successThreshold: Int
    /// Whether a failure blocks the probes or only degrades.
    public var impact: Impact
    /// The groups that it is asked with, beside its probes: `/health?group=NAME`. Their names follow the
    /// rules of a check's name.
    public var groups: Set<String>

    /// Creates settings. They are checked when a check is created with them.
    public init(
      probes: ProbeSet = .ready,
      mode: Mode = .background,
      deadline: Duration = .seconds(1),
      period: Duration = .seconds(10),
      validity: Duration? = nil,
      failureThreshold: Int = 1,
      successThreshold: Int = 1,
      impact: Impact = .blocks,
      groups: Set<String> = []
    ) {
      self.probes = probes
      self.mode = mode
      self.deadline = deadline
      self.period = period
      self.validity = validity
      self.failureThreshold = failureThreshold
      self.successThreshold = successThreshold
      self.impact = impact
      self.groups = groups
    }

    /// The age at which a stored result becomes a failure.
    var effectiveValidity: Duration { validity ?? period * 3 + deadline }

    /// Longer than this is treated as this: adding `Duration`s near their maximum would trap.
    static let longest = Duration.seconds(10 * 365 * 86_400)
    /// A shorter period is treated as this: a check would do nothing but begin.
    static let shortest = Duration.milliseconds(1)

    func validated(for name: String) throws(HealthError) -> Settings {
      var settings = self
      settings.deadline = min(deadline, Self.longest)
      settings.period = min(period, Self.longest)
      settings.validity = validity.map { min($0, Self.longest) }
      guard settings.deadline > .zero, settings.period > .zero else {
        throw HealthError(.invalidSetting, of: name, "deadline and period must be positive")
      }
      settings.period = max(settings.period, Self.shortest)
      if let validity = settings.validity, validity > .zero {
        settings.validity = max(validity, Self.shortest)
      }
      guard settings.effectiveValidity >= settings.period else {
        throw HealthError(
          .invalidSetting, of: name, "a validity shorter than the period would make every result expire")
      }
      guard failureThreshold >= 1, successThreshold >= 1 else {
        throw HealthError(.invalidSetting, of: name, "thresholds must be at least 1")
      }
      for group in groups where !isValidName(group) {
        throw HealthError(
          .invalidSetting, of: name, "the group \"\(reasonText(group))\" has a name that no check may have")
      }
      return settings
    }
  }
}
