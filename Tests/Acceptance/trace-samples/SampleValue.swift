// What is a random attribute, and how is it described?

import TestSupport
import TraceSpans

/// JSON that is written by hand: Foundation is not here, and the description must not share code with what it describes.
enum JSON {
  static func text(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  static func array(_ members: [String]) -> String { "[" + members.joined(separator: ",") + "]" }

  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { text($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }
}

/// A value, said twice: as the library takes it, and as a reader should find it.
struct SampleValue {
  let value: TraceSpan.AttributeValue
  let description: String

  private static let texts = [
    "", " ", "a", "SMTP DATA", "bob@example.org", "é", "e\u{301}", "\0", "\n\r\t", "\"\\",
    "\u{7F}\u{80}\u{9F}",
    "日本語", "😀👨‍👩‍👧", "\u{FFFF}\u{10FFFF}", "\u{202E}x", "ab\u{0}cd",
  ]

  static func text(_ generator: inout SeededGenerator) -> String {
    let count = Int.random(in: 0..<40, using: &generator) == 0 ? 60 : Int.random(in: 0...3, using: &generator)
    return (0..<count).map { _ in texts.randomElement(using: &generator) ?? "" }.joined()
  }

  private static func integer(_ generator: inout SeededGenerator) -> Int {
    let special = [0, 1, -1, 127, 128, 16_383, 16_384, .max, .min, .max - 1, 1 << 32, -(1 << 31)]
    return special.randomElement(using: &generator).flatMap { Bool.random(using: &generator) ? $0 : nil }
      ?? .random(in: .min ... .max, using: &generator)
  }

  private static func double(_ generator: inout SeededGenerator) -> Double {
    let special = [
      0, -0.0, 1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi,
    ]
    return special.randomElement(using: &generator).flatMap { Bool.random(using: &generator) ? $0 : nil }
      ?? Double(bitPattern: .random(in: .min ... .max, using: &generator))
  }

  /// By its bits, which JSON has no number for.
  private static func described(_ value: Double) -> String {
    JSON.object([("double", JSON.text(String(value.bitPattern, radix: 16)))])
  }

  private static func described(_ value: String) -> String { JSON.object([("string", JSON.text(value))]) }
  private static func described(_ value: Int) -> String { JSON.object([("int", "\(value)")]) }
  private static func described(_ value: Bool) -> String { JSON.object([("bool", "\(value)")]) }

  private static func several<Element>(
    _ generator: inout SeededGenerator, _ make: (inout SeededGenerator) -> Element
  ) -> [Element] {
    (0..<Int.random(in: 0...5, using: &generator)).map { _ in make(&generator) }
  }

  static func random(_ generator: inout SeededGenerator) -> SampleValue {
    func array(_ members: [String]) -> String { JSON.object([("array", JSON.array(members))]) }
    switch Int.random(in: 0..<8, using: &generator) {
    case 0:
      let value = integer(&generator)
      return SampleValue(value: .integer(value), description: described(value))
    case 1:
      let value = double(&generator)
      return SampleValue(value: .double(value), description: described(value))
    case 2:
      let value = Bool.random(using: &generator)
      return SampleValue(value: .boolean(value), description: described(value))
    case 3:
      let values = several(&generator) { text(&$0) }
      return SampleValue(value: .strings(values), description: array(values.map { described($0) }))
    case 4:
      let values = several(&generator) { integer(&$0) }
      return SampleValue(value: .integers(values), description: array(values.map { described($0) }))
    case 5:
      let values = several(&generator) { double(&$0) }
      return SampleValue(value: .doubles(values), description: array(values.map { described($0) }))
    case 6:
      let values = several(&generator) { Bool.random(using: &$0) }
      return SampleValue(value: .booleans(values), description: array(values.map { described($0) }))
    default:
      let value = text(&generator)
      return SampleValue(value: .string(value), description: described(value))
    }
  }
}
