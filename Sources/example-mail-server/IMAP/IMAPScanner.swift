// How is a command's text taken apart? Atoms, strings, numbers and lists (RFC 3501 section 9).

import EndpointMessages
import MailObservability

struct IMAPSyntaxError: Error, Equatable {
  let message: String
  /// NO for what is right by its form, and not to be had here.
  let result: IMAPResult

  init(_ message: String, _ result: IMAPResult = .bad) {
    self.message = message
    self.result = result
  }
}

struct IMAPScanner {
  /// The system flags that a client may set.
  static let systemFlags = ["\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"]
  /// How deep parentheses may nest.
  static let maximumDepth = 16

  private let command: IMAPCommandText
  private var part = 0
  private var rest: ArraySlice<UInt8>

  init(_ command: IMAPCommandText) {
    self.command = command
    rest = (command.texts.first ?? [])[...]
  }

  /// No string may hold it (RFC 3501 section 9).
  var holdsNUL: Bool { (command.texts + command.literals).contains { $0.contains(0) } }
  var isAtEnd: Bool { rest.isEmpty && part >= command.literals.count }
  var next: UInt8? { rest.first }

  mutating func skip(_ byte: Character) -> Bool {
    guard let expected = byte.asciiValue, rest.first == expected else { return false }
    rest.removeFirst()
    return true
  }

  mutating func expect(_ byte: Character) throws(IMAPSyntaxError) {
    guard skip(byte) else { throw IMAPSyntaxError("expected \(byte == " " ? "a space" : String(byte))") }
  }

  mutating func space() throws(IMAPSyntaxError) { try expect(" ") }

  func expectEnd() throws(IMAPSyntaxError) {
    guard isAtEnd else { throw IMAPSyntaxError("unexpected text at the end") }
  }

  /// Octets while `isIncluded` says so; may be empty.
  mutating func take(while isIncluded: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let taken = rest.prefix(while: isIncluded)
    rest = rest.dropFirst(taken.count)
    return taken
  }

  static func isAtom(_ byte: UInt8) -> Bool {
    byte.isPrintable && !"(){ %*\"\\]".utf8.contains(byte)
  }

  mutating func atom() throws(IMAPSyntaxError) -> String {
    let taken = take(while: Self.isAtom)
    guard !taken.isEmpty else { throw IMAPSyntaxError("expected an atom") }
    return taken.text
  }

  /// An atom in upper case, for keywords.
  mutating func keyword() throws(IMAPSyntaxError) -> String { try atom().asciiUppercased }

  mutating func number() throws(IMAPSyntaxError) -> UInt32 {
    guard let number = UInt32(take(while: \.isDigit).text) else { throw IMAPSyntaxError("expected a number") }
    return number
  }

  /// An atom (which may hold `]`), a quoted string or a literal.
  mutating func astring() throws(IMAPSyntaxError) -> [UInt8] {
    if let string = try string() { return string }
    let taken = take { Self.isAtom($0) || $0 == UInt8(ascii: "]") }
    guard !taken.isEmpty else { throw IMAPSyntaxError("expected a string") }
    return Array(taken)
  }

  /// As `astring`, with the wildcards of LIST.
  mutating func listMailbox() throws(IMAPSyntaxError) -> [UInt8] {
    if let string = try string() { return string }
    return Array(take { Self.isAtom($0) || "]%*".utf8.contains($0) })
  }

  /// A quoted string or a literal; nil when neither stands here.
  mutating func string() throws(IMAPSyntaxError) -> [UInt8]? {
    if rest.isEmpty { return literal() }
    guard rest.first == .quote else { return nil }
    var value: [UInt8] = []
    var isEscaped = false
    rest.removeFirst()
    while let byte = rest.popFirst() {
      if isEscaped {
        guard byte == .quote || byte == .backslash else { throw IMAPSyntaxError("bad escape in a string") }
        value.append(byte)
        isEscaped = false
      } else if byte == .backslash {
        isEscaped = true
      } else if byte == .quote {
        return value
      } else {
        value.append(byte)
      }
    }
    throw IMAPSyntaxError("a string does not end")
  }

  /// The literal that stands here, if one does.
  mutating func literal() -> [UInt8]? {
    guard rest.isEmpty, part < command.literals.count, part + 1 < command.texts.count else { return nil }
    let value = command.literals[part]
    part += 1
    rest = command.texts[part][...]
    return value
  }

  /// `(\Seen $Forwarded)`; the parentheses may be missing where STORE allows it.
  mutating func flags() throws(IMAPSyntaxError) -> Set<String> {
    let isList = skip("(")
    var flags: Set<String> = []
    while !(isList && skip(")")) {
      if !flags.isEmpty { try space() }
      let isSystem = skip("\\")
      let name = try atom()
      let flag = isSystem ? "\\" + name.asciiLowercased.capitalisedFirst : name
      // `\Recent` is the server's own (RFC 3501 section 2.3.2), and there are no others.
      guard !isSystem || Self.systemFlags.contains(flag) else {
        throw IMAPSyntaxError("\(flag) cannot be stored")
      }
      flags.insert(flag)
      guard flags.count <= 64 else { throw IMAPSyntaxError("too many flags") }
      if !isList, isAtEnd { break }
    }
    return flags
  }

  mutating func sequenceSet() throws(IMAPSyntaxError) -> IMAPSequenceSet {
    let text = take {
      $0.isDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "*")
    }
    guard let set = IMAPSequenceSet(text) else { throw IMAPSyntaxError("expected a sequence set") }
    return set
  }
}

extension String {
  fileprivate var capitalisedFirst: String {
    guard let first = utf8.first else { return self }
    return String(decoding: [first.uppercased] + Array(utf8.dropFirst()), as: UTF8.self)
  }
}

/// `1,3:5,7:*`; `*` stands for the largest number there is.
struct IMAPSequenceSet: Sendable, Equatable {
  private var ranges: [(first: UInt32?, last: UInt32?)] = []

  static func == (left: Self, right: Self) -> Bool {
    left.ranges.elementsEqual(right.ranges) { $0.first == $1.first && $0.last == $1.last }
  }

  init?(_ text: some Collection<UInt8>) {
    for item in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let ends = item.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard (1...2).contains(ends.count), let first = Self.end(ends[0]),
        let last = Self.end(ends[ends.count - 1])
      else { return nil }
      ranges.append((first, last))
      guard ranges.count <= 10_000 else { return nil }
    }
  }

  /// A number, or `.some(nil)` for `*`.
  private static func end(_ text: some Collection<UInt8>) -> UInt32?? {
    if text.elementsEqual("*".utf8) { return .some(nil) }
    guard let number = UInt32(text.text), number > 0 else { return nil }
    return .some(number)
  }

  func contains(_ number: UInt32, largest: UInt32) -> Bool {
    ranges.contains { range in
      let first = range.first ?? largest
      let last = range.last ?? largest
      return number >= min(first, last) && number <= max(first, last)
    }
  }
}
