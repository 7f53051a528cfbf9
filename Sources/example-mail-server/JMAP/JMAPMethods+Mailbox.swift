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
    let list = found.map { json(of: $0, under: mailboxes.parent(of: $0), properties) }
    return getResponse(list, notFound: missing, state)
  }

  private func json(of mailbox: Mailbox, under parent: Mailbox?, _ properties: Set<String>) -> JSON {
    let all: [JSON.Member] = [
      .init(name: "id", value: .string(mailbox.jmapID)),
      .init(name: "name", value: .string(mailbox.lastName)),
      .init(name: "parentId", value: parent.map { .string($0.jmapID) } ?? .null),
      .init(name: "role", value: mailbox.role.map(JSON.string) ?? .null),
      .init(name: "sortOrder", value: .integer(mailbox.sortOrder)),
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
    for condition in try Self.members(arguments["filter"], "filter") {
      switch condition.name {
      case "name":
        found.removeAll {
          !$0.lastName.utf8.contains(ignoringCase: Array((condition.value.stringValue ?? "").utf8))
        }
      case "role": found.removeAll { $0.role != condition.value.stringValue }
      case "hasAnyRole": found.removeAll { ($0.role != nil) != (condition.value.boolValue ?? true) }
      case "parentId":
        found.removeAll { mailboxes.parent(of: $0)?.jmapID != condition.value.stringValue }
      default: throw JMAPMethodError("unsupportedFilter", condition.name)
      }
    }
    let comparators = try Self.comparators(arguments["sort"], of: ["sortOrder", "name"])
    found.sort { left, right in
      for (property, isAscending) in comparators {
        let (first, second) = isAscending ? (left, right) : (right, left)
        if property == "sortOrder", first.sortOrder != second.sortOrder {
          return first.sortOrder < second.sortOrder
        }
        if property == "name", first.lastName != second.lastName { return first.lastName < second.lastName }
      }
      return left.id < right.id
    }
    return try queryResponse(found.map(\.jmapID), arguments, state)
  }
}

extension Mailbox {
  var jmapID: String { "m\(id)" }

  fileprivate var sortOrder: Int { name == "INBOX" ? 1 : 10 }

  /// The name without those of the mailboxes above it, which JMAP shows by their ids.
  var lastName: String { name.split(separator: "/").last.map(String.init) ?? name }

  /// Registered in the IANA registry of mailbox name attributes.
  var role: String? { MailboxTable.standardMailboxes.contains(name) ? name.asciiLowercased : nil }
}

extension [Mailbox] {
  /// The mailbox right above; nil when there is none.
  fileprivate func parent(of mailbox: Mailbox) -> Mailbox? {
    guard let slash = mailbox.name.lastIndex(of: "/") else { return nil }
    return first { $0.name.utf8.elementsEqual(mailbox.name[..<slash].utf8) }
  }
}
