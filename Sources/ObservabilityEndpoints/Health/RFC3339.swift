// How is a time written for people and in `application/health+json`?

import ObservabilityPlatform

/// Times as people and `application/health+json` write them.
enum RFC3339 {
  /// A time since 1970 in UTC, to the second.
  static func text(_ time: Duration) -> String {
    let time = CivilTime(secondsSince1970: time.clamped.components.seconds)
    return "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))T"
      + "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))Z"
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
