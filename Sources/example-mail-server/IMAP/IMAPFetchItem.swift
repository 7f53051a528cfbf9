// What does FETCH show of a message? Its data items, parsed and written (RFC 3501 sections 6.4.5 and 7.4.2).

import EndpointMessages

enum IMAPFetchItem: Sendable, Equatable {
  enum Section: Sendable, Equatable {
    case whole, header, text
    case headerFields([String], isExcluding: Bool)
  }

  case flags, uid, size, internalDate, envelope
  /// `label` is how the answer names the item.
  case body(Section, label: String, isPeek: Bool, partial: Range<Int>?)

  var setsSeen: Bool {
    if case .body(_, _, let isPeek, _) = self { return !isPeek }
    return false
  }

  static func list(_ scanner: inout IMAPScanner) throws(IMAPSyntaxError) -> [IMAPFetchItem] {
    guard scanner.skip("(") else { return try item(&scanner) }
    var items: [IMAPFetchItem] = []
    repeat {
      items += try item(&scanner)
      guard items.count <= 64 else { throw IMAPSyntaxError("too many items") }
    } while scanner.skip(" ")
    try scanner.expect(")")
    return items
  }

  private static func item(_ scanner: inout IMAPScanner) throws(IMAPSyntaxError) -> [IMAPFetchItem] {
    let name = scanner.take { $0.isLetter || $0.isDigit || $0 == .dot }.text.asciiUppercased
    switch name {
    case "ALL": return [.flags, .internalDate, .size, .envelope]
    case "FAST": return [.flags, .internalDate, .size]
    case "FLAGS": return [.flags]
    case "UID": return [.uid]
    case "RFC822.SIZE": return [.size]
    case "INTERNALDATE": return [.internalDate]
    case "ENVELOPE": return [.envelope]
    case "RFC822": return [.body(.whole, label: name, isPeek: false, partial: nil)]
    case "RFC822.HEADER": return [.body(.header, label: name, isPeek: true, partial: nil)]
    case "RFC822.TEXT": return [.body(.text, label: name, isPeek: false, partial: nil)]
    case "BODY" where scanner.next == UInt8(ascii: "["), "BODY.PEEK" where scanner.next == UInt8(ascii: "["):
      return [try body(&scanner, isPeek: name == "BODY.PEEK")]
    default: throw IMAPSyntaxError("unknown fetch item")
    }
  }

  private static func body(_ scanner: inout IMAPScanner, isPeek: Bool) throws(IMAPSyntaxError)
    -> IMAPFetchItem
  {
    try scanner.expect("[")
    let name = scanner.take { $0.isLetter || $0.isDigit || $0 == .dot }.text.asciiUppercased
    let section: Section
    var label = "BODY[\(name)"
    switch name {
    case "": section = .whole
    case "HEADER": section = .header
    // Part 1 of a message that is not multipart is its text.
    case "TEXT", "1": section = .text
    case "HEADER.FIELDS", "HEADER.FIELDS.NOT":
      try scanner.space()
      try scanner.expect("(")
      var fields: [String] = []
      repeat { fields.append(try scanner.astring().text) } while scanner.skip(" ") && fields.count < 64
      try scanner.expect(")")
      guard fields.allSatisfy({ $0.utf8.allSatisfy { IMAPScanner.isAtom($0) } }) else {
        throw IMAPSyntaxError("not a header field's name")
      }
      section = .headerFields(fields.map(\.asciiLowercased), isExcluding: name.hasSuffix("NOT"))
      label += " (\(fields.joined(separator: " ")))"
    default: throw IMAPSyntaxError("unknown section")
    }
    try scanner.expect("]")
    label += "]"
    var partial: Range<Int>?
    if scanner.skip("<") {
      let first = Int(try scanner.number())
      try scanner.expect(".")
      let count = Int(try scanner.number())
      try scanner.expect(">")
      label += "<\(first)>"
      partial = first..<(first + count)
    }
    return .body(section, label: label, isPeek: isPeek, partial: partial)
  }

  /// The item as it stands between the parentheses of an untagged FETCH.
  func encode(_ message: StoredMessage, into output: inout [UInt8]) {
    switch self {
    case .flags: output += "FLAGS (\(message.flags.sorted().joined(separator: " ")))".utf8
    case .uid: output += "UID \(message.uid)".utf8
    case .size: output += "RFC822.SIZE \(message.size)".utf8
    case .internalDate: output += "INTERNALDATE \"\(message.receivedAt.imapFormat)\"".utf8
    case .envelope: output += "ENVELOPE \(IMAPEnvelope.encode(message.header))".utf8
    case .body(let section, let label, _, let partial):
      var content = Self.content(of: section, message)
      if let partial { content = content.dropFirst(partial.lowerBound).prefix(partial.count) }
      output += "\(label) {\(content.count)}\r\n".utf8
      output += content
    }
  }

  private static func content(of section: Section, _ message: StoredMessage) -> ArraySlice<UInt8> {
    switch section {
    case .whole: return message.content[...]
    case .header: return message.content[..<message.header.bodyStart]
    case .text: return message.content[message.header.bodyStart...]
    case .headerFields(let names, let isExcluding):
      var fields: [UInt8] = []
      for field in message.header.fields where names.contains(field.name.asciiLowercased) != isExcluding {
        fields += message.content[field.range]
      }
      return (fields + [.carriageReturn, .lineFeed])[...]
    }
  }
}

/// The ENVELOPE structure: the header, parsed (RFC 3501 section 7.4.2).
enum IMAPEnvelope {
  static func encode(_ header: MessageHeader) -> String {
    let from = addresses(header["From"])
    let fields = [
      string(header["Date"]), string(header["Subject"]), from,
      header["Sender"].map { addresses($0) } ?? from, header["Reply-To"].map { addresses($0) } ?? from,
      addresses(header["To"]), addresses(header["Cc"]), addresses(header["Bcc"]),
      string(header["In-Reply-To"]), string(header["Message-ID"]),
    ]
    return "(\(fields.joined(separator: " ")))"
  }

  private static func addresses(_ field: String?) -> String {
    let list = field.map { HeaderAddress.list($0) } ?? []
    guard !list.isEmpty else { return "NIL" }
    let encoded = list.map { "(\(string($0.name)) NIL \(string($0.localPart)) \(string($0.domain)))" }
    return "(\(encoded.joined()))"
  }

  /// NIL, a quoted string, or a literal for what a quoted string cannot hold.
  static func string(_ value: String?) -> String {
    guard let value else { return "NIL" }
    if value.utf8.contains(where: { !$0.isPrintable && $0 != .tab }) {
      // A literal may not hold NUL (RFC 3501 section 4.3).
      let bytes = value.utf8.filter { $0 != 0 }
      return "{\(bytes.count)}\r\n\(bytes.text)"
    }
    var quoted = "\""
    for character in value.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}
