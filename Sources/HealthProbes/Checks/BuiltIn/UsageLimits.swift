// When is too much of something used?

/// Validated limits on the used part of something, as fractions from 0 to 1.
struct UsageLimits: Sendable {
  let warnAbove: Double
  let failAbove: Double

  init(warnAbove: Double, failAbove: Double, for name: String) throws(HealthError) {
    // Written so that a NaN is refused too.
    guard warnAbove >= 0, failAbove <= 1, warnAbove <= failAbove else {
      throw HealthError(
        .invalidSetting, of: name, "limits are fractions from 0 to 1, and it warns before it fails")
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
