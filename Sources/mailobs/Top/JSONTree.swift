// What does a server say in JSON?

/// A value of a document. What is not there is ``null``, whatever it was looked for in.
indirect enum JSONTree: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case array([JSONTree])
  case object([String: JSONTree])

  /// Nil for what is no document, or is deeper than anything that is asked for.
  ///
  /// Source: RFC 8259.
  init?(_ bytes: [UInt8]) {
    var reader = JSONReader(bytes: bytes)
    guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
    self = value
  }

  subscript(_ name: String) -> JSONTree {
    if case .object(let members) = self { members[name] ?? .null } else { .null }
  }

  var members: [JSONTree] { if case .array(let members) = self { members } else { [] } }
  var string: String { if case .text(let text) = self { text } else { "" } }
  var double: Double? { if case .number(let number) = self { number } else { nil } }
  /// The number without its fraction; nil for what no integer holds.
  var integer: Int? { double.flatMap { Int(exactly: $0.rounded(.towardZero)) } }
}

private struct JSONReader {
  let bytes: [UInt8]
  private var position = 0
  private static let mostDepth = 16

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }
  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func takes(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count,
      (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] })
    else { return false }
    position += count
    return true
  }

  mutating func value(depth: Int) -> JSONTree? {
    guard depth < JSONReader.mostDepth else { return nil }
    skipSpace()
    defer { skipSpace() }
    if takes("null") { return .null }
    if takes("true") { return .bool(true) }
    if takes("false") { return .bool(false) }
    if takes("\"") { return string().map { .text($0) } }
    if takes("[") { return array(depth: depth) }
    if takes("{") { return object(depth: depth) }
    let start = position
    while let byte = next, byte &- 0x30 < 10 || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte) {
      position += 1
    }
    return Double(String(decoding: bytes[start..<position], as: UTF8.self)).map { .number($0) }
  }

  private mutating func array(depth: Int) -> JSONTree? {
    var members: [JSONTree] = []
    skipSpace()
    if takes("]") { return .array([]) }
    repeat {
      guard let member = value(depth: depth + 1) else { return nil }
      members.append(member)
    } while takes(",")
    return takes("]") ? .array(members) : nil
  }

  private mutating func object(depth: Int) -> JSONTree? {
    var members: [String: JSONTree] = [:]
    skipSpace()
    if takes("}") { return .object([:]) }
    repeat {
      skipSpace()
      guard takes("\""), let name = string() else { return nil }
      skipSpace()
      guard takes(":"), let member = value(depth: depth + 1) else { return nil }
      members[name] = member
    } while takes(",")
    return takes("}") ? .object(members) : nil
  }

  /// Up to the closing quotation mark, which is taken too. Half of a pair of surrogates is a replacement character.
  private mutating func string() -> String? {
    var units: [UInt16] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF16.self)
      case UInt8(ascii: "\\"):
        guard let escape = next else { return nil }
        position += 1
        switch escape {
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "u"):
          guard bytes.count - position >= 4,
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
          else { return nil }
          position += 4
          units.append(unit)
        default: units.append(UInt16(escape))
        }
      case ..<0x20: return nil
      case ..<0x80: units.append(UInt16(byte))
      default:
        let start = position - 1
        while let more = next, more >= 0x80 { position += 1 }
        units += String(decoding: bytes[start..<position], as: UTF8.self).utf16
      }
    }
    return nil
  }
}
