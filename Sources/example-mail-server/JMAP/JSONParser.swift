// Is this JSON, and what does it say? A strict parser with a limit on depth (RFC 8259, RFC 7493).

import EndpointMessages

struct JSONError: Error, Equatable {
  let message: String
  let offset: Int
}

struct JSONParser {
  static let maximumDepth = 64

  private let bytes: [UInt8]
  private var position = 0

  static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw JSONError(message: "not UTF-8", offset: 0)
    }
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.position == bytes.count else { throw parser.error("text after the value") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func error(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte.isWhitespace || byte == .lineFeed || byte == .carriageReturn { position += 1 }
  }

  private mutating func skip(_ character: Character) -> Bool {
    guard let byte = next, byte == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard depth < Self.maximumDepth else { throw error("nested too deeply") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case .quote: return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[position...].starts(with: word.utf8) else { throw error("unknown word") }
    position += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    // By their bytes: names in two normal forms are two names.
    var names: Set<[UInt8]> = []
    skipBlanks()
    if skip("}") { return .object([]) }
    repeat {
      skipBlanks()
      guard next == .quote else { throw error("expected a name") }
      let name = try string()
      guard names.insert(Array(name.utf8)).inserted else { throw error("a name occurs twice") }
      skipBlanks()
      guard skip(":") else { throw error("expected a colon") }
      members.append(JSON.Member(name: name, value: try value(depth: depth + 1)))
      skipBlanks()
    } while skip(",")
    guard skip("}") else { throw error("expected a comma or the object's end") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var values: [JSON] = []
    skipBlanks()
    if skip("]") { return .array([]) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipBlanks()
    } while skip(",")
    guard skip("]") else { throw error("expected a comma or the array's end") }
    return .array(values)
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var value: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case .quote: return value.text
      case .backslash: try escape(into: &value)
      case 0..<0x20: throw error("a control character in a string")
      default: value.append(byte)
      }
    }
    throw error("a string does not end")
  }

  private mutating func escape(into value: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error("a string does not end") }
    position += 1
    switch byte {
    case .quote, .backslash, UInt8(ascii: "/"): value.append(byte)
    case UInt8(ascii: "b"): value.append(8)
    case UInt8(ascii: "f"): value.append(12)
    case UInt8(ascii: "n"): value.append(10)
    case UInt8(ascii: "r"): value.append(13)
    case UInt8(ascii: "t"): value.append(9)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard skip("\\"), skip("u") else { throw error("half a surrogate pair") }
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
      value.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw error("unknown escape")
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    let digits = bytes[position..<min(bytes.count, position + 4)]
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt32(digits.text, radix: 16)
    else { throw error("expected four hexadecimal digits") }
    position += 4
    return code
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = next, byte.isDigit { position += 1 }
    return position - start
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = position
    _ = skip("-")
    let integerStart = position
    let count = digits()
    guard count > 0, count == 1 || bytes[integerStart] != UInt8(ascii: "0") else {
      throw error("expected a value")
    }
    var isInteger = true
    if skip(".") {
      isInteger = false
      guard digits() > 0 else { throw error("expected digits") }
    }
    if skip("e") || skip("E") {
      isInteger = false
      if !skip("+") { _ = skip("-") }
      guard digits() > 0 else { throw error("expected digits") }
    }
    let text = bytes[start..<position].text
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else { throw error("a number beyond all bounds") }
    return .number(value)
  }
}
