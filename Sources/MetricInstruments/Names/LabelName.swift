// Which texts may be the name of a label, and how is it written?

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
  static func append(_ name: String, to text: inout [UInt8]) {
    guard !isLegacy(name) else { return text.append(contentsOf: name.utf8) }
    text.append(UInt8(ascii: "\""))
    LabelValue.appendEscaped(name, to: &text)
    text.append(UInt8(ascii: "\""))
  }
}
