// Which names are names.

/// The rules for the names of metrics and labels.
///
/// Source: Prometheus data model ("Metric names and labels") and OpenMetrics 1.0.0, ABNF.
package enum MetricName {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`.
  package static func isLegacy(_ name: some StringProtocol) -> Bool {
    isLegacy(name, colons: true)
  }

  fileprivate static func isLegacy(_ name: some StringProtocol, colons: Bool) -> Bool {
    var isFirst = true
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        break
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if isFirst { return false }
      case UInt8(ascii: ":"):
        if !colons { return false }
      default: return false
      }
      isFirst = false
    }
    return !isFirst
  }

  /// The name of a published variable made legal, by the rules of chasquid's `expvarom`.
  static func legal(for name: String) -> String {
    var legal = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": legal.unicodeScalars.append(scalar)
      default: legal += "_"
      }
    }
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return legal.utf8.first.map(digits.contains) == true ? "i" + legal : legal
  }

  /// Suffixes that a format adds by itself, so that a family whose own name ended in one could not be told apart.
  package static let reservedSuffixes = ["_total", "_created", "_bucket", "_count", "_sum", "_info"]
}

/// The rules for the names of labels, and how they are written.
package enum LabelName {
  /// `[a-zA-Z_][a-zA-Z0-9_]*`.
  package static func isLegacy(_ name: some StringProtocol) -> Bool {
    MetricName.isLegacy(name, colons: false)
  }

  /// The key of the number in the JSON form; a label of that name would be a second one.
  package static let reservedForJSON = "@"

  /// What is wrong with names that are only legal as UTF-8, when they stand beside each other: for a scraper that is
  /// told escaped names, two may become one, and one may become a name that Prometheus keeps to itself.
  package static func problemWhenEscaped(_ names: [String]) -> String? {
    guard !names.allSatisfy({ isLegacy($0) }) else { return nil }
    for scheme in NameEscaping.changing {
      let escaped = names.map { scheme.escape($0, colons: false) }
      guard Set(escaped).count == names.count else {
        return "two of the label names \(names) are the same where names are escaped (\(scheme.rawValue))"
      }
      if scheme == .underscores, let name = escaped.first(where: { $0.hasPrefix("__") }) {
        return "a label name is \(name) where names are escaped, and what begins with __ is reserved"
      }
    }
    return nil
  }

  /// A legacy name as it stands, any other quoted.
  package static func append(_ name: String, to text: inout [UInt8]) {
    guard !isLegacy(name) else { return text.append(contentsOf: name.utf8) }
    text.append(UInt8(ascii: "\""))
    LabelValue.appendEscaped(name, to: &text)
    text.append(UInt8(ascii: "\""))
  }
}

/// The rules for the values of labels, and how they are written.
package enum LabelValue {
  /// Longer values, in UTF-8 bytes, are not kept: a peer chooses them, and every scrape pays for them.
  package static let maximumLength = 1024

  /// What stands for a value that is not kept.
  package static let other = "other"

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
