// How much of something is used, and is that too much?

/// Validated limits on the used part of something, as fractions from 0 to 1.
struct UsageLimits: Sendable {
  let warnAbove: Double
  let failAbove: Double

  init(warnAbove: Double, failAbove: Double, for name: String) throws(HealthError) {
    // Written so that a NaN is refused too.
    guard warnAbove >= 0, failAbove <= 1, warnAbove <= failAbove else {
      throw .invalidSetting(
        "health check \"\(name)\": limits are fractions from 0 to 1, and it warns before it fails")
    }
    self.warnAbove = warnAbove
    self.failAbove = failAbove
  }

  /// - Parameter noun: what is used, as in "memory".
  func judge(used: UInt64, of total: UInt64, _ noun: String) -> HealthResult {
    guard total > 0 else { return .pass }
    let part = Double(used) / Double(total)
    if part <= warnAbove { return .pass }
    let text = "\(percent(part)) of \(noun) used"
    return part > failAbove ? .fail(text) : .warn(text)
  }
}

/// A fraction as a whole number of per cent, for people.
func percent(_ fraction: Double) -> String {
  let value = (fraction * 100).rounded(.down)
  return "\(Int(exactly: min(max(value, 0), 1_000_000)) ?? 0)%"
}

/// Bytes in the largest binary unit that leaves at least one, for people.
func byteText(_ bytes: UInt64) -> String {
  for (shift, unit) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")] where bytes >> shift > 0 {
    return "\(bytes >> shift) \(unit)"
  }
  return "\(bytes) B"
}
