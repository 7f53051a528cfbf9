// How are a mail's keywords changed? Email/set, as far as it is offered (RFC 8621 section 4.6).

extension JMAPMethods {
  func emailSet(_ arguments: JSON, _ mailboxes: [Mailbox], _ state: Int) throws(JMAPMethodError) -> JSON {
    let expected = arguments["ifInState"] ?? .null
    guard expected == .null || expected == .string("\(state)") else {
      throw JMAPMethodError("stateMismatch", "the state is \(state)")
    }
    let updates = try Self.members(arguments["update"], "update")
    let creations = try Self.members(arguments["create"], "create")
    let destroyed = arguments["destroy"] ?? .null
    guard let destructions = destroyed == .null ? [] : destroyed.strings else {
      throw JMAPMethodError("invalidArguments", "destroy must be ids")
    }
    guard updates.count + creations.count + destructions.count <= JMAPRequest.maxObjects else {
      throw JMAPMethodError("requestTooLarge", "more than \(JMAPRequest.maxObjects) changes")
    }
    let places = mailboxes.places(of: Set(updates.compactMap { StoredMessage.id(ofJMAP: $0.name) }))
    var updated: [JSON.Member] = []
    var notUpdated: [JSON.Member] = []
    for update in updates {
      guard let (mailbox, message) = StoredMessage.id(ofJMAP: update.name).flatMap({ places[$0] }) else {
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
      "newState": .string("\(newState)"), "created": .null, "updated": .object(updated), "destroyed": .null,
      "notCreated": .object(creations.map { Self.setError($0.name, "forbidden") }),
      "notUpdated": .object(notUpdated),
      "notDestroyed": .object(destructions.map { Self.setError($0, "forbidden") }),
    ])
  }

  static func members(_ value: JSON?, _ name: String) throws(JMAPMethodError) -> [JSON.Member] {
    guard let value, value != .null else { return [] }
    guard let members = value.members else {
      throw JMAPMethodError("invalidArguments", "\(name) must be an object")
    }
    return members
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
