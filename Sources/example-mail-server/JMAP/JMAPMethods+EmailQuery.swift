// Which mails match? Email/query: filters, sorting, pages (RFC 8621 section 4.4).

extension JMAPMethods {
  /// RFC 8620 section 5.5 lets a server refuse a filter that is too much work.
  private static let maximumConditions = 64
  private static let sortProperties = ["receivedAt", "size"]

  func emailQuery(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    let filter = arguments["filter"] ?? .null
    var known = KnownFilter()
    if filter != .null { try Self.check(filter, depth: 0, &known) }
    let comparators = try Self.comparators(arguments["sort"], of: Self.sortProperties)
    var found: [StoredMessage] = []
    for mailbox in mailboxes {
      for message in mailbox.messages {
        let searched = SearchedEmail(
          message: IMAPSearchedMessage(message), mailboxID: mailbox.jmapID, patterns: known.patterns)
        if filter == .null || searched.matches(filter) { found.append(message) }
      }
    }
    found.sort { left, right in
      for (property, isAscending) in comparators {
        let (first, second) = isAscending ? (left, right) : (right, left)
        switch property {
        case "size" where first.size != second.size: return first.size < second.size
        case "receivedAt" where first.receivedAt != second.receivedAt:
          return first.receivedAt < second.receivedAt
        default: continue
        }
      }
      return left.id < right.id
    }
    return try queryResponse(found.map(\.jmapID), arguments, state)
  }

  static var sortOptions: JSON { .array(sortProperties.map(JSON.string)) }

  /// What to sort by, and whether the least comes first.
  static func comparators(
    _ sort: JSON?, of properties: [String]
  ) throws(JMAPMethodError) -> [(String, Bool)] {
    guard let sort, sort != .null else { return [] }
    guard let comparators = sort.arrayValue else {
      throw JMAPMethodError("invalidArguments", "sort must be an array")
    }
    guard comparators.count <= maximumConditions else {
      throw JMAPMethodError("unsupportedSort", "more than \(maximumConditions) comparators")
    }
    var result: [(String, Bool)] = []
    for comparator in comparators {
      let direction = comparator["isAscending"] ?? true
      guard let property = comparator["property"]?.stringValue, let isAscending = direction.boolValue else {
        throw JMAPMethodError("invalidArguments", "a comparator needs a property")
      }
      guard properties.contains(property) else { throw JMAPMethodError("unsupportedSort", property) }
      result.append((property, isAscending))
    }
    return result
  }

  /// Whether a filter can be understood: an empty mailbox must not hide that it cannot.
  private static func check(
    _ filter: JSON, depth: Int, _ known: inout KnownFilter
  ) throws(JMAPMethodError) {
    guard depth < 16 else { throw JMAPMethodError("unsupportedFilter", "nested too deeply") }
    guard let members = filter.members else {
      throw JMAPMethodError("invalidArguments", "a filter must be an object")
    }
    known.conditions += members.count
    guard known.conditions <= maximumConditions else {
      throw JMAPMethodError("unsupportedFilter", "more than \(maximumConditions) conditions")
    }
    if let name = filter["operator"] {
      guard ["AND", "OR", "NOT"].contains(name.stringValue),
        let operands = filter["conditions"]?.arrayValue, members.count == 2
      else { throw JMAPMethodError("invalidArguments", "an operator is AND, OR or NOT, of conditions") }
      for operand in operands { try check(operand, depth: depth + 1, &known) }
      return
    }
    for condition in members {
      let isRightType: Bool
      switch condition.name {
      case "minSize", "maxSize": isRightType = condition.value.integerValue.map { $0 >= 0 } ?? false
      case "before", "after":
        isRightType = condition.value.stringValue.flatMap(CalendarTime.init(utcFormat:)) != nil
      case "inMailbox", "hasKeyword", "notKeyword": isRightType = condition.value.stringValue != nil
      case "text", "from", "to", "cc", "bcc", "subject", "body":
        isRightType = condition.value.stringValue != nil
        let text = condition.value.stringValue ?? ""
        known.patterns[Array(text.utf8)] = SubstringPattern(IMAPSearchedMessage.folded(text).utf8)
      default: throw JMAPMethodError("unsupportedFilter", condition.name)
      }
      guard isRightType else { throw JMAPMethodError("invalidArguments", condition.name) }
    }
  }
}

/// What is known of a filter once it was checked.
private struct KnownFilter {
  var conditions = 0
  /// By the octets of each text: texts that only look the same are two.
  var patterns: [[UInt8]: SubstringPattern] = [:]
}

private struct SearchedEmail {
  let message: IMAPSearchedMessage
  let mailboxID: String
  let patterns: [[UInt8]: SubstringPattern]

  /// - Parameter filter: one that was checked.
  func matches(_ filter: JSON) -> Bool {
    if let name = filter["operator"]?.stringValue {
      let operands = filter["conditions"]?.arrayValue ?? []
      switch name {
      case "AND": return operands.allSatisfy(matches)
      case "OR": return operands.contains(where: matches)
      default: return !operands.contains(where: matches)
      }
    }
    return (filter.members ?? []).allSatisfy(holds)
  }

  private func holds(_ condition: JSON.Member) -> Bool {
    let stored = message.message
    let text = condition.value.stringValue ?? ""
    switch condition.name {
    case "inMailbox": return mailboxID == text
    case "before": return CalendarTime(utcFormat: text).map { stored.receivedAt < $0 } ?? false
    case "after": return CalendarTime(utcFormat: text).map { stored.receivedAt >= $0 } ?? false
    case "minSize": return stored.size >= (condition.value.integerValue ?? 0)
    case "maxSize": return stored.size < (condition.value.integerValue ?? Int.max)
    case "hasKeyword": return stored.keywords.contains(text.asciiLowercased)
    case "notKeyword": return !stored.keywords.contains(text.asciiLowercased)
    default: break
    }
    guard let pattern = patterns[Array(text.utf8)] else { return false }
    switch condition.name {
    case "body": return pattern.occurs(in: message.body)
    case "text":
      return ["from", "to", "cc", "bcc", "subject"].contains { isInHeader($0, pattern) }
        || pattern.occurs(in: message.body)
    default: return isInHeader(condition.name, pattern)
    }
  }

  private func isInHeader(_ name: String, _ pattern: SubstringPattern) -> Bool {
    message.fields.contains { $0.name == name && pattern.occurs(in: $0.value) }
  }
}
