// How are bytes that are no text shown as text?

/// The escaped form of bytes that may not be UTF-8, as Go's `strconv.QuoteToASCII` has it, without the quotes.
///
/// Source: the documentation of Go's `strconv`, and "String literals" in the Go specification.
enum QuotedASCII {
  static func text(of bytes: some Sequence<UInt8>) -> String {
    var text = ""
    var decoder = UTF8Pieces(bytes: Array(bytes))
    while let piece = decoder.next() {
      switch piece {
      case .scalar(let scalar): append(scalar, to: &text)
      case .invalid(let byte): text += "\\x" + hexadecimal(UInt32(byte), digits: 2)
      }
    }
    return text
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
    switch scalar.value {
    case 0x07: text += "\\a"
    case 0x08: text += "\\b"
    case 0x09: text += "\\t"
    case 0x0A: text += "\\n"
    case 0x0B: text += "\\v"
    case 0x0C: text += "\\f"
    case 0x0D: text += "\\r"
    case 0x22: text += "\\\""
    case 0x5C: text += "\\\\"
    case 0x20..<0x7F: text.unicodeScalars.append(scalar)
    case 0..<0x80: text += "\\x" + hexadecimal(scalar.value, digits: 2)
    case 0x80..<0x1_0000: text += "\\u" + hexadecimal(scalar.value, digits: 4)
    default: text += "\\U" + hexadecimal(scalar.value, digits: 8)
    }
  }

  private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}

/// Takes bytes apart into the scalars that they are UTF-8 of, and single bytes that belong to none, as Go does.
private struct UTF8Pieces {
  enum Piece {
    case scalar(Unicode.Scalar)
    case invalid(UInt8)
  }

  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> Piece? {
    guard position < bytes.count else { return nil }
    let first = bytes[position]
    let length =
      first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    let end = position + length
    if length > 0, end <= bytes.count,
      let text = String(validating: bytes[position..<end], as: UTF8.self),
      let scalar = text.unicodeScalars.first
    {
      position = end
      return .scalar(scalar)
    }
    position += 1
    return .invalid(first)
  }
}
