// How is the value of a label written, and which values are not kept?

/// The rules for the values of labels, and how they are written.
package enum LabelValue {
  /// Longer values, in UTF-8 bytes, are not kept: a peer chooses them, and every scrape pays for them.
  package static let maximumLength = 1024

  /// What stands for a value that is not kept.
  static let other = "other"

  /// The value with U+FFFD for each NUL, as it is shown.
  package static func withoutNUL(_ value: String) -> String {
    guard value.utf8.contains(0) else { return value }
    var shown = String.UnicodeScalarView()
    for scalar in value.unicodeScalars { shown.append(scalar == "\0" ? "\u{FFFD}" : scalar) }
    return String(shown)
  }

  /// Backslash, double quote and line feed escaped, as all text formats want it. A NUL becomes U+FFFD, since
  /// Prometheus's own scanner takes it for the end of the scrape.
  package static func appendEscaped(_ value: String, to text: inout [UInt8]) {
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): text.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\\")])
      case UInt8(ascii: "\""): text.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "\"")])
      case UInt8(ascii: "\n"): text.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
      case 0: text.append(contentsOf: [0xEF, 0xBF, 0xBD])
      default: text.append(byte)
      }
    }
  }
}
