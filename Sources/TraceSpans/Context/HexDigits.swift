// How are identifiers written in hexadecimal, and read back from bytes that may be anything?

/// Lower-case hexadecimal, as W3C Trace Context has it: upper-case digits are none.
enum HexDigits {
  /// The number that the digits stand for; nil when one of them is none. At most 16 digits fit.
  static func number(_ digits: some Sequence<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return number
  }

  /// Writes the number's last `count` digits, the first of them to `place`.
  static func write(_ number: UInt64, count: Int, to place: UnsafeMutablePointer<UInt8>) {
    var rest = number
    for index in stride(from: count - 1, through: 0, by: -1) {
      let digit = UInt8(truncatingIfNeeded: rest & 15)
      place[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      rest >>= 4
    }
  }

  /// A text of `count` bytes that `write` fills.
  static func text(count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) -> String {
    String(unsafeUninitializedCapacity: count) { buffer in
      guard let base = buffer.baseAddress else { return 0 }
      write(base)
      return count
    }
  }
}
