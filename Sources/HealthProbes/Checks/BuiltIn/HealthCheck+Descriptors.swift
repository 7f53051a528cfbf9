// Can the process still open files and accept connections?

import ObservabilityPlatform

extension HealthCheck {
  /// A check of the open descriptors of this process against its soft limit (`RLIMIT_NOFILE`).
  ///
  /// Its figures are in ``HealthCheckReport/reading``.
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
      name, settings,
      .task {
        // Counting takes a while with a million of them.
        let reading = try await BlockingThreads.shared.run { try readDescriptors() }
        return HealthObservation(limits.judge(reading), reading: .descriptors(reading))
      })
  }
}

extension UsageLimits {
  func judge(_ reading: DescriptorReading) -> HealthResult {
    guard let limit = reading.limit else { return .pass }
    guard limit > 0 else { return .fail("the limit is 0 descriptors") }
    return judge(used: reading.open, of: limit, "\(limit) descriptors")
  }
}

/// Counts the open descriptors of this process. Blocks.
func readDescriptors() throws(SystemError) -> DescriptorReading {
  #if os(Linux) || os(Android)
    let directory = "/proc/self/fd"
  #else
    let directory = "/dev/fd"
  #endif
  var limits = rlimit()
  #if canImport(Glibc)
    let code = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
  #else
    let code = getrlimit(RLIMIT_NOFILE, &limits)
  #endif
  guard code == 0 else { throw SystemError(code: errno, action: "getrlimit") }

  // With none left this fails with EMFILE, which is the right reason.
  guard let entries = opendir(directory) else {
    throw SystemError(code: errno, action: "open \(directory)")
  }
  defer { closedir(entries) }
  var count: UInt64 = 0
  while readdir(entries) != nil { count += 1 }
  // Not ".", "..", and the descriptor of the directory itself.
  let open = count - min(count, 3)
  // The largest value is RLIM_INFINITY on Linux, half of it on macOS.
  let soft = UInt64(limits.rlim_cur)
  return DescriptorReading(open: open, limit: soft >= UInt64(Int64.max) ? nil : soft)
}
