// What does FETCH show of a message? Its data items, parsed and written (RFC 3501 sections 6.4.5 and 7.4.2).

import EndpointMessages

enum IMAPFetchItem: Sendable, Equatable {
  case flags, uid, size, internalDate, envelope
  /// BODYSTRUCTURE, or BODY without brackets.
  case structure(isExtended: Bool)
  /// `label` is how the answer names the item.
  case body(IMAPSection, label: String, isPeek: Bool, partial: Range<Int>?)

  var setsSeen: Bool {
    if case .body(_, _, let isPeek, _) = self { return !isPeek }
    return false
  }

  var needsStructure: Bool {
    switch self {
    case .structure: true
    case .body(let section, _, _, _): !section.path.isEmpty
    case .flags, .uid, .size, .internalDate, .envelope: false
    }
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
    case "FULL": return [.flags, .internalDate, .size, .envelope, .structure(isExtended: false)]
    case "FLAGS": return [.flags]
    case "UID": return [.uid]
    case "RFC822.SIZE": return [.size]
    case "INTERNALDATE": return [.internalDate]
    case "ENVELOPE": return [.envelope]
    case "BODYSTRUCTURE": return [.structure(isExtended: true)]
    case "RFC822": return [.body(IMAPSection(.whole), label: name, isPeek: false, partial: nil)]
    case "RFC822.HEADER": return [.body(IMAPSection(.header), label: name, isPeek: true, partial: nil)]
    case "RFC822.TEXT": return [.body(IMAPSection(.text), label: name, isPeek: false, partial: nil)]
    case "BODY" where scanner.next == UInt8(ascii: "["), "BODY.PEEK" where scanner.next == UInt8(ascii: "["):
      return [try body(&scanner, isPeek: name == "BODY.PEEK")]
    case "BODY": return [.structure(isExtended: false)]
    default: throw IMAPSyntaxError("unknown fetch item")
    }
  }

  private static func body(_ scanner: inout IMAPScanner, isPeek: Bool) throws(IMAPSyntaxError)
    -> IMAPFetchItem
  {
    try scanner.expect("[")
    var label = "BODY["
    let section = try IMAPSection(&scanner, label: &label)
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
  /// - Parameter structure: there when an item needs it.
  func encode(_ message: StoredMessage, _ structure: MIMEPart?, into output: inout [UInt8]) {
    switch self {
    case .flags: output += "FLAGS \(Self.list(message.flags))".utf8
    case .uid: output += "UID \(message.uid)".utf8
    case .size: output += "RFC822.SIZE \(message.size)".utf8
    case .internalDate: output += "INTERNALDATE \"\(message.receivedAt.imapFormat)\"".utf8
    case .envelope: output += "ENVELOPE \(IMAPEnvelope.encode(message.header))".utf8
    case .structure(let isExtended):
      let encoder = IMAPBodyStructure(message: message.content, isExtended: isExtended)
      output += "\(isExtended ? "BODYSTRUCTURE" : "BODY") \(structure.map(encoder.encode) ?? "NIL")".utf8
    case .body(let section, let label, _, let partial):
      guard var content = section.content(of: message, structure) else {
        output += "\(label) NIL".utf8
        return
      }
      if let partial { content = content.dropFirst(partial.lowerBound).prefix(partial.count) }
      output += "\(label) {\(content.count)}\r\n".utf8
      output += content
    }
  }

  /// `(\Seen $Label)`.
  static func list(_ flags: Set<String>) -> String { "(\(flags.sorted().joined(separator: " ")))" }
}
