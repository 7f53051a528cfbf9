// What does a mail hold, and how are its keywords changed? Email/get and Email/set (RFC 8621 section 4).

extension JMAPMethods {
  private static let metadata = [
    "id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt",
  ]
  private static let content = [
    "messageId", "inReplyTo", "references", "sender", "from", "to", "cc", "bcc", "replyTo", "subject",
    "sentAt",
    "hasAttachment", "preview", "bodyValues", "textBody", "htmlBody", "attachments",
  ]

  func emailGet(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    let properties = try properties(
      arguments, from: Self.metadata + Self.content, default: Self.metadata + Self.content)
    let fetchesValues =
      arguments["fetchTextBodyValues"]?.boolValue == true
      || arguments["fetchAllBodyValues"]?.boolValue == true
    let maximum = arguments["maxBodyValueBytes"]?.integerValue ?? 0
    let all = mailboxes.flatMap { mailbox in mailbox.messages.map { (mailbox, $0) } }
    let wanted = try ids(arguments)
    guard wanted != nil || all.count <= JMAPRequest.maxObjects else {
      throw JMAPMethodError("requestTooLarge", "more than \(JMAPRequest.maxObjects) emails")
    }
    var byID: [String: (Mailbox, StoredMessage)] = [:]
    for entry in all { byID[entry.1.jmapID] = entry }
    var list: [JSON] = []
    var missing: [String] = []
    for id in wanted ?? all.map({ $0.1.jmapID }) {
      if let (mailbox, message) = byID[id] {
        let json = json(
          of: message, in: mailbox, properties,
          bodyLimit: fetchesValues ? (maximum > 0 ? maximum : Int.max) : 0)
        list.append(json)
      } else {
        missing.append(id)
      }
    }
    return getResponse(list, notFound: missing, state)
  }

  private func json(
    of message: StoredMessage, in mailbox: Mailbox, _ properties: Set<String>, bodyLimit: Int
  ) -> JSON {
    let header = message.header
    let body = message.content[header.bodyStart...]
    let part = JSON.object([
      "partId": "1", "blobId": .string(message.jmapID), "size": .integer(body.count), "type": "text/plain",
      "charset": "utf-8",
    ])
    var members: [JSON.Member] = []
    func add(_ name: String, _ value: @autoclosure () -> JSON) {
      if properties.contains(name) { members.append(.init(name: name, value: value())) }
    }
    add("id", .string(message.jmapID))
    add("blobId", .string("b\(message.id)"))
    add("threadId", .string("t\(message.id)"))
    add("mailboxIds", .object([.init(name: mailbox.jmapID, value: true)]))
    add("keywords", .object(message.keywords.sorted().map { .init(name: $0, value: true) }))
    add("size", .integer(message.size))
    add("receivedAt", .string(message.receivedAt.utcFormat))
    add("messageId", Self.messageIDs(header["Message-ID"]))
    add("inReplyTo", Self.messageIDs(header["In-Reply-To"]))
    add("references", Self.messageIDs(header["References"]))
    for name in ["sender", "from", "to", "cc", "bcc"] { add(name, Self.addresses(header[name])) }
    add("replyTo", Self.addresses(header["Reply-To"]))
    add("subject", header["Subject"].map(JSON.string) ?? .null)
    add(
      "sentAt",
      header["Date"].flatMap { CalendarTime(internetMessageFormat: $0) }.map { .string($0.utcFormat) }
        ?? .null)
    add("hasAttachment", false)
    add("preview", .string(body.prefix(256).text))
    add(
      "bodyValues",
      bodyLimit == 0
        ? .object([])
        : .object([
          "1": .object([
            "value": .string(body.prefix(bodyLimit).text), "isEncodingProblem": false,
            "isTruncated": .bool(body.count > bodyLimit),
          ])
        ]))
    add("textBody", [part])
    add("htmlBody", [part])
    add("attachments", [])
    return .object(members)
  }

  private static func addresses(_ field: String?) -> JSON {
    guard let field else { return .null }
    return .array(
      HeaderAddress.list(field).map {
        .object(["name": $0.name.map(JSON.string) ?? .null, "email": .string($0.address)])
      })
  }

  /// `<a@b> <c@d>` without the brackets.
  private static func messageIDs(_ field: String?) -> JSON {
    guard let field else { return .null }
    return .array(
      field.split(whereSeparator: \.isWhitespace).map {
        .string(String($0.filter { $0 != "<" && $0 != ">" }))
      })
  }

  func emailSet(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    if let expected = arguments["ifInState"]?.stringValue, expected != "\(state)" {
      throw JMAPMethodError("stateMismatch", "the state is \(state)")
    }
    let updates = arguments["update"]?.members ?? []
    guard updates.count <= JMAPRequest.maxObjects else {
      throw JMAPMethodError("requestTooLarge", "more than \(JMAPRequest.maxObjects) updates")
    }
    var updated: [JSON.Member] = []
    var notUpdated: [JSON.Member] = []
    for update in updates {
      let place = mailboxes.lazy.compactMap { mailbox in
        mailbox.messages.first { $0.jmapID == update.name }.map { (mailbox, $0) }
      }.first
      guard let (mailbox, message) = place else {
        notUpdated.append(Self.setError(update.name, "notFound"))
        continue
      }
      guard let keywords = Self.patched(message.keywords, by: update.value) else {
        notUpdated.append(Self.setError(update.name, "invalidProperties"))
        continue
      }
      // \Deleted is IMAP's own business, and stays as it is (RFC 8621 section 4.1.1).
      let flags = Set(keywords.map(StoredMessage.flag(ofKeyword:))).union(
        message.flags.filter { $0 == "\\Deleted" })
      _ = try load(.changeFlags(mailbox.name, .replace, flags, uids: [message.uid]))
      updated.append(.init(name: update.name, value: .null))
    }
    let (_, newState) = try load(.mailboxes)
    return .object([
      "accountId": .string(Self.accountID(of: account)), "oldState": .string("\(state)"),
      "newState": .string("\(newState)"), "updated": .object(updated), "notUpdated": .object(notUpdated),
      "notCreated": .object((arguments["create"]?.members ?? []).map { Self.setError($0.name, "forbidden") }),
      "notDestroyed": .object((arguments["destroy"]?.strings ?? []).map { Self.setError($0, "forbidden") }),
    ])
  }

  private static func setError(_ id: String, _ type: String) -> JSON.Member {
    .init(name: id, value: .object(["type": .string(type)]))
  }

  /// `{"keywords": {…}}` replaces, `{"keywords/$seen": true or null}` changes one; nil for anything else.
  private static func patched(_ keywords: Set<String>, by patch: JSON) -> Set<String>? {
    guard let members = patch.members else { return nil }
    var keywords = keywords
    for member in members {
      if member.name == "keywords", let all = member.value.members {
        guard all.allSatisfy({ $0.value == true && isKeyword($0.name) }) else { return nil }
        keywords = Set(all.map(\.name.asciiLowercased))
      } else if member.name.hasPrefix("keywords/") {
        let name = member.name.dropFirst("keywords/".count).asciiLowercased
        guard isKeyword(name), member.value == true || member.value == .null else { return nil }
        if member.value == true { keywords.insert(name) } else { keywords.remove(name) }
      } else {
        return nil
      }
    }
    return keywords.count <= 64 ? keywords : nil
  }

  private static func isKeyword(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name.utf8.allSatisfy(IMAPScanner.isAtom)
  }
}

extension StoredMessage {
  private static let systemKeywords = [
    "$seen": "\\Seen", "$flagged": "\\Flagged", "$answered": "\\Answered", "$draft": "\\Draft",
  ]

  var jmapID: String { "e\(id)" }

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
