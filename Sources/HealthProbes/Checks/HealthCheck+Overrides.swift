// How does an operator's configuration change a check that the program has made?

extension HealthCheck {
  /// What takes the place of a check's own settings. Nil leaves one as it is.
  ///
  /// ```swift
  /// var slow = HealthCheck.Overrides()
  /// slow.deadline = .seconds(3)
  /// slow.failureThreshold = 3
  /// var off = HealthCheck.Overrides()
  /// off.isEnabled = false
  /// try metrics.health.configure(["storage": slow, "relay": off])
  /// ```
  public struct Overrides: Sendable, Hashable {
    /// False: the check is never run and takes part in no answer, and no declaration of its name is waited
    /// for.
    public var isEnabled = true
    /// The probes that it belongs to.
    public var probes: ProbeSet?
    /// How long one run may take.
    public var deadline: Duration?
    /// The time from the start of one run to the start of the next.
    public var period: Duration?
    /// The age at which a stored result becomes a failure. Where it is nil and the check's own would be
    /// shorter than the new period, it is three periods and a deadline.
    public var validity: Duration?
    /// Failures in a row that turn it to failing.
    public var failureThreshold: Int?
    /// Successes or warnings in a row that turn it back.
    public var successThreshold: Int?
    /// Whether a failure blocks the probes or only degrades.
    public var impact: Impact?
    /// The groups that it is asked with.
    public var groups: Set<String>?

    /// Overrides that change nothing.
    public init() {}

    func applied(to settings: Settings) -> Settings {
      var settings = settings
      settings.probes = probes ?? settings.probes
      settings.deadline = deadline ?? settings.deadline
      settings.period = period ?? settings.period
      if let validity {
        settings.validity = validity
      } else if period != nil, let own = settings.validity, own < settings.period {
        settings.validity = nil
      }
      settings.failureThreshold = failureThreshold ?? settings.failureThreshold
      settings.successThreshold = successThreshold ?? settings.successThreshold
      settings.impact = impact ?? settings.impact
      settings.groups = groups ?? settings.groups
      return settings
    }
  }

  /// The check with other settings.
  ///
  /// - Throws: ``HealthError`` when they make no sense together with its own.
  func overridden(by overrides: Overrides?) throws(HealthError) -> HealthCheck {
    guard let overrides else { return self }
    return try HealthCheck(name, overrides.applied(to: settings), body)
  }
}
