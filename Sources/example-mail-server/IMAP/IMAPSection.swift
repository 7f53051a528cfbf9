// Which octets of a message does BODY[…] name? (RFC 3501 section 6.4.5)

import EndpointMessages

struct IMAPSection: Sendable, Equatable {
  enum Text: Sendable, Equatable {
    /// A part without its header, or the message with it.
    case whole
    case header, text
    /// The header of a part.
    case mime
    case headerFields([String], isExcluding: Bool)
  }

  /// How deep numbers may go; structures do not go as deep.
  static let longestPath = 2 * MIMEPart.maximumDepth

  /// Numbers of parts; none for the message itself.
  var path: [Int] = []
  var text = Text.whole

  init(_ text: Text) { self.text = text }

  /// Reads `1.2.HEADER.FIELDS (…)` between the brackets; `label` is how an answer repeats it.
  init(_ scanner: inout IMAPScanner, label: inout String) throws(IMAPSyntaxError) {
    let name = scanner.take { $0.isLetter || $0.isDigit || $0 == .dot }.text.asciiUppercased
    label += name
    var words = name.split(separator: ".", omittingEmptySubsequences: false)[...]
    while let word = words.first, let number = UInt32(word), number > 0 {
      path.append(Int(number))
      words.removeFirst()
      guard path.count <= Self.longestPath else { throw IMAPSyntaxError("nested too deeply") }
    }
    switch words.joined(separator: ".") {
    case "" where words.isEmpty || name.isEmpty: text = .whole
    case "HEADER": text = .header
    case "TEXT": text = .text
    case "MIME" where !path.isEmpty: text = .mime
    case "HEADER.FIELDS": text = .headerFields(try Self.fields(&scanner, &label), isExcluding: false)
    case "HEADER.FIELDS.NOT": text = .headerFields(try Self.fields(&scanner, &label), isExcluding: true)
    default: throw IMAPSyntaxError("unknown section")
    }
  }

  private static func fields(
    _ scanner: inout IMAPScanner, _ label: inout String
  ) throws(IMAPSyntaxError) -> [String] {
    try scanner.space()
    try scanner.expect("(")
    var fields: [String] = []
    repeat { fields.append(try scanner.astring().text) } while scanner.skip(" ") && fields.count < 64
    try scanner.expect(")")
    guard fields.allSatisfy({ $0.utf8.allSatisfy { IMAPScanner.isAtom($0) } }) else {
      throw IMAPSyntaxError("not a header field's name")
    }
    label += " (\(fields.joined(separator: " ")))"
    return fields.map(\.asciiLowercased)
  }

  /// The octets; nil when the message has no such part, or that part no such text.
  func content(of message: StoredMessage, _ structure: MIMEPart?) -> ArraySlice<UInt8>? {
    let content = message.content
    guard !path.isEmpty else {
      let header = message.header
      return octets(content, header: header, 0..<header.bodyStart, body: header.bodyStart..<content.count)
    }
    guard let part = structure?.part(at: path) else { return nil }
    switch (text, part.content) {
    case (.whole, _): return content[part.bodyRange]
    case (.mime, _): return content[part.headerRange]
    case (_, .message(let inner)):
      return octets(content, header: inner.header, inner.headerRange, body: inner.bodyRange)
    default: return nil
    }
  }

  private func octets(
    _ content: [UInt8], header: MessageHeader, _ headerRange: Range<Int>, body: Range<Int>
  ) -> ArraySlice<UInt8> {
    switch text {
    case .whole, .mime: return content[headerRange.lowerBound..<body.upperBound]
    case .header: return content[headerRange]
    case .text: return content[body]
    case .headerFields(let names, let isExcluding):
      var fields: [UInt8] = []
      for field in header.fields where names.contains(field.name.asciiLowercased) != isExcluding {
        fields += content[field.range]
      }
      return (fields + [.carriageReturn, .lineFeed])[...]
    }
  }
}
