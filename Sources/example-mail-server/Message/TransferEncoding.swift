// How did a part get through seven bits? Its octets before they were encoded (RFC 2045 section 6).

import EndpointMessages

enum TransferEncoding: Sendable {
  /// `7bit`, `8bit` and `binary`: the octets stand as they are. So do those of an encoding that nobody knows.
  case identity
  case base64, quotedPrintable

  /// - Parameter field: the value of Content-Transfer-Encoding.
  init(_ field: String?) {
    switch field.map({ $0.utf8.trimmed.text.asciiLowercased }) {
    case "base64": self = .base64
    case "quoted-printable": self = .quotedPrintable
    default: self = .identity
    }
  }

  /// Mail that was mangled on its way is read as far as it goes: this never fails.
  func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    switch self {
    case .identity: Array(bytes)
    case .base64: Base64.decodeLeniently(bytes)
    case .quotedPrintable: Self.decodeQuotedPrintable(bytes)
    }
  }

  /// - Parameter isHeader: the Q of RFC 2047, where an underscore is a space.
  static func decodeQuotedPrintable(_ bytes: ArraySlice<UInt8>, isHeader: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var rest = bytes
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "="):
        if let high = rest.first?.hexValue, let low = rest.dropFirst().first?.hexValue {
          output.append(high << 4 | low)
          rest.removeFirst(2)
        } else if let lineEnd = lineEnd(rest) {
          // A line that ends with = goes on in the next one.
          rest.removeFirst(lineEnd)
        } else {
          output.append(byte)
        }
      case UInt8(ascii: "_") where isHeader: output.append(.space)
      default: output.append(byte)
      }
    }
    return output
  }

  /// How many octets the blanks and the line end are that stand here; nil when it is something else.
  private static func lineEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    // Lines have at most 76 octets: blanks without end are none.
    let blanks = bytes.prefix(76).prefix { $0.isWhitespace || $0 == .carriageReturn }.count
    return bytes.dropFirst(blanks).first == .lineFeed ? blanks + 1 : nil
  }
}

extension UInt8 {
  fileprivate var hexValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
