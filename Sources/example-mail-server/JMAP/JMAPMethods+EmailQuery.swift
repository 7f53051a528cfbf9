// Which mails match? Email/query: filters, sorting, pages (RFC 8621 section 4.4).

extension JMAPMethods {
  func emailQuery(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    var found: [StoredMessage] = []
    let filter = arguments["filter"] ?? .null
    for mailbox in mailboxes {
      for message in mailbox.messages where try Self.matches(filter, message, mailbox, depth: 0) {
        found.append(message)
      }
    }
    // An empty mailbox must not hide that a filter is not understood.
    if found.isEmpty { try Self.check(filter, depth: 0) }
    let comparators = arguments["sort"]?.arrayValue ?? []
    for comparator in comparators {
      guard ["receivedAt", "size", "subject"].contains(comparator["property"]?.stringValue) else {
        throw JMAPMethodError("unsupportedSort", comparator["property"]?.stringValue ?? "")
      }
    }
    found.sort { left, right in
      for comparator in comparators {
        let isAscending = comparator["isAscending"]?.boolValue ?? true
        let (first, second) = isAscending ? (left, right) : (right, left)
        switch comparator["property"]?.stringValue {
        case "size" where first.size != second.size: return first.size < second.size
        case "receivedAt" where first.receivedAt != second.receivedAt:
          return first.receivedAt < second.receivedAt
        case "subject" where first.header["Subject"] != second.header["Subject"]:
          return (first.header["Subject"] ?? "") < (second.header["Subject"] ?? "")
        default: continue
        }
      }
      return left.id < right.id
    }
    return try queryResponse(found.map(\.jmapID), arguments, state)
  }

  private static let conditions: Set<String> = [
    "inMailbox", "before", "after", "minSize", "maxSize", "hasKeyword", "notKeyword", "text", "from", "to",
    "cc",
    "subject", "body",
  ]

  private static func check(_ filter: JSON, depth: Int) throws(JMAPMethodError) {
    guard depth < 16 else { throw JMAPMethodError("unsupportedFilter", "nested too deeply") }
    guard filter != .null else { return }
    guard let members = filter.members else {
      throw JMAPMethodError("invalidArguments", "filter is no object")
    }
    if filter["operator"] != nil {
      for condition in filter["conditions"]?.arrayValue ?? [] { try check(condition, depth: depth + 1) }
    } else if let unknown = members.first(where: { !conditions.contains($0.name) }) {
      throw JMAPMethodError("unsupportedFilter", unknown.name)
    }
  }

  private static func matches(
    _ filter: JSON, _ message: StoredMessage, _ mailbox: Mailbox, depth: Int
  ) throws(JMAPMethodError) -> Bool {
    try check(filter, depth: depth)
    if let name = filter["operator"]?.stringValue {
      var results: [Bool] = []
      for condition in filter["conditions"]?.arrayValue ?? [] {
        results.append(try matches(condition, message, mailbox, depth: depth + 1))
      }
      switch name {
      case "AND": return results.allSatisfy { $0 }
      case "OR": return results.contains(true)
      case "NOT": return !results.contains(true)
      default: throw JMAPMethodError("unsupportedFilter", name)
      }
    }
    for condition in filter.members ?? [] {
      let text = condition.value.stringValue ?? ""
      let needle = Array(text.utf8)
      let holds =
        switch condition.name {
        case "inMailbox": mailbox.jmapID == text
        case "before": message.receivedAt.utcFormat < text
        case "after": message.receivedAt.utcFormat >= text
        case "minSize": message.size >= (condition.value.integerValue ?? 0)
        case "maxSize": message.size < (condition.value.integerValue ?? Int.max)
        case "hasKeyword": message.keywords.contains(text.asciiLowercased)
        case "notKeyword": !message.keywords.contains(text.asciiLowercased)
        case "body": message.content[message.header.bodyStart...].contains(ignoringCase: needle)
        case "text": message.content.contains(ignoringCase: needle)
        default: (message.header[condition.name] ?? "").utf8.contains(ignoringCase: needle)
        }
      guard holds else { return false }
    }
    return true
  }
}
