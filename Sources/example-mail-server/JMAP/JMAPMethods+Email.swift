// What does a mail hold? Email/get (RFC 8621 sections 4.1 and 4.2).

import EndpointMessages

extension JMAPMethods {
  private static let metadata = [
    "id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt",
  ]
  /// Properties that are header fields in one of their forms.
  private static let headerFields: KeyValuePairs<String, HeaderProperty> = [
    "messageId": HeaderProperty("Message-ID", .messageIDs),
    "inReplyTo": HeaderProperty("In-Reply-To", .messageIDs),
    "references": HeaderProperty("References", .messageIDs),
    "sender": HeaderProperty("Sender", .addresses), "from": HeaderProperty("From", .addresses),
    "to": HeaderProperty("To", .addresses), "cc": HeaderProperty("Cc", .addresses),
    "bcc": HeaderProperty("Bcc", .addresses), "replyTo": HeaderProperty("Reply-To", .addresses),
    "subject": HeaderProperty("Subject", .text), "sentAt": HeaderProperty("Date", .date),
  ]
  private static let body = [
    "hasAttachment", "preview", "bodyValues", "textBody", "htmlBody", "attachments",
  ]
  private static let bodyPart = [
    "partId", "blobId", "size", "name", "type", "charset", "disposition", "cid", "language", "location",
  ]
  /// Each is worked out anew, and may be as long as the whole mail.
  private static let maximumHeaderProperties = 64

  func emailGet(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    let view = try EmailView(arguments)
    var ids = try ids(arguments)
    if ids == nil {
      guard mailboxes.reduce(0, { $0 + $1.messages.count }) <= JMAPRequest.maxObjects else {
        throw JMAPMethodError("requestTooLarge", "more than \(JMAPRequest.maxObjects) emails")
      }
      ids = mailboxes.flatMap { $0.messages.map(\.jmapID) }
    }
    let wanted = ids ?? []
    let places = mailboxes.places(of: Set(wanted.compactMap(StoredMessage.id(ofJMAP:))))
    var list: [JSON] = []
    var missing: [String] = []
    var room = self.room
    for id in wanted {
      if let (mailbox, message) = StoredMessage.id(ofJMAP: id).flatMap({ places[$0] }) {
        list.append(try json(of: message, in: mailbox, view, &room))
      } else {
        missing.append(id)
      }
    }
    return getResponse(list, notFound: missing, state)
  }

  /// What a client wants to know of each mail.
  private struct EmailView {
    let properties: Set<String>
    let headers: [(name: String, property: HeaderProperty)]
    let partProperties: [String]
    let partHeaders: [(name: String, property: HeaderProperty)]
    let fetchesText: Bool
    let fetchesHTML: Bool
    let fetchesAll: Bool
    /// How many octets of a body's text; nil for all of it.
    let bodyLimit: Int?

    init(_ arguments: JSON) throws(JMAPMethodError) {
      let byDefault = metadata + headerFields.map(\.key) + body
      let known = Set(byDefault + ["headers", "bodyStructure"])
      let chosen = try EmailView.names(arguments["properties"], byDefault)
      (properties, headers) = try EmailView.sorted(chosen, known)
      partProperties = try EmailView.names(arguments["bodyProperties"], bodyPart)
      partHeaders = try EmailView.sorted(partProperties, Set(bodyPart + ["headers", "subParts"])).headers
      fetchesText = try EmailView.flag(arguments, "fetchTextBodyValues")
      fetchesHTML = try EmailView.flag(arguments, "fetchHTMLBodyValues")
      fetchesAll = try EmailView.flag(arguments, "fetchAllBodyValues")
      let limit = arguments["maxBodyValueBytes"] ?? .null
      guard limit == .null || limit.integerValue.map({ $0 >= 0 }) ?? false else {
        throw JMAPMethodError("invalidArguments", "maxBodyValueBytes must be a number, and not negative")
      }
      bodyLimit = limit.integerValue.flatMap { $0 > 0 ? $0 : nil }
    }

    private static func names(_ value: JSON?, _ byDefault: [String]) throws(JMAPMethodError) -> [String] {
      guard let value, value != .null else { return byDefault }
      guard let names = value.strings else {
        throw JMAPMethodError("invalidArguments", "properties must be strings")
      }
      return names
    }

    private static func sorted(
      _ names: [String], _ known: Set<String>
    ) throws(JMAPMethodError) -> (Set<String>, headers: [(name: String, property: HeaderProperty)]) {
      let plain = Set(names).intersection(known)
      var headers: [(name: String, property: HeaderProperty)] = []
      for name in Set(names).subtracting(known).sorted() {
        guard let property = HeaderProperty(property: name), headers.count < maximumHeaderProperties else {
          throw JMAPMethodError("invalidArguments", "unknown property \(name), or too many")
        }
        headers.append((name, property))
      }
      return (plain, headers)
    }

    private static func flag(_ arguments: JSON, _ name: String) throws(JMAPMethodError) -> Bool {
      let value = arguments[name] ?? false
      guard let flag = value.boolValue else {
        throw JMAPMethodError("invalidArguments", "\(name) must be a Boolean")
      }
      return flag
    }
  }

  /// - Parameter room: how many octets the answer may still have; a mail's are taken from it.
  private func json(
    of message: StoredMessage, in mailbox: Mailbox, _ view: EmailView, _ room: inout Int
  ) throws(JMAPMethodError) -> JSON {
    let (header, content) = (message.header, message.content)
    var members: [JSON.Member] = []
    func add(_ name: String, _ value: JSON) throws(JMAPMethodError) {
      guard let size = value.size(upTo: room) else { throw .answerTooLarge }
      room -= size
      members.append(.init(name: name, value: value))
    }
    for name in Self.metadata where name == "id" || view.properties.contains(name) {
      let value: JSON =
        switch name {
        case "id": .string(message.jmapID)
        case "blobId": .string(JMAPBlob.id(of: message))
        case "threadId": .string("t\(message.id)")
        case "mailboxIds": .object([.init(name: mailbox.jmapID, value: true)])
        case "keywords": .object(message.keywords.sorted().map { .init(name: $0, value: true) })
        case "size": .integer(message.size)
        default: .string(message.receivedAt.utcFormat)
        }
      try add(name, value)
    }
    for (name, property) in Self.headerFields where view.properties.contains(name) {
      try add(name, property.value(in: header, of: content))
    }
    for (name, property) in view.headers { try add(name, property.value(in: header, of: content)) }
    if view.properties.contains("headers") { try add("headers", headers(of: header, in: content)) }
    guard !view.properties.isDisjoint(with: Self.body + ["bodyStructure"]) else { return .object(members) }

    let body = JMAPBody(of: content)
    func parts(_ parts: [JMAPBodyPart]) -> JSON { .array(parts.map { json(of: $0, message, view) }) }
    for name in Self.body + ["bodyStructure"] where view.properties.contains(name) {
      switch name {
      case "hasAttachment": try add(name, .bool(body.attachments.contains { $0.disposition != "inline" }))
      case "preview": try add(name, .string(body.preview(of: content)))
      case "textBody": try add(name, parts(body.text))
      case "htmlBody": try add(name, parts(body.html))
      case "attachments": try add(name, parts(body.attachments))
      case "bodyStructure": try add(name, json(of: body.structure, message, view))
      default: try add(name, bodyValues(body, content, view, room))
      }
    }
    return .object(members)
  }

  private func headers(of header: MessageHeader, in message: [UInt8]) -> JSON {
    .array(
      header.fields.map {
        .object(["name": .string($0.name), "value": HeaderProperty.raw($0, in: message)])
      })
  }

  private func json(of part: JMAPBodyPart, _ message: StoredMessage, _ view: EmailView) -> JSON {
    let header = part.part.header
    func text(_ field: String) -> JSON { header[field].map { .string($0) } ?? .null }
    var members: [JSON.Member] = []
    for name in Set(view.partProperties).sorted() {
      let value: JSON
      switch name {
      case "partId": value = part.id.map(JSON.string) ?? .null
      case "blobId": value = part.id.map { .string(JMAPBlob.id(of: message, part: $0)) } ?? .null
      case "size":
        value = .integer(
          part.isMultipart ? part.part.bodyRange.count : part.octets(of: message.content).count)
      case "name": value = part.name.map(JSON.string) ?? .null
      case "type": value = .string(part.type)
      case "charset":
        let named = part.part.parameters.first { $0.name == "charset" }?.value
        value = part.part.type == "text" ? .string(named ?? "us-ascii") : .null
      case "disposition": value = part.disposition.map(JSON.string) ?? .null
      case "cid":
        let id = header["Content-ID"].map { $0.filter { $0 != "<" && $0 != ">" } }
        value = id.map(JSON.string) ?? .null
      case "language":
        let languages = header["Content-Language"]?.split(separator: ",").map { $0.utf8.trimmed.text }
        value = languages.map { .array($0.map(JSON.string)) } ?? .null
      case "location": value = text("Content-Location")
      case "headers": value = headers(of: header, in: message.content)
      case "subParts":
        guard part.isMultipart else { continue }
        value = .array(part.subParts.map { json(of: $0, message, view) })
      default: continue
      }
      members.append(.init(name: name, value: value))
    }
    for (name, property) in view.partHeaders {
      members.append(.init(name: name, value: property.value(in: header, of: message.content)))
    }
    return .object(members)
  }

  private func bodyValues(
    _ body: JMAPBody, _ message: [UInt8], _ view: EmailView, _ room: Int
  ) throws(JMAPMethodError) -> JSON {
    var wanted: [JMAPBodyPart] = []
    if view.fetchesText { wanted += body.text }
    if view.fetchesHTML { wanted += body.html }
    if view.fetchesAll { wanted += body.structure.all }
    var members: [JSON.Member] = []
    var seen: Set<String> = []
    var left = room
    for part in wanted {
      guard let id = part.id, seen.insert(id).inserted, let text = part.part.text(in: message) else {
        continue
      }
      let lines = Self.withoutCarriageReturns(text)
      left -= min(lines.utf8.count, view.bodyLimit ?? Int.max)
      guard left >= 0 else { throw .answerTooLarge }
      let value = Self.beginning(of: lines, view.bodyLimit ?? Int.max)
      members.append(
        .init(
          name: id,
          value: .object([
            "value": .string(value), "isEncodingProblem": .bool(Self.hasEncodingProblem(part, text)),
            "isTruncated": .bool(value.utf8.count < lines.utf8.count),
          ])))
    }
    return .object(members)
  }

  private static func withoutCarriageReturns(_ text: String) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      if byte == .lineFeed, output.last == .carriageReturn { output.removeLast() }
      output.append(byte)
    }
    return output.text
  }

  /// At most so many octets, and no character cut in two.
  private static func beginning(of text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var bytes = Array(text.utf8.prefix(limit))
    while !bytes.isEmpty {
      if let whole = String(validating: bytes, as: UTF8.self) { return whole }
      bytes.removeLast()
    }
    return ""
  }

  private static func hasEncodingProblem(_ part: JMAPBodyPart, _ text: String) -> Bool {
    let charset = part.part.parameters.first { $0.name == "charset" }?.value
    let encoding = (part.part.header["Content-Transfer-Encoding"] ?? "7bit").asciiLowercased
    return charset.map { Charset($0) == nil } ?? false
      || !["7bit", "8bit", "binary", "base64", "quoted-printable"].contains(encoding)
      || text.unicodeScalars.contains("\u{FFFD}")
  }
}

extension StoredMessage {
  private static let systemKeywords = [
    "$seen": "\\Seen", "$flagged": "\\Flagged", "$answered": "\\Answered", "$draft": "\\Draft",
  ]

  var jmapID: String { "e\(id)" }

  /// The number in an id as it is given here; nil for another text.
  static func id(ofJMAP text: String) -> Int? {
    guard let id = Int(text.dropFirst()), text == "e\(id)" else { return nil }
    return id
  }

  /// The flags as JMAP names them; `\Deleted` has no keyword.
  var keywords: Set<String> {
    Set(
      flags.compactMap { flag in
        guard flag.hasPrefix("\\") else { return flag.asciiLowercased }
        let keyword = "$" + flag.dropFirst().asciiLowercased
        return Self.systemKeywords[keyword] == nil ? nil : keyword
      })
  }

  static func flag(ofKeyword keyword: String) -> String { systemKeywords[keyword] ?? keyword }
}
