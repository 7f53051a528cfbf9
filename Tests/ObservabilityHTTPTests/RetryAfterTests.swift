// Is a server's wish to be left alone read as it was meant, and never believed beyond reason?

import ObservabilityPlatform
import Testing

@testable import ObservabilityHTTP

@Suite("Retry-After")
struct RetryAfterTests {
  /// 1994-11-06 08:49:37 GMT, the date of the examples of RFC 9110.
  private static let date: Int64 = 784_111_777

  @Test(
    "Seconds, and the three forms of a date, of which one that is over means at once",
    arguments: [
      ("0", 0), ("3", 3), ("0003", 3), ("120", 120), ("3600", 3600), ("3601", 3600), ("1000000000", 3600),
      ("99999999999999999999999999999999999999999", 3600), ("9223372036854775807", 3600),
      ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sunday, 06-Nov-94 08:49:37 GMT", 37),
      ("Sun Nov  6 08:49:37 1994", 37), ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
      ("Mon, 01 Jan 0001 00:00:00 GMT", 0), ("Sun Nov 06 08:49:37 1994", 37),
      ("Sun, 06 Nov 1994 08:49:60 GMT", 60), ("Sunday, 06-Nov-99 08:49:37 GMT", 3600),
      // More than 50 years ahead is the last century.
      ("Sunday, 06-Nov-45 08:49:37 GMT", 0), ("Sunday, 06-Nov-44 08:49:37 GMT", 0),
      ("Tue, 29 Feb 2000 00:00:00 GMT", 3600),
    ])
  func understood(text: String, seconds: Int) {
    let wait = RetryAfter.parse(text, now: Self.date - 37, longest: .seconds(3600))
    #expect(wait == .seconds(seconds))
  }

  @Test(
    "What is neither is not believed",
    arguments: [
      "", " ", "-1", "+1", "1.5", "1e3", "0x10", "1 2", "soon", "３", "Sun", "Sun,", "Sun, 06 Nov 1994",
      "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
      "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
      "Sun, 29 Feb 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
      "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 0000 08:49:37 GMT",
      "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Okt 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
      "Sun, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 94",
      "Sun, 06 Nov 1994 08:49:3\0 GMT", "Sun, 06 Nov 19941 08:49:37 GMT",
    ])
  func refused(text: String) {
    #expect(RetryAfter.parse(text, now: Self.date, longest: .seconds(3600)) == nil)
  }

  @Test("A clock at its ends, and a longest wait that makes no sense, do no harm")
  func extremes() {
    for now in [Int64.min, -1, 0, .max] {
      let wait = RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", now: now, longest: .seconds(5))
      #expect(wait == (now > Self.date ? .zero : .seconds(5)))
      #expect(RetryAfter.parse("7", now: now, longest: .seconds(-5)) == .zero)
    }
  }

  @Test("Dates are those of which the seconds are known")
  func roundTrip() {
    for seconds in stride(from: Int64(0), to: 253_402_300_800, by: 86_400 * 97 + 12_345) {
      let time = CivilTime(secondsSince1970: seconds)
      let back = CivilTime.secondsSince1970(
        year: time.year, month: time.month, day: time.day, hour: time.hour, minute: time.minute,
        second: time.second)
      #expect(back == seconds)
    }
  }
}
