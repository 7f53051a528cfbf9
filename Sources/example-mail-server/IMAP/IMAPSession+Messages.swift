// What does a client do with the messages of its mailbox? SEARCH, FETCH, STORE, COPY, EXPUNGE.

import EndpointMessages
import MailObservability

extension IMAPSession {
  /// A message the client knows and the store still has, with its sequence number.
  private struct Known {
    let number: UInt32
    let message: StoredMessage
  }

  private func known(in mailbox: Mailbox) -> [Known] {
    guard let selection else { return [] }
    var numbers: [UInt32: UInt32] = [:]
    for (index, message) in selection.messages.enumerated() {
      numbers[message.uid] = UInt32(clamping: index + 1)
    }
    return mailbox.messages.compactMap { message in
      numbers[message.uid].map { Known(number: $0, message: message) }
    }
  }

  private func known(in mailbox: Mailbox, _ set: IMAPSequenceSet, byUID: Bool) -> [Known] {
    let largest = byUID ? largestUID : UInt32(clamping: selection?.messages.count ?? 0)
    return known(in: mailbox).filter { set.contains(byUID ? $0.message.uid : $0.number, largest: largest) }
  }

  private var largestUID: UInt32 { selection?.messages.last?.uid ?? 0 }

  /// The UIDs that a set stands for, as the client sees its mailbox.
  private func uids(_ set: IMAPSequenceSet, byUID: Bool) -> Set<UInt32> {
    guard let selection else { return [] }
    if byUID {
      return Set(selection.messages.map(\.uid).filter { set.contains($0, largest: largestUID) })
    }
    let largest = UInt32(clamping: selection.messages.count)
    return Set(
      selection.messages.enumerated().filter {
        set.contains(UInt32(clamping: $0.offset + 1), largest: largest)
      }.map(\.element.uid))
  }

  mutating func search(_ key: IMAPSearchKey, byUID: Bool) {
    guard let selection else { return }
    askMailbox(.mailbox(selection.mailbox)) { session, mailbox in
      let largest = UInt32(clamping: selection.messages.count)
      let found = session.known(in: mailbox).filter {
        key.matches(
          IMAPSearchedMessage($0.message), number: $0.number, largest: largest,
          largestUID: session.largestUID)
      }
      session.untagged("SEARCH" + found.map { " \(byUID ? $0.message.uid : $0.number)" }.joined())
      session.synchronise(with: mailbox)
      session.complete(.ok, "SEARCH completed")
    }
  }

  mutating func fetch(_ set: IMAPSequenceSet, _ items: [IMAPFetchItem], byUID: Bool) {
    guard let selection else { return }
    // UID FETCH always shows the UID (RFC 3501 section 6.4.8), and a body that is read shows its new flags.
    var items = byUID && !items.contains(.uid) ? [.uid] + items : items
    let setsSeen = !selection.isReadOnly && items.contains(where: \.setsSeen)
    if setsSeen, !items.contains(.flags) { items.append(.flags) }
    let request: StoreRequest =
      setsSeen
      ? .changeFlags(selection.mailbox, .add, ["\\Seen"], uids: uids(set, byUID: byUID))
      : .mailbox(selection.mailbox)
    let wanted = items
    askMailbox(request) { session, mailbox in
      for known in session.known(in: mailbox, set, byUID: byUID) { session.show(known, wanted) }
      session.synchronise(with: mailbox)
      session.complete(.ok, "FETCH completed")
    }
  }

  private mutating func show(_ known: Known, _ items: [IMAPFetchItem]) {
    let message = known.message
    let structure = items.contains(where: \.needsStructure) ? MIMEPart(of: message.content) : nil
    var response = Array("* \(known.number) FETCH (".utf8)
    for (index, item) in items.enumerated() {
      if index > 0 { response.append(.space) }
      item.encode(message, structure, into: &response)
    }
    response += ")\r\n".utf8
    pending.append(.send(response))
    if items.contains(.flags) { selection?.messages[Int(known.number) - 1].flags = message.flags }
  }

  mutating func store(
    _ set: IMAPSequenceSet, _ change: MailboxTable.FlagChange, _ flags: Set<String>, isSilent: Bool,
    byUID: Bool
  ) {
    guard let selection else { return }
    guard !selection.isReadOnly else { return complete(.no, "The mailbox is read-only") }
    let request = StoreRequest.changeFlags(selection.mailbox, change, flags, uids: uids(set, byUID: byUID))
    askMailbox(request) { session, mailbox in
      let items: [IMAPFetchItem] = byUID ? [.uid, .flags] : [.flags]
      for known in session.known(in: mailbox, set, byUID: byUID) {
        if isSilent {
          // The client knows what it did itself; what others did is told.
          let index = Int(known.number) - 1
          let before = session.selection?.messages[index].flags ?? []
          session.selection?.messages[index].flags = change.applied(flags, to: before)
        } else {
          session.show(known, items)
        }
      }
      session.synchronise(with: mailbox)
      session.complete(.ok, "STORE completed")
    }
  }

  mutating func copy(_ set: IMAPSequenceSet, to target: String, byUID: Bool) {
    guard let selection else { return }
    ask(.copy(from: selection.mailbox, to: target, uids: uids(set, byUID: byUID))) { session, answer in
      guard case .copied(let mailbox, let uids, _) = answer else {
        return session.complete(.no, "[SERVERBUG] No copies in the answer")
      }
      // The mailbox may be copied into itself: the answer is then the selected one.
      session.synchronise(with: mailbox)
      var code = ""
      if !uids.isEmpty {
        // The copies are the last messages of their mailbox (RFC 4315 section 3).
        let copies = mailbox.messages.suffix(uids.count).map(\.uid)
        code = "[COPYUID \(mailbox.uidValidity) \(Self.set(of: uids)) \(Self.set(of: copies))] "
      }
      session.complete(.ok, code + "COPY completed")
    }
  }

  /// Ascending UIDs as a set: `1,3:5`.
  private static func set(of uids: [UInt32]) -> String {
    var ranges: [ClosedRange<UInt32>] = []
    for uid in uids {
      if let last = ranges.last, last.upperBound < uid, uid - last.upperBound == 1 {
        ranges[ranges.count - 1] = last.lowerBound...uid
      } else {
        ranges.append(uid...uid)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }
      .joined(separator: ",")
  }

  mutating func expunge(_ set: IMAPSequenceSet?) {
    guard let selection else { return }
    guard !selection.isReadOnly else { return complete(.no, "The mailbox is read-only") }
    var named: Set<UInt32>?
    if let set { named = uids(set, byUID: true) }
    askMailbox(.expunge(selection.mailbox, uids: named)) { session, mailbox in
      session.synchronise(with: mailbox)
      session.complete(.ok, "EXPUNGE completed")
    }
  }

  /// Removes what is flagged `\Deleted`, unless the mailbox is read-only, and says nothing of it.
  mutating func close() {
    guard let selection else { return }
    guard !selection.isReadOnly else {
      self.selection = nil
      return complete(.ok, "CLOSE completed")
    }
    askMailbox(.expunge(selection.mailbox)) { session, _ in
      session.selection = nil
      session.complete(.ok, "CLOSE completed")
    }
  }
}
