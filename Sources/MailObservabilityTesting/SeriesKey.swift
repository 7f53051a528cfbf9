// Which series is a sample of, in whatever order its labels stand?

import MetricParsing
import ObservabilityPlatform

/// A name and labels as an exposition writes them, the labels in the order of their names, and each number
/// that is one in the one spelling of OpenMetrics. Compared by its bytes.
struct SeriesKey: Hashable, CustomStringConvertible {
  private let bytes: [UInt8]

  init(_ sample: ParsedExposition.Sample) {
    let isBucket =
      sample.role == .bucket || sample.name.utf8.reversed().starts(with: "_bucket".utf8.reversed())
    let labels = sample.labels.map { label in
      let isNumber = label.name == "le" && isBucket || label.name == "quantile"
      guard isNumber, let number = Double(label.value) else { return (label.name, label.value) }
      return (label.name, number == .infinity ? "+Inf" : number.description)
    }
    let name = sample.name
    let isPlain = SeriesKey.isPlain(name)
    let shown = SeriesKey.shown(labels, first: isPlain ? [] : ["\"\(SeriesKey.escaped(name))\""])
    bytes = Array(((isPlain ? name : "") + (shown == "{}" ? "" : shown)).utf8)
  }

  var description: String { String(decoding: bytes, as: UTF8.self) }

  static func shown(_ labels: [ParsedExposition.Label]) -> String {
    shown(labels.map { ($0.name, $0.value) }, first: [])
  }

  private static func shown(_ labels: [(name: String, value: String)], first: [String]) -> String {
    let sorted = labels.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let texts = sorted.map { label in
      let name = isPlain(label.name) ? label.name : "\"\(escaped(label.name))\""
      return "\(name)=\"\(escaped(label.value))\""
    }
    return "{" + (first + texts).joined(separator: ",") + "}"
  }

  static func shown(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return Int64(exactly: value).map { abs(value) < 1e15 ? $0.description : value.description }
      ?? value.description
  }

  /// Whether it is a name that needs no quotes.
  static func isPlain(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
    return name.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
      default: false
      }
    }
  }

  /// The text as an exposition escapes it, and what steers terminals as `\u{1B}`: a backslash that is there
  /// already is two.
  static func escaped(_ text: String, quotes: Bool = true) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      case _ where scalar.steersTerminals:
        escaped += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
