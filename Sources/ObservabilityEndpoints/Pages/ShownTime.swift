// How do people read a time?

import ObservabilityPlatform

package enum ShownTime {
  /// A length of time, to three digits; from a minute on to the second. One below zero is none.
  package static func duration(_ duration: Duration) -> String {
    self.duration(nanoseconds: duration.seconds * 1e9)
  }

  /// The same of a number of nanoseconds.
  package static func duration(nanoseconds: Double) -> String {
    let nanoseconds = max(nanoseconds, 0)
    func rounded(_ value: Double) -> String {
      let scale: Double = value < 10 ? 100 : value < 100 ? 10 : 1
      let text = "\((value * scale).rounded() / scale)"
      return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
    switch nanoseconds {
    case ..<1: return "0 s"
    case ..<999_500: return "\(rounded(nanoseconds / 1e3)) µs"
    case ..<999_500_000: return "\(rounded(nanoseconds / 1e6)) ms"
    case ..<60e9: return "\(rounded(nanoseconds / 1e9)) s"
    default:
      let seconds = Int(min(nanoseconds / 1e9, 1e15))
      if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
      let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
      return hours < 72 ? "\(hours) h \(minutes) min" : "\(hours / 24) d \(hours % 24) h"
    }
  }

  /// A moment in nanoseconds since 1970, in UTC.
  ///
  /// - Parameter toMilliseconds: whether it is shown to the millisecond, or to the second.
  package static func moment(_ nanoseconds: Int64, toMilliseconds: Bool = true) -> String {
    guard nanoseconds >= 0 else { return "before 1970" }
    func digits(_ number: Int, _ count: Int) -> String {
      let text = "\(number)"
      return String(repeating: "0", count: max(count - text.count, 0)) + text
    }
    let time = CivilTime(secondsSince1970: nanoseconds / 1_000_000_000)
    let day = "\(digits(time.year, 4))-\(digits(time.month, 2))-\(digits(time.day, 2))"
    let clock = "\(digits(time.hour, 2)):\(digits(time.minute, 2)):\(digits(time.second, 2))"
    let rest = toMilliseconds ? ".\(digits(Int(nanoseconds / 1_000_000 % 1000), 3))" : ""
    return "\(day) \(clock)\(rest) UTC"
  }
}
