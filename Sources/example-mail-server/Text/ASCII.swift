// How do the protocols look at bytes? As ASCII octets; text becomes a String only once it was validated.

import EndpointMessages

extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  static let dot = UInt8(ascii: ".")
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")

  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
  /// Printable ASCII, the space included.
  var isPrintable: Bool { self >= 0x20 && self < 0x7F }
  var isControl: Bool { self < 0x20 || self == 0x7F }
  var isWhitespace: Bool { self == .space || self == .tab }
  var lowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
  var uppercased: UInt8 { self >= 0x61 && self <= 0x7A ? self & 0xDF : self }
}

extension Collection where Element == UInt8 {
  /// The bytes as text; invalid UTF-8 is replaced, so this never fails.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// Compares without regard to the case of ASCII letters.
  func equals(ignoringCase other: String) -> Bool {
    self.elementsEqual(other.utf8, by: { $0.lowercased == $1.lowercased })
  }

  /// Whether `needle` occurs, without regard to the case of ASCII letters. An empty needle always does.
  func contains(ignoringCase needle: some Collection<UInt8>) -> Bool {
    guard let first = needle.first?.lowercased else { return true }
    var start = startIndex
    while start != endIndex {
      if self[start].lowercased == first, self[start...].starts(with: needle, ignoringCase: true) {
        return true
      }
      start = index(after: start)
    }
    return false
  }

  func starts(with prefix: some Collection<UInt8>, ignoringCase: Bool) -> Bool {
    var remaining = makeIterator()
    for expected in prefix {
      guard let byte = remaining.next() else { return false }
      guard ignoringCase ? byte.lowercased == expected.lowercased : byte == expected else { return false }
    }
    return true
  }
}

extension Collection where Element == UInt8 {
  /// Without leading and trailing spaces, tabs and line ends.
  var trimmed: [UInt8] {
    func isBlank(_ byte: UInt8) -> Bool {
      byte.isWhitespace || byte == .carriageReturn || byte == .lineFeed
    }
    var bytes = Array(drop(while: isBlank))
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }
}

extension StringProtocol {
  /// Lower case for ASCII letters only: what names in mail protocols need, without locale surprises.
  var asciiLowercased: String { String(decoding: utf8.map(\.lowercased), as: UTF8.self) }
  var asciiUppercased: String { String(decoding: utf8.map(\.uppercased), as: UTF8.self) }
}

/// Compares secrets in a time that depends on the length of `supplied` only.
func equalsInConstantTime(_ supplied: String, _ expected: String) -> Bool {
  let expected = Array(expected.utf8)
  let supplied = Array(supplied.utf8)
  var difference = supplied.count == expected.count ? 0 : UInt8(1)
  for (index, byte) in supplied.enumerated() {
    difference |= byte ^ (index < expected.count ? expected[index] : 0xFF)
  }
  return difference == 0
}
