// Which mailboxes are there? Mailbox/get and Mailbox/query (RFC 8621 section 2).

extension JMAPMethods {
  private static let mailboxProperties = [
    "id", "name", "parentId", "role", "sortOrder", "totalEmails", "unreadEmails", "totalThreads",
    "unreadThreads", "myRights", "isSubscribed",
  ]

  func mailboxGet(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    let properties = try properties(
      arguments, from: Self.mailboxProperties, default: Self.mailboxProperties)
    let ids = try ids(arguments)
    let found = mailboxes.filter { mailbox in ids.map { $0.contains(mailbox.jmapID) } ?? true }
    let missing = (ids ?? []).filter { id in !mailboxes.contains { $0.jmapID == id } }
    return getResponse(found.map { json(of: $0, properties) }, notFound: missing, state)
  }

  private func json(of mailbox: Mailbox, _ properties: Set<String>) -> JSON {
    let all: [JSON.Member] = [
      .init(name: "id", value: .string(mailbox.jmapID)), .init(name: "name", value: .string(mailbox.name)),
      .init(name: "parentId", value: .null),
      .init(name: "role", value: mailbox.role.map(JSON.string) ?? .null),
      .init(name: "sortOrder", value: .integer(mailbox.name == "INBOX" ? 1 : 10)),
      .init(name: "totalEmails", value: .integer(mailbox.messages.count)),
      .init(name: "unreadEmails", value: .integer(mailbox.unseen)),
      .init(name: "totalThreads", value: .integer(mailbox.messages.count)),
      .init(name: "unreadThreads", value: .integer(mailbox.unseen)),
      .init(
        name: "myRights",
        value: .object([
          "mayReadItems": true, "mayAddItems": false, "mayRemoveItems": false, "maySetSeen": true,
          "maySetKeywords": true, "mayCreateChild": false, "mayRename": false, "mayDelete": false,
          "maySubmit": false,
        ])),
      .init(name: "isSubscribed", value: true),
    ]
    return .object(all.filter { properties.contains($0.name) })
  }

  func mailboxQuery(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    var found = mailboxes
    for condition in arguments["filter"]?.members ?? [] {
      switch condition.name {
      case "name":
        found.removeAll {
          !$0.name.utf8.contains(ignoringCase: Array((condition.value.stringValue ?? "").utf8))
        }
      case "role": found.removeAll { $0.role != condition.value.stringValue }
      case "hasAnyRole": found.removeAll { ($0.role != nil) != (condition.value.boolValue ?? true) }
      case "parentId": if condition.value != .null { found = [] }
      default: throw JMAPMethodError("unsupportedFilter", condition.name)
      }
    }
    return try queryResponse(found.map(\.jmapID), arguments, state)
  }
}

extension Mailbox {
  var jmapID: String { "m\(id)" }

  /// Registered in the IANA registry of mailbox name attributes.
  var role: String? { MailboxTable.standardMailboxes.contains(name) ? name.asciiLowercased : nil }
}
