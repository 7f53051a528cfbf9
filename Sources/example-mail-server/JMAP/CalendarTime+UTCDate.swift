// Which moment does a client's UTCDate name? The form of RFC 8620 section 1.4.

extension CalendarTime {
  /// `2014-10-30T06:12:00Z`; a fraction of a second is left out. nil for another text.
  init?(utcFormat text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
    for (place, mark) in zip([4, 7, 10, 13, 16], "--T::".utf8) where bytes[place] != mark { return nil }
    let fraction = bytes[19..<(bytes.count - 1)]
    guard fraction.isEmpty || fraction.first == .dot, fraction.count != 1,
      fraction.dropFirst().allSatisfy(\.isDigit)
    else { return nil }
    func number(_ range: Range<Int>) -> Int {
      bytes[range].allSatisfy(\.isDigit) ? Int(bytes[range].text) ?? -1 : -1
    }
    self.init(
      year: number(0..<4), month: number(5..<7), day: number(8..<10), hour: number(11..<13),
      minute: number(14..<16), second: number(17..<19))
  }
}
