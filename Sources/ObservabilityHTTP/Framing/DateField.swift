// When was a response made? (RFC 9110, sections 5.6.7 and 6.6.1)

import ObservabilityPlatform

/// The `Date` field of the responses of one second, put together once for all of them.
struct DateField {
  static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private var second = Int64.min
  /// The whole line, such as `Date: Sun, 06 Nov 1994 08:49:37 GMT`, with its end.
  private(set) var line: [UInt8] = []

  /// The line at this moment, in seconds since 1970.
  mutating func line(at now: Int64) -> [UInt8] {
    if now != second {
      second = now
      line = Self.text(CivilTime(secondsSince1970: now))
    }
    return line
  }

  private static func text(_ time: CivilTime) -> [UInt8] {
    var text = Array("Date: \(weekdays[time.weekday]), ".utf8)
    func append(_ number: Int, _ digits: Int, _ end: String) {
      var unit = 1
      for _ in 1..<digits { unit *= 10 }
      while unit > 0 {
        text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / unit % 10))
        unit /= 10
      }
      text.append(contentsOf: end.utf8)
    }
    append(time.day, 2, " \(months[time.month - 1]) ")
    append(time.year, 4, " ")
    append(time.hour, 2, ":")
    append(time.minute, 2, ":")
    append(time.second, 2, " GMT\r\n")
    return text
  }
}
