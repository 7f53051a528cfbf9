// How long does a server ask to be left alone? (RFC 9110, sections 5.6.7 and 10.2.3)

import EndpointMessages
import ObservabilityPlatform

/// Reading `Retry-After`: seconds, or a date in one of the three forms that HTTP has had.
package enum RetryAfter {
  /// The time to wait, at most `longest`; zero for a date that is over, nil for what is neither.
  ///
  /// - Parameter now: the time of day, in seconds since 1970.
  package static func parse(_ text: String, now: Int64, longest: Duration) -> Duration? {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
    let seconds: Int64
    if bytes.allSatisfy({ $0.isDigit }) {
      // Digits without end are a number all the same.
      seconds = bytes.reduce(0) { $0 >= Int64.max / 16 ? $0 : $0 * 10 + Int64($1 &- UInt8(ascii: "0")) }
    } else {
      var reader = DateReader(bytes)
      guard let date = reader.date(now: now) else { return nil }
      seconds = max(0, date.clampedAdding(0 - max(now, 0)))
    }
    return min(.seconds(seconds), max(longest, .zero))
  }
}

private struct DateReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Seconds since 1970, nil when the text is no date. That the day of the week fits is not asked.
  mutating func date(now: Int64) -> Int64? {
    guard let weekday = letters(), weekday.count >= 3 else { return nil }
    let short = DateField.weekdays.contains(weekday)
    let day: Int, month: Int, year: Int, time: (Int, Int, Int)
    if short, takes(", ") {
      // Sun, 06 Nov 1994 08:49:37 GMT
      guard let dayOf = number(2), takes(" "), let monthOf = self.month(), takes(" "), let yearOf = number(4),
        takes(" "), let timeOf = self.time(), takes(" GMT")
      else { return nil }
      (day, month, year, time) = (dayOf, monthOf, yearOf, timeOf)
    } else if !short, Self.longWeekdays.contains(weekday), takes(", ") {
      // Sunday, 06-Nov-94 08:49:37 GMT
      guard let dayOf = number(2), takes("-"), let monthOf = self.month(), takes("-"), let short = number(2),
        takes(" "), let timeOf = self.time(), takes(" GMT")
      else { return nil }
      // A year of two digits that seems more than 50 years ahead is one of the past.
      let present = CivilTime(secondsSince1970: now).year
      var yearOf = present / 100 * 100 + short
      if yearOf > present + 50 { yearOf -= 100 }
      (day, month, year, time) = (dayOf, monthOf, yearOf, timeOf)
    } else if short, takes(" ") {
      // Sun Nov  6 08:49:37 1994
      guard let monthOf = self.month(), takes(" "), let dayOf = takes(" ") ? number(1) : number(2),
        takes(" "),
        let timeOf = self.time(), takes(" "), let yearOf = number(4)
      else { return nil }
      (day, month, year, time) = (dayOf, monthOf, yearOf, timeOf)
    } else {
      return nil
    }
    guard index == bytes.count else { return nil }
    return CivilTime.secondsSince1970(
      year: year, month: month, day: day, hour: time.0, minute: time.1, second: time.2)
  }

  private static let longWeekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  private mutating func letters() -> String? {
    let start = index
    while index < bytes.count, 65...90 ~= bytes[index] || 97...122 ~= bytes[index] { index += 1 }
    return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
  }

  private mutating func month() -> Int? {
    letters().flatMap { DateField.months.firstIndex(of: $0) }.map { $0 + 1 }
  }

  private mutating func time() -> (Int, Int, Int)? {
    guard let hour = number(2), takes(":"), let minute = number(2), takes(":"), let second = number(2) else {
      return nil
    }
    return (hour, minute, second)
  }

  private mutating func number(_ digits: Int) -> Int? {
    guard index + digits <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[index..<index + digits] {
      guard byte.isDigit else { return nil }
      value = value * 10 + Int(byte &- UInt8(ascii: "0"))
    }
    index += digits
    return value
  }

  private mutating func takes(_ text: String) -> Bool {
    guard bytes[index...].starts(with: text.utf8) else { return false }
    index += text.utf8.count
    return true
  }
}
