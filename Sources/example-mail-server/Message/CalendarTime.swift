// What time is it, as mail writes it? RFC 5322, IMAP and RFC 3339 forms of one UTC instant.

import ObservabilityPlatform

/// A moment in whole seconds, shown in UTC. The calendar arithmetic is proleptic Gregorian.
struct CalendarTime: Hashable, Comparable, Sendable {
  /// Seconds since 1970-01-01T00:00:00Z.
  let seconds: Int64

  private static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let dayNames = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

  static var now: CalendarTime {
    CalendarTime(seconds: WallClock.now.components.seconds)
  }

  static func < (left: CalendarTime, right: CalendarTime) -> Bool { left.seconds < right.seconds }

  init(seconds: Int64) {
    // Years 1 to 9999, which is what every format here can write.
    self.seconds = min(max(seconds, -62_135_596_800), 253_402_300_799)
  }

  /// nil for a day that does not exist. `offset` is the zone's distance from UTC in minutes.
  init?(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, offset: Int = 0) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second),
      (-1439...1439).contains(offset)
    else { return nil }
    // Days from civil: years begin in March, so that the leap day is the last one.
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    self.init(seconds: Int64(days * 86_400 + hour * 3600 + (minute - offset) * 60 + second))
    // A day beyond its month would have moved into the next one.
    guard CalendarTime(seconds: Int64(days * 86_400)).date.day == day else { return nil }
  }

  private var dayNumber: Int64 { (seconds >= 0 ? seconds : seconds - 86_399) / 86_400 }

  /// The date in UTC.
  var date: (year: Int, month: Int, day: Int) {
    let shifted = Int(dayNumber) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private var timeOfDay: String {
    let second = Int(seconds - dayNumber * 86_400)
    return "\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))"
  }

  private var monthName: String { Self.monthNames[date.month - 1] }

  private func padded(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// `Thu, 1 Jan 1970 00:00:00 +0000` (RFC 5322 section 3.3).
  var internetMessageFormat: String {
    let weekday = Self.dayNames[Int(((dayNumber % 7) + 7) % 7)]
    return "\(weekday), \(date.day) \(monthName) \(padded(date.year, 4)) \(timeOfDay) +0000"
  }

  /// `01-Jan-1970 00:00:00 +0000` (RFC 3501, date-time).
  var imapFormat: String {
    "\(padded(date.day))-\(monthName)-\(padded(date.year, 4)) \(timeOfDay) +0000"
  }

  /// `1970-01-01T00:00:00Z` (RFC 3339; UTCDate in RFC 8620 section 1.4).
  var utcFormat: String {
    "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T\(timeOfDay)Z"
  }

  /// Parses the form of RFC 5322, weekday and seconds optional; also `1-Jan-1970`, with or without a time.
  init?(internetMessageFormat text: some StringProtocol) {
    var words = text.split { $0 == " " || $0 == "-" || $0 == "\t" }.map { String($0) }
    let isWestern = text.utf8.contains(UInt8(ascii: "-")) && text.contains(" -")
    if let first = words.first, first.hasSuffix(",") { words.removeFirst() }
    guard words.count >= 3, let day = Int(words[0]), let year = Int(words[2]),
      let month = Self.monthNames.firstIndex(where: { $0.asciiLowercased == words[1].asciiLowercased })
    else { return nil }
    let time = words.count > 3 ? words[3].split(separator: ":", omittingEmptySubsequences: false) : []
    let numbers = time.map { Int($0) ?? -1 }
    guard time.isEmpty || (2...3).contains(time.count) else { return nil }
    var offset = 0
    if words.count > 4, let zone = Int(words[4].drop { $0 == "+" }) {
      offset = (zone / 100 * 60 + zone % 100) * (isWestern ? -1 : 1)
    }
    self.init(
      year: year, month: month + 1, day: day, hour: numbers.first ?? 0,
      minute: numbers.count > 1 ? numbers[1] : 0, second: numbers.count > 2 ? numbers[2] : 0, offset: offset)
  }
}
