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
}
