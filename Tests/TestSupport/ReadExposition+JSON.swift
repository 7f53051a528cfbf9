// Is `/metrics.json` one JSON document in which nothing comes twice, and what does it say?

extension ReadExposition {
  /// Reads the JSON form.
  ///
  /// Source: RFC 8259; names within an object are unique here, as its section 4 asks.
  package init(json bytes: [UInt8]) throws(ReadProblem) {
    self.init()
    guard String(validating: bytes, as: UTF8.self) != nil else { throw ReadProblem("this is not UTF-8") }
    for (name, family) in try JSONValue(document: bytes).members("the document") {
      let name = String(decoding: name, as: UTF8.self)
      let members = try family.members(name)
      guard members.map({ String(decoding: $0.name, as: UTF8.self) }) == ["help", "type", "value"],
        case .string = members[0].value, case .string(let type) = members[1].value
      else { throw ReadProblem("\(name) has not the members of a family") }
      var read = Family(type: String(decoding: type, as: UTF8.self))
      try read.add(members[2].value, of: name)
      try add(read, named: name)
    }
  }
}

extension ReadExposition.Family {
  fileprivate mutating func add(_ value: JSONValue, of name: String) throws(ReadProblem) {
    switch value {
    case .null: break
    case .number: try add(try measured(value, name), [], of: name)
    case .array(let series):
      for series in series {
        let members = try series.members(name)
        guard let last = members.last, last.name.elementsEqual("@".utf8) else {
          throw ReadProblem("a series of \(name) has no number at its end")
        }
        let labels = try members.dropLast().map { member throws(ReadProblem) in
          guard case .string(let text) = member.value else {
            throw ReadProblem("\(name): a label is no text")
          }
          return ReadExposition.Label(name: String(decoding: member.name, as: UTF8.self), value: text)
        }
        try add(try measured(last.value, name), try ReadExposition.Label.identity(labels), of: name)
      }
    case .object(let members) where members.count == 1:
      let label = String(decoding: members[0].name, as: UTF8.self)
      for (value, series) in try members[0].value.members(name) {
        let labels = [ReadExposition.Label(name: label, value: value)]
        try add(try measured(series, name), try ReadExposition.Label.identity(labels), of: name)
      }
    default: try add(try measured(value, name), [], of: name)
    }
  }

  private func measured(_ value: JSONValue, _ name: String) throws(ReadProblem) -> ReadExposition.Value {
    switch value {
    case .number(let number): return .number(number)
    case .null where type != "histogram": return .number(.nan)
    case .object(let members) where type == "histogram":
      guard members.map({ String(decoding: $0.name, as: UTF8.self) }) == ["count", "sum", "avg", "bucket"],
        case .number(let count) = members[0].value, case .number(let sum) = members[1].value,
        case .array(let buckets) = members[3].value
      else { break }
      var last = -Double.infinity
      let totals = try buckets.enumerated().map { index, bucket throws(ReadProblem) in
        guard case .array(let pair) = bucket, pair.count == 2, case .number(let total) = pair[1] else {
          throw ReadProblem("\(name): a bucket is no pair")
        }
        var bound = Double.infinity
        if case .number(let number) = pair[0] { bound = number }
        guard bound > last, (bound == .infinity) == (index == buckets.count - 1) else {
          throw ReadProblem("\(name): a bound is wrong")
        }
        last = bound
        return total
      }
      guard totals.last == count else {
        throw ReadProblem("\(name): the count is not that of the last bucket")
      }
      return try .cumulative(totals, sum: sum, of: name)
    default: break
    }
    throw ReadProblem("\(name): this is no value")
  }
}

/// A value of a JSON document.
package indirect enum JSONValue {
  case null
  case bool(Bool)
  case number(Double)
  case string([UInt8])
  case array([JSONValue])
  case object([(name: [UInt8], value: JSONValue)])

  /// Reads a whole document, in which no object has a name twice.
  package init(document bytes: [UInt8]) throws(ReadProblem) {
    var reader = ByteReader(bytes[...])
    self = try reader.value(depth: 0)
    guard reader.isAtEnd else { throw reader.problem("something follows the document") }
  }

  fileprivate func members(_ what: String) throws(ReadProblem) -> [(name: [UInt8], value: JSONValue)] {
    guard case .object(let members) = self else { throw ReadProblem("\(what) is no object") }
    return members
  }
}

extension ByteReader {
  private mutating func skipSpace() {
    _ = take { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  fileprivate mutating func value(depth: Int) throws(ReadProblem) -> JSONValue {
    guard depth < 16 else { throw problem("too deep") }
    skipSpace()
    defer { skipSpace() }
    if takes("null") { return .null }
    if takes("true") { return .bool(true) }
    if takes("false") { return .bool(false) }
    if takes("\"") { return .string(try string()) }
    if takes("[") {
      var values: [JSONValue] = []
      skipSpace()
      if takes("]") { return .array([]) }
      repeat { values.append(try value(depth: depth + 1)) } while takes(",")
      try expect("]")
      return .array(values)
    }
    guard takes("{") else { return .number(try number()) }
    var members: [(name: [UInt8], value: JSONValue)] = []
    var names: Set<[UInt8]> = []
    skipSpace()
    if takes("}") { return .object([]) }
    repeat {
      skipSpace()
      try expect("\"")
      let name = try string()
      guard names.insert(name).inserted else { throw problem("a name comes twice") }
      skipSpace()
      try expect(":")
      members.append((name, try value(depth: depth + 1)))
    } while takes(",")
    try expect("}")
    return .object(members)
  }

  /// Up to the closing quote, which is taken too.
  private mutating func string() throws(ReadProblem) -> [UInt8] {
    var text: [UInt8] = []
    while true {
      text += take { $0 >= 0x20 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") }
      if takes("\"") { return text }
      try expect("\\")
      guard let escape = next else { throw problem("a string has no end") }
      skip()
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "u"):
        let digits = rest.prefix(4)
        guard digits.count == 4, let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { throw problem("an escape is wrong") }
        skip(4)
        text += Array(String(Character(scalar)).utf8)
      default: throw problem("an escape is wrong")
      }
    }
  }
}
