// Which day of which year, and what time of day, is so many seconds after the beginning of 1970?

/// A moment in UTC, to the second, by the Gregorian calendar, between the years 1970 and 9999.
package struct CivilTime: Equatable, Sendable {
  package let year: Int, month: Int, day: Int
  /// Days since Sunday.
  package let weekday: Int
  package let hour: Int, minute: Int, second: Int

  /// What lies outside of those years is the first or the last moment in them.
  package init(secondsSince1970 seconds: Int64) {
    let (days, second) = Int(min(max(seconds, 0), 253_402_300_799)).quotientAndRemainder(dividingBy: 86_400)
    // Days are counted in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (shiftedMonth < 10 ? 0 : 1)
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    // 1 January 1970 was a Thursday.
    weekday = (days + 4) % 7
    hour = second / 3600
    minute = second / 60 % 60
    self.second = second % 60
  }
  /// The seconds from the beginning of 1970 to a moment; nil when there is no such day or time, or the year is none of
  /// 1 to 9999. The second 60 of a leap second is the one that follows.
  package static func secondsSince1970(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
  ) -> Int64? {
    guard 1...9999 ~= year, 1...12 ~= month, 0...23 ~= hour, 0...59 ~= minute, 0...60 ~= second else {
      return nil
    }
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length = month == 2 ? (isLeapYear ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard 1...length ~= day else { return nil }
    // As above, the year begins on 1 March.
    let shiftedYear = month > 2 ? year : year - 1
    let shiftedMonth = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
    let days =
      shiftedYear * 365 + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400 + dayOfYear - 719_468
    return Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }
}
