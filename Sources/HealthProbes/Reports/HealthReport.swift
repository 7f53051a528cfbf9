// What is known about everything at one moment?

/// What is known about everything, from stored results.
public struct HealthReport: Sendable {
  /// The word for the whole. Maintenance and draining do not change it: they say where work should go, not
  /// how the server is.
  public let status: HealthStatus
  /// Sorted by name.
  public let checks: [HealthCheckReport]
  /// Why the server is in maintenance; `nil` when it is not.
  public let maintenance: String?
  /// Whether the server is about to end.
  public let isDraining: Bool
  /// Whether start-up has completed. Once ``HealthProbe/startup`` has been answered with that, it stays.
  public let hasStarted: Bool
  /// When the report was made, as the time since 1970-01-01 UTC.
  public let unixTime: Duration
}
