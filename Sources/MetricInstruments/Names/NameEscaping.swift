// How is a name that only Prometheus 3 understands told to others?

/// The ways of writing UTF-8 names for a scraper.
///
/// Source: Prometheus, "UTF-8 support: escaping schemes". Names that every scraper understands are never changed.
package enum NameEscaping: String, Sendable, Hashable, CaseIterable {
  /// Names as they are, in quotes.
  case allowUTF8 = "allow-utf-8"
  /// Every illegal character becomes an underscore.
  case underscores
  /// Dots become `_dot_`, underscores are doubled, anything else illegal becomes two underscores.
  case dots
  /// `U__`, and each illegal character as its code point in hexadecimal between underscores: reversible.
  case values

  /// The schemes that change names.
  static let changing: [NameEscaping] = [.underscores, .dots, .values]

  /// The name that a scraper with this scheme is told; the same for a legal one. Without meaning for `.allowUTF8`.
  package func escape(_ name: String, colons: Bool = true) -> String {
    guard self != .allowUTF8, !(colons ? MetricName.isLegacy(name) : LabelName.isLegacy(name)) else {
      return name
    }
    var escaped = self == .values ? "U__" : ""
    for (position, scalar) in name.unicodeScalars.enumerated() {
      let isLegal = isLegal(scalar, first: position == 0, colons: colons)
      switch self {
      case .allowUTF8: break
      case .underscores: escaped.unicodeScalars.append(isLegal ? scalar : "_")
      case .dots:
        switch scalar {
        case "_": escaped += "__"
        case ".": escaped += "_dot_"
        default: if isLegal { escaped.unicodeScalars.append(scalar) } else { escaped += "__" }
        }
      case .values:
        if scalar == "_" {
          escaped += "__"
        } else if isLegal {
          escaped.unicodeScalars.append(scalar)
        } else {
          escaped += "_" + String(scalar.value, radix: 16) + "_"
        }
      }
    }
    return escaped
  }

  private func isLegal(_ scalar: Unicode.Scalar, first: Bool, colons: Bool) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    case "0"..."9": !first
    case ":": colons
    default: false
    }
  }
}
