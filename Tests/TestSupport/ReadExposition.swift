// What does a scraper learn from an exposition that it takes by the letter?

/// What one exposition says, whichever form it came in. Texts are bytes: `String ==` would take two series for one.
package struct ReadExposition: Sendable {
  package struct Label: Hashable, Sendable {
    package let name: String
    package let value: [UInt8]
  }

  package enum Value: Sendable {
    case number(Double)
    /// The counts of the buckets, not cumulative, the last without an upper bound.
    case histogram(counts: [UInt64], sum: Double)
  }

  package struct Family: Sendable {
    /// As the exposition has it: an info is a gauge in two of the three forms.
    package let type: String
    /// By the labels, sorted by name, without empty ones: two that share them are one series to Prometheus.
    package private(set) var series: [[Label]: Value] = [:]

    init(type: String) { self.type = type }

    mutating func add(_ value: Value, _ labels: [Label], of family: String) throws(ReadProblem) {
      guard series.updateValue(value, forKey: labels) == nil else {
        throw ReadProblem("\(family) has \(Label.text(labels)) twice")
      }
    }
  }

  /// By the names that samples have: a counter's with `_total`, an info's with `_info`.
  package private(set) var families: [String: Family] = [:]
  private var sampleNames: Set<String> = []

  mutating func add(_ family: Family, named name: String) throws(ReadProblem) {
    families[name] = family
    for suffix in family.type == "histogram" ? ["", "_bucket", "_sum", "_count"] : [""] {
      guard sampleNames.insert(name + suffix).inserted else {
        throw ReadProblem("\(name + suffix) is in two families, or in one that comes twice")
      }
    }
  }

  /// The number of a series with one label, or with none.
  package func number(_ family: String, _ label: String? = nil, _ value: String = "") -> Double? {
    let labels = label.map { [Label(name: $0, value: Array(value.utf8))] } ?? []
    guard case .number(let number) = families[family]?.series[labels] else { return nil }
    return number
  }
}

/// Why an exposition cannot be read.
package struct ReadProblem: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

extension ReadExposition.Label {
  /// Labels in the order in which all orders of them are one.
  static func identity(_ labels: [Self]) throws(ReadProblem) -> [Self] {
    guard Set(labels.map(\.name)).count == labels.count else {
      throw ReadProblem("a label comes twice in \(text(labels))")
    }
    return labels.filter { !$0.value.isEmpty }.sorted { $0.name < $1.name }
  }

  static func text(_ labels: [Self]) -> String {
    let pairs = labels.map { "\($0.name)=\"\(String(decoding: $0.value.prefix(40), as: UTF8.self))\"" }
    return "{\(pairs.joined(separator: ","))}"
  }
}

/// Bytes that are taken from the front.
struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  var isAtEnd: Bool { position == bytes.endIndex }

  /// What has not been taken yet.
  var rest: ArraySlice<UInt8> { bytes[position...] }

  func problem(_ text: String) -> ReadProblem {
    ReadProblem(
      "\(text) at byte \(position): \(String(decoding: bytes[max(bytes.startIndex, position - 60)...].prefix(120), as: UTF8.self))"
    )
  }

  mutating func skip(_ count: Int = 1) { position += count }

  /// Takes a text if it comes next.
  mutating func takes(_ text: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  mutating func expect(_ text: StaticString) throws(ReadProblem) {
    guard takes(text) else { throw problem("\"\(text)\" was expected") }
  }

  /// The bytes for as long as they are `wanted`.
  mutating func take(while wanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let start = position
    while let byte = next, wanted(byte) { position += 1 }
    return bytes[start..<position]
  }

  /// `[a-zA-Z_][a-zA-Z0-9_]*`, with colons in the name of a metric.
  mutating func name(colons: Bool) throws(ReadProblem) -> String {
    let name = take { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: colons && byte == UInt8(ascii: ":")
      }
    }
    guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else {
      throw problem("a name was expected")
    }
    return String(decoding: name, as: UTF8.self)
  }

  /// Digits, with a sign, a fraction and an exponent as JSON allows them.
  mutating func number() throws(ReadProblem) -> Double {
    let start = position
    _ = takes("-")
    func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    let whole = take(while: isDigit)
    var isSound = whole.count == 1 || whole.count > 1 && whole.first != UInt8(ascii: "0")
    if takes(".") { isSound = !take(while: isDigit).isEmpty && isSound }
    if takes("e") || takes("E") {
      _ = takes("+") || takes("-")
      isSound = !take(while: isDigit).isEmpty && isSound
    }
    guard isSound, let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
      throw problem("a number was expected")
    }
    return number
  }
}
