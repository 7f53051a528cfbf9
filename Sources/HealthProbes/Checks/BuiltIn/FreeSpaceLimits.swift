// When is too little left of a file system?

/// Limits on what is left of a file system.
struct FreeSpaceLimits: Sendable {
  let warnBelow: Double
  let failBelow: Double
  let failBelowBytes: UInt64

  init(
    warnBelow: Double, failBelow: Double, failBelowBytes: UInt64, for name: String
  ) throws(HealthError) {
    guard failBelow >= 0, warnBelow <= 1, failBelow <= warnBelow else {
      throw HealthError(
        .invalidSetting, of: name, "limits are fractions from 0 to 1, and it warns before it fails")
    }
    self.warnBelow = warnBelow
    self.failBelow = failBelow
    self.failBelowBytes = failBelowBytes
  }

  func judge(_ reading: FilesystemReading) -> HealthResult {
    let path = reading.path
    let bytes = fraction(reading.availableBytes, of: reading.sizeBytes)
    let left = "\(byteText(reading.availableBytes)) (\(percent(bytes))) left for \(path)"
    let hasBytes = reading.sizeBytes > 0
    if bytes < failBelow || hasBytes && reading.availableBytes < failBelowBytes { return .fail(left) }

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

  /// A file system that gives no size (pseudo file systems, many in user space) has nothing that could run
  /// out.
  private func fraction(_ part: UInt64, of whole: UInt64) -> Double {
    whole == 0 ? 1 : Double(part) / Double(whole)
  }
}
