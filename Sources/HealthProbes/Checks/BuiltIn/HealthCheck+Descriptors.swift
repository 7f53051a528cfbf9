// Can the process still open files and accept connections?

import ObservabilityPlatform

extension HealthCheck {
  /// A check of the open descriptors of this process against its soft limit (`RLIMIT_NOFILE`).
  ///
  /// - Parameters:
  ///   - warnAbove: a fraction from 0 to 1 of the soft limit.
  ///   - failAbove: a fraction from 0 to 1, not below `warnAbove`.
  /// - Throws: ``HealthError`` when the name or a limit makes no sense.
  public static func descriptors(
    _ name: String = "descriptors",
    warnAbove: Double = 0.80,
    failAbove: Double = 0.95,
    settings: Settings = Settings()
  ) throws(HealthError) -> HealthCheck {
    let limits = try UsageLimits(warnAbove: warnAbove, failAbove: failAbove, for: name)
    return try HealthCheck(
      // Counting takes a while with a million of them.
      name, settings, on: .ownProcess, key: "descriptors",
      blocking: { HealthObservation(limits.judge(try DescriptorReading.read())) })
  }
}

extension UsageLimits {
  func judge(_ reading: DescriptorReading) -> HealthResult {
    guard let limit = reading.limit else { return .pass }
    guard limit > 0 else { return .fail("the limit is 0 descriptors") }
    return judge(used: reading.open, of: limit, "\(limit) descriptors")
  }
}
