// Which texts may be the name of a metric?

/// The rules for the names of metrics and labels.
///
/// Source: Prometheus data model ("Metric names and labels") and OpenMetrics 1.0.0, ABNF.
package enum MetricName {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`.
  package static func isLegacy(_ name: some StringProtocol) -> Bool {
    isLegacy(name, colons: true)
  }

  static func isLegacy(_ name: some StringProtocol, colons: Bool) -> Bool {
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
  static let reservedSuffixes = ["_total", "_created", "_bucket", "_count", "_sum", "_info"]
}
