// Is there room, in bytes and in inodes, for the mail that is accepted next?

import ObservabilityPlatform

extension HealthCheck {
  /// A check of the space and the inodes of the file system that holds a path.
  ///
  /// It fails when less than `failBelow` of the bytes or of the inodes, or fewer than `failBelowBytes`, are
  /// available to a process without privileges, and warns below `warnBelow`. Bytes and inodes are ignored on
  /// file systems that do not count them. Its figures are in ``HealthCheckReport/reading``.
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
      name, settings, on: .fileSystems, key: path,
      blocking: {
        let reading = try FilesystemReading.read(path)
        return HealthObservation(limits.judge(reading), reading: reading)
      })
  }
}
