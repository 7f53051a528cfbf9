// What has changed since a state, and which mails are a thread? Answered as simply as a client can live with.

extension JMAPMethods {
  /// Only the present state is known: since that one nothing has changed, and since another one a client has to ask for
  /// everything (RFC 8620 section 5.2).
  func changes(_ arguments: JSON, _ state: Int) throws(JMAPMethodError) -> JSON {
    try expect("sinceState", in: arguments, toBe: state)
    return .object([
      "accountId": .string(Self.accountID(of: account)), "oldState": .string("\(state)"),
      "newState": .string("\(state)"), "hasMoreChanges": false, "created": [], "updated": [],
      "destroyed": [],
    ])
  }

  /// RFC 8620 section 5.6.
  func queryChanges(_ arguments: JSON, _ state: Int) throws(JMAPMethodError) -> JSON {
    try expect("sinceQueryState", in: arguments, toBe: state)
    return .object([
      "accountId": .string(Self.accountID(of: account)), "oldQueryState": .string("\(state)"),
      "newQueryState": .string("\(state)"), "removed": [], "added": [],
    ])
  }

  private func expect(
    _ name: String, in arguments: JSON, toBe state: Int
  ) throws(JMAPMethodError) {
    guard let given = arguments[name]?.stringValue else {
      throw JMAPMethodError("invalidArguments", "\(name) is needed")
    }
    guard given == "\(state)" else {
      throw JMAPMethodError("cannotCalculateChanges", "the state is \(state), others are not kept")
    }
  }

  /// Each mail is a thread of its own (RFC 8621 section 3).
  func threadGet(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    let properties = try properties(arguments, from: ["id", "emailIds"], default: ["id", "emailIds"])
    let wanted = try ids(arguments) ?? mailboxes.flatMap { $0.messages.map { "t\($0.id)" } }
    guard wanted.count <= JMAPRequest.maxObjects else {
      throw JMAPMethodError("requestTooLarge", "more than \(JMAPRequest.maxObjects) threads")
    }
    func number(_ id: String) -> Int? {
      id.utf8.first == UInt8(ascii: "t") ? StoredMessage.id(ofJMAP: "e" + id.dropFirst()) : nil
    }
    let places = mailboxes.places(of: Set(wanted.compactMap(number)))
    var list: [JSON] = []
    var missing: [String] = []
    for id in wanted {
      guard let (_, message) = number(id).flatMap({ places[$0] }) else {
        missing.append(id)
        continue
      }
      var members = [JSON.Member(name: "id", value: .string(id))]
      if properties.contains("emailIds") {
        members.append(.init(name: "emailIds", value: [.string(message.jmapID)]))
      }
      list.append(.object(members))
    }
    return getResponse(list, notFound: missing, state)
  }
}
