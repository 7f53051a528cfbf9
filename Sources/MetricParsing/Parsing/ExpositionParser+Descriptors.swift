// What does a line say that begins with #?

extension ExpositionParser {
  private enum Keyword { case help, type, unit }

  // MARK: - Text

  /// `# HELP name text`, `# TYPE name type`, or a comment.
  mutating func readTextComment(_ reader: inout LineReader) throws(LineProblem) {
    reader.skip()
    reader.skipBlanks()
    let word = reader.token()
    let keyword: Keyword
    if word.isSame(as: "HELP") {
      keyword = .help
    } else if word.isSame(as: "TYPE") {
      keyword = .type
    } else {
      return
    }
    reader.skipBlanks()
    // A comment of one word.
    guard !reader.isAtEnd else { return }
    let start = reader.position
    let name = try readFamilyName(&reader)
    guard reader.isAtEnd || reader.next?.isBlank == true else { throw reader.unexpected("a space") }
    let family: Int
    if names[name] == nil, let (other, _) = textFamily(withPart: name) {
      // Help of a part is that of the family, as `expfmt` has it; a family of that name would share samples.
      guard keyword == .help else {
        let owner = store.withBytes(store.families[other].name, shown)
        throw reader.problem("the name \(shown(name)) belongs to \(owner)", at: start)
      }
      family = other
    } else {
      family = try textFamily(declared: name, reader)
    }
    reader.skipBlanks()
    let rest = reader.bytes(reader.position..<reader.end)
    switch keyword {
    case .help:
      try keepHelp(rest, of: family, &reader, at: start)
    case .type:
      guard store.families[family].samples == 0 else {
        throw reader.problem("the TYPE of \(shown(name)) comes after a sample of it", at: start)
      }
      try keepType(rest, of: family, reader, at: start)
    case .unit: break
    }
  }

  // MARK: - OpenMetrics

  /// `# HELP name text`, `# TYPE name type`, `# UNIT name unit` or `# EOF`.
  mutating func readDescriptor(_ reader: inout LineReader) throws(LineProblem) {
    guard reader.takes("# ") else { throw reader.unexpected("\"# \"") }
    let keyword: Keyword
    if reader.takes("HELP ") {
      keyword = .help
    } else if reader.takes("TYPE ") {
      keyword = .type
    } else if reader.takes("UNIT ") {
      keyword = .unit
    } else if reader.takes("EOF") {
      guard reader.isAtEnd else { throw reader.unexpected("the end of the line") }
      try finishFamily()
      hasEnded = true
      return
    } else {
      throw reader.unexpected("HELP, TYPE, UNIT or EOF")
    }
    let start = reader.position
    let name = try readFamilyName(&reader)
    guard reader.takes(UInt8(ascii: " ")) else { throw reader.unexpected("a space") }
    if let current, name.withUnsafeBytes({ store.isText(store.families[current].name, $0) }) {
      guard store.families[current].samples == 0 else {
        throw reader.problem("\(shown(name)) is described after its samples", at: start)
      }
    } else {
      try beginFamily(name, reader, at: start)
    }
    guard let family = current else { return }
    let rest = reader.bytes(reader.position..<reader.end)
    switch keyword {
    case .help:
      try keepHelp(rest, of: family, &reader, at: start)
    case .type:
      try keepType(rest, of: family, reader, at: start)
    case .unit:
      guard store.families[family].unit == nil else {
        throw reader.problem("a second UNIT of \(shown(name))", at: start)
      }
      if let wrong = rest.firstIndex(where: { !($0.isNameByte || $0 == UInt8(ascii: ":")) }) {
        throw reader.problem("a unit has letters, digits and underscores", at: reader.position + wrong)
      }
      store.families[family].unit = store.append(rest)
      store.families[family].unitLine = UInt32(truncatingIfNeeded: line)
    }
  }

  // MARK: - Both

  /// A name, or one in quotes, unescaped.
  private mutating func readFamilyName(_ reader: inout LineReader) throws(LineProblem) -> [UInt8] {
    guard reader.takes(UInt8(ascii: "\"")) else {
      let name = reader.name(colons: true)
      guard !name.isEmpty else { throw reader.unexpected("the name of a metric") }
      return Array(name)
    }
    let start = reader.position
    let name = try reader.quoted()
    guard !name.bytes.isEmpty else { throw reader.problem("the name of a metric is empty", at: start) }
    guard name.hasEscapes else { return Array(name.bytes) }
    try unescape(name.bytes, quotes: true, reader, at: start)
    return unescaped
  }

  /// Takes the rest of a `# HELP` line, unescaped.
  private mutating func keepHelp(
    _ bytes: UnsafeRawBufferPointer, of family: Int, _ reader: inout LineReader, at start: Int
  ) throws(LineProblem) {
    guard store.families[family].help == nil else {
      let name = store.withBytes(store.families[family].name, shown)
      throw reader.problem("a second HELP of \(name)", at: start)
    }
    if let wrong = UTF8Text.firstWrongByte(bytes) {
      throw reader.problem("this is not UTF-8", at: reader.position + wrong)
    }
    try unescape(bytes, quotes: format == .openMetrics, reader, at: reader.position)
    store.families[family].help = unescaped.withUnsafeBytes { store.append($0) }
  }

  /// Takes the type of a `# TYPE` line, of which each format has some that the other one has not.
  private mutating func keepType(
    _ word: UnsafeRawBufferPointer, of family: Int, _ reader: LineReader, at start: Int
  ) throws(LineProblem) {
    guard store.families[family].type == nil else {
      let name = store.withBytes(store.families[family].name, shown)
      throw reader.problem("a second TYPE of \(name)", at: start)
    }
    let named = ParsedExposition.MetricType(rawValue: String(decoding: word, as: UTF8.self))
    switch (named, format) {
    case (nil, .text) where word.isSame(as: "untyped"): store.families[family].type = .unknown
    case (.counter?, _), (.gauge?, _), (.histogram?, _), (.summary?, _), (.some, .openMetrics):
      store.families[family].type = named
    default: throw reader.unexpected("a type")
    }
  }

  /// Puts what is meant into `unescaped`. Text has no other escapes than those that it names; in OpenMetrics
  /// a backslash before any other character is one.
  mutating func unescape(
    _ bytes: UnsafeRawBufferPointer, quotes: Bool, _ reader: LineReader, at start: Int
  ) throws(LineProblem) {
    unescaped.removeAll(keepingCapacity: true)
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      guard byte == UInt8(ascii: "\\") else {
        unescaped.append(byte)
        continue
      }
      let escaped = position < bytes.count ? bytes[position] : 0
      switch escaped {
      case UInt8(ascii: "\\"):
        unescaped.append(escaped)
        position += 1
      case UInt8(ascii: "\"") where quotes:
        unescaped.append(escaped)
        position += 1
      case UInt8(ascii: "n"):
        unescaped.append(UInt8(ascii: "\n"))
        position += 1
      default:
        guard format == .openMetrics else {
          throw reader.problem("a backslash escapes nothing", at: start + position - 1)
        }
        unescaped.append(byte)
      }
    }
  }
}
