// How are strings and numbers written in JSON, without a String in between?

import MetricInstruments

extension OutputBuffer {
  /// A string in its quotes. Source: RFC 8259, 7.
  mutating func append(jsonString text: String) {
    append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { append(jsonEscaped: UnsafeRawBufferPointer($0)) }
    append(UInt8(ascii: "\""))
  }

  /// The bytes of a string as they stand between its quotes: those that ``SeriesLabels/isPlain(_:)`` as they are.
  ///
  /// A NUL becomes U+FFFD, as in the text formats: what is one series there is one here, and many readers of JSON take
  /// no NUL either. Angle brackets are escaped, so that nothing in a string can become markup.
  mutating func append(jsonEscaped text: UnsafeRawBufferPointer) {
    for byte in text {
      guard !SeriesLabels.isPlain(byte) else {
        append(byte)
        continue
      }
      if byte == 0 {
        append("\u{FFFD}")
        continue
      }
      append(UInt8(ascii: "\\"))
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
      case UInt8(ascii: "\n"): append(UInt8(ascii: "n"))
      case UInt8(ascii: "\r"): append(UInt8(ascii: "r"))
      case UInt8(ascii: "\t"): append(UInt8(ascii: "t"))
      default:
        append("u00")
        append(hexadecimalDigit(byte >> 4))
        append(hexadecimalDigit(byte & 15))
      }
    }
  }

  /// The shortest form that reads back as the same number; `null` for what JSON has no number for.
  mutating func append(json value: Double) {
    guard value.isFinite else { return append("null") }
    append(number: value)
  }

  private func hexadecimalDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
