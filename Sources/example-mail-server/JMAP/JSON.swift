// What is a JSON value, and how is it written? Enough of RFC 8259 for JMAP, in I-JSON's limits (RFC 7493).

import EndpointMessages

enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  /// In the order of writing; names are unique.
  case object([Member])

  struct Member: Sendable, Equatable {
    let name: String
    let value: JSON
  }

  static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(members.map { Member(name: $0.key, value: $0.value) })
  }

  subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  var stringValue: String? { if case .string(let value) = self { value } else { nil } }
  var integerValue: Int? { if case .integer(let value) = self { value } else { nil } }
  var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
  var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
  var members: [Member]? { if case .object(let value) = self { value } else { nil } }

  /// The strings of an array of strings; nil for anything else.
  var strings: [String]? {
    guard let values = arrayValue else { return nil }
    let strings = values.compactMap(\.stringValue)
    return strings.count == values.count ? strings : nil
  }

  /// How many octets it takes when written, escapes left out; nil when that is more than `limit`, or when it is
  /// nested too deeply to be read again.
  func size(upTo limit: Int) -> Int? {
    var room = limit
    return take(from: &room, depth: 0) ? limit - room : nil
  }

  private func take(from room: inout Int, depth: Int) -> Bool {
    guard depth < JSONParser.maximumDepth else { return false }
    switch self {
    case .null, .bool, .integer, .number: room -= 4
    case .string(let value): room -= value.utf8.count + 2
    case .array(let values):
      room -= 2
      for value in values {
        room -= 1
        guard room >= 0, value.take(from: &room, depth: depth + 1) else { return false }
      }
    case .object(let members):
      room -= 2
      for member in members {
        room -= member.name.utf8.count + 4
        guard room >= 0, member.value.take(from: &room, depth: depth + 1) else { return false }
      }
    }
    return room >= 0
  }

  var encoded: [UInt8] {
    var output: [UInt8] = []
    encode(into: &output)
    return output
  }

  private func encode(into output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += String(value).utf8
    case .number(let value): output += (value.isFinite ? String(value) : "null").utf8
    case .string(let value): Self.encode(value, into: &output)
    case .array(let values):
      output.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        value.encode(into: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.encode(member.name, into: &output)
        output.append(UInt8(ascii: ":"))
        member.value.encode(into: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func encode(_ string: String, into output: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    output.append(.quote)
    for byte in string.utf8 {
      switch byte {
      case .quote, .backslash: output += [.backslash, byte]
      case .lineFeed: output += #"\n"#.utf8
      case .carriageReturn: output += #"\r"#.utf8
      case .tab: output += #"\t"#.utf8
      case 0..<0x20, 0x7F: output += Array(#"\u00"#.utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: output.append(byte)
      }
    }
    output.append(.quote)
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral
{
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .integer(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
}
