// Is the memory limit of the container near?

import ObservabilityPlatform

extension HealthCheck {
  /// A check of the control group's memory, version 1 or 2, against its limit and those of its ancestors.
  ///
  /// What counts is use without the page cache, which the kernel drops before it kills anything. Near
  /// `memory.high`, above which the kernel slows the process down, it warns and does not fail. Without a
  /// control group, and without a limit, it passes.
  ///
  /// - Parameters:
  ///   - warnAbove: a fraction from 0 to 1 of the limit.
  ///   - failAbove: a fraction from 0 to 1, not below `warnAbove`.
  /// - Throws: ``HealthError`` when the name or a limit makes no sense.
  public static func memory(
    _ name: String = "memory",
    warnAbove: Double = 0.85,
    failAbove: Double = 0.95,
    settings: Settings = Settings()
  ) throws(HealthError) -> HealthCheck {
    let limits = try UsageLimits(warnAbove: warnAbove, failAbove: failAbove, for: name)
    return try HealthCheck(
      name, settings, on: .ownProcess, key: "memory",
      blocking: { HealthObservation(try CgroupMemory().read().map(limits.judge) ?? .pass) })
  }
}

extension UsageLimits {
  func judge(_ reading: MemoryReading) -> HealthResult {
    let result = judgeLimit(reading)
    guard case .pass = result, let throttle = reading.throttle else { return result }
    let high = "the \(byteText(throttle.aboveBytes)) above which memory is throttled"
    guard throttle.aboveBytes > 0 else { return .warn("memory.high is 0 bytes") }
    return judge(used: throttle.usedBytes, of: throttle.aboveBytes, high).reason.map { .warn($0) } ?? .pass
  }

  private func judgeLimit(_ reading: MemoryReading) -> HealthResult {
    guard let limit = reading.limitBytes else { return .pass }
    // A limit of zero is legal, and reached.
    guard limit > 0 else { return .fail("the memory limit is 0 bytes") }
    return judge(used: reading.workingSetBytes, of: limit, "the memory limit of \(byteText(limit))")
  }
}
