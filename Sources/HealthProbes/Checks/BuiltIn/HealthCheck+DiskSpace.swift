// Is there room, in bytes and in inodes, for the mail that is accepted next?

import ObservabilityPlatform

extension HealthCheck {
  /// A check of the space and the inodes of the file system that holds a path.
  ///
  /// It fails when less than `failBelow` of the bytes or of the inodes, or fewer than `failBelowBytes`, are
  /// available to a process without privileges, and warns below `warnBelow`. Inodes are ignored on file
  /// systems that do not count them. Its figures are in ``HealthCheckReport/reading``.
  ///
  /// `statvfs` can hang for ever on a network mount whose server is gone; it runs on a thread of its own, and
  /// the check then fails at its deadline.
  ///
  /// - Parameters:
  ///   - warnBelow: a fraction from 0 to 1.
  ///   - failBelow: a fraction from 0 to 1, not above `warnBelow`.
  /// - Throws: ``HealthError`` when the name, the path or a limit makes no sense. A path that does not exist
  ///   is a failure of the check.
  public static func diskSpace(
    _ name: String = "disk",
    path: String,
    warnBelow: Double = 0.10,
    failBelow: Double = 0.03,
    failBelowBytes: UInt64 = 64 << 20,
    settings: Settings = Settings()
  ) throws(HealthError) -> HealthCheck {
    try validatePath(path, for: name)
    let limits = try FreeSpaceLimits(
      warnBelow: warnBelow, failBelow: failBelow, failBelowBytes: failBelowBytes, for: name)
    return try HealthCheck(
      name, settings,
      .task {
        let reading = try await BlockingThreads.shared.run { try readFilesystem(path) }
        return HealthObservation(limits.judge(reading), reading: .filesystem(reading))
      })
  }
}

/// Limits on what is left of a file system.
struct FreeSpaceLimits: Sendable {
  let warnBelow: Double
  let failBelow: Double
  let failBelowBytes: UInt64

  init(
    warnBelow: Double, failBelow: Double, failBelowBytes: UInt64, for name: String
  ) throws(HealthError) {
    guard failBelow >= 0, warnBelow <= 1, failBelow <= warnBelow else {
      throw .invalidSetting(
        "health check \"\(name)\": limits are fractions from 0 to 1, and it warns before it fails")
    }
    self.warnBelow = warnBelow
    self.failBelow = failBelow
    self.failBelowBytes = failBelowBytes
  }

  func judge(_ reading: FilesystemReading) -> HealthResult {
    let path = reading.path
    let bytes = fraction(reading.availableBytes, of: reading.sizeBytes)
    let left = "\(byteText(reading.availableBytes)) (\(percent(bytes))) left for \(path)"
    if bytes < failBelow || reading.availableBytes < failBelowBytes { return .fail(left) }

    var files: (part: Double, text: String)?
    if let available = reading.availableFiles, let total = reading.totalFiles {
      let part = fraction(available, of: total)
      files = (part, "\(available) inodes (\(percent(part))) left for \(path)")
    }
    if let files, files.part < failBelow { return .fail(files.text) }
    if bytes < warnBelow { return .warn(left) }
    if let files, files.part < warnBelow { return .warn(files.text) }
    return .pass
  }

  /// A file system of size zero (a pseudo file system) has nothing that could run out.
  private func fraction(_ part: UInt64, of whole: UInt64) -> Double {
    whole == 0 ? 1 : Double(part) / Double(whole)
  }
}

/// Reads the figures of the file system that holds `path`. May block for ever.
func readFilesystem(_ path: String) throws(SystemError) -> FilesystemReading {
  var status = statvfs()
  while statvfs(path, &status) != 0 {
    guard errno == EINTR else { throw SystemError(code: errno, action: "statvfs \(path)") }
  }
  func bytes(_ blocks: UInt64) -> UInt64 {
    let (product, overflow) = blocks.multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return overflow ? .max : product
  }
  let countsFiles = status.f_files > 0
  return FilesystemReading(
    path: path,
    availableBytes: bytes(UInt64(status.f_bavail)),
    sizeBytes: bytes(UInt64(status.f_blocks)),
    availableFiles: countsFiles ? UInt64(status.f_favail) : nil,
    totalFiles: countsFiles ? UInt64(status.f_files) : nil)
}

func validatePath(_ path: String, for name: String) throws(HealthError) {
  // The C library would read only up to the NUL, and check another path.
  guard !path.isEmpty, !path.utf8.contains(0) else {
    throw .invalidSetting("health check \"\(name)\": the path is empty or has a NUL in it")
  }
}
