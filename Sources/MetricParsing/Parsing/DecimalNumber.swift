// Which number is written here?

/// Numbers as both formats write them.
///
/// Source: OpenMetrics 1.0.0, ABNF: `number`. Text 0.0.4 has those of Go's `ParseFloat` without underscores
/// and hexadecimal digits, which are the same.
enum DecimalNumber {
  /// The number, or nil when the bytes are none or one that is too large; `NaN` and infinities only where
  /// `isReal` is false.
  ///
  /// Most are short, and then one multiplication or division of numbers that are exact is rounded right (W.
  /// Clinger, "How to read floating point numbers accurately"). The others go to the standard library.
  static func value(_ bytes: UnsafeRawBufferPointer, isReal: Bool = false) -> Double? {
    let count = bytes.count
    guard count > 0 else { return nil }
    var position = 0
    var isNegative = false
    if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
      isNegative = bytes[0] == UInt8(ascii: "-")
      position = 1
    }
    var mantissa: UInt64 = 0
    // Digits of the mantissa, of which leading zeros are none.
    var significant = 0
    var digits = 0
    var exponent = 0
    while position < count, bytes[position].isDigit {
      if significant < 19 {
        mantissa = mantissa &* 10 &+ UInt64(bytes[position] &- UInt8(ascii: "0"))
        if mantissa != 0 { significant &+= 1 }
      } else {
        significant = 20
      }
      digits &+= 1
      position &+= 1
    }
    if position < count, bytes[position] == UInt8(ascii: ".") {
      position &+= 1
      while position < count, bytes[position].isDigit {
        if significant < 19 {
          mantissa = mantissa &* 10 &+ UInt64(bytes[position] &- UInt8(ascii: "0"))
          if mantissa != 0 { significant &+= 1 }
          exponent &-= 1
        } else {
          significant = 20
        }
        digits &+= 1
        position &+= 1
      }
    }
    guard digits > 0 else { return isReal ? nil : special(bytes) }
    var isSmall = true
    if position < count {
      guard bytes[position] | 0x20 == UInt8(ascii: "e") else { return nil }
      position &+= 1
      var isBelow = false
      if position < count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
        isBelow = bytes[position] == UInt8(ascii: "-")
        position &+= 1
      }
      let start = position
      var power = 0
      while position < count, bytes[position].isDigit {
        power = power &* 10 &+ Int(bytes[position] &- UInt8(ascii: "0"))
        if power > 1_000 {
          isSmall = false
          power = 1_000
        }
        position &+= 1
      }
      guard position > start, position == count else { return nil }
      exponent &+= isBelow ? -power : power
    }
    guard isSmall, significant < 20, mantissa <= 1 << 53, -22...22 ~= exponent else {
      guard let value = Double(String(decoding: bytes, as: UTF8.self)), value.isFinite else { return nil }
      return value
    }
    let magnitude = Double(mantissa)
    let value = exponent < 0 ? magnitude / tenTo(-exponent) : magnitude * tenTo(exponent)
    return isNegative ? -value : value
  }

  /// `NaN`, and infinities with a sign or without, in any case.
  private static func special(_ bytes: UnsafeRawBufferPointer) -> Double? {
    let isSigned = bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+")
    let word = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(isSigned ? 1 : 0))
    func isWord(_ text: StaticString) -> Bool {
      guard word.count == text.utf8CodeUnitCount else { return false }
      let letters = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      return zip(word, letters).allSatisfy { $0 | 0x20 == $1 && $0 >= UInt8(ascii: "A") }
    }
    if isWord("inf") || isWord("infinity") { return bytes[0] == UInt8(ascii: "-") ? -.infinity : .infinity }
    return !isSigned && isWord("nan") ? .nan : nil
  }

  private static func tenTo(_ exponent: Int) -> Double {
    switch exponent {
    case 0: 1
    case 1: 1e1
    case 2: 1e2
    case 3: 1e3
    case 4: 1e4
    case 5: 1e5
    case 6: 1e6
    case 7: 1e7
    case 8: 1e8
    case 9: 1e9
    case 10: 1e10
    case 11: 1e11
    case 12: 1e12
    case 13: 1e13
    case 14: 1e14
    case 15: 1e15
    case 16: 1e16
    case 17: 1e17
    case 18: 1e18
    case 19: 1e19
    case 20: 1e20
    case 21: 1e21
    default: 1e22
    }
  }

  /// An integer as Go's `ParseInt` reads it.
  static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    // Of a `+` or `-` in front and digits, no more.
    guard let last = bytes.last, last.isDigit else { return nil }
    return Int64(String(decoding: bytes, as: UTF8.self))
  }
}
