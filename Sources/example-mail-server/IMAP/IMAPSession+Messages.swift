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
    for (index, uid) in selection.uids.enumerated() { numbers[uid] = UInt32(clamping: index + 1) }
    return mailbox.messages.compactMap { message in
      numbers[message.uid].map { Known(number: $0, message: message) }
    }
  }

  private func known(in mailbox: Mailbox, _ set: IMAPSequenceSet, byUID: Bool) -> [Known] {
    let largest = byUID ? selection?.uids.last ?? 0 : UInt32(clamping: selection?.uids.count ?? 0)
    return known(in: mailbox).filter { set.contains(byUID ? $0.message.uid : $0.number, largest: largest) }
  }

  /// The UIDs that a set stands for, as the client sees its mailbox.
  private func uids(_ set: IMAPSequenceSet, byUID: Bool) -> Set<UInt32> {
    guard let selection else { return [] }
    if byUID {
      let largest = selection.uids.last ?? 0
      return Set(selection.uids.filter { set.contains($0, largest: largest) })
    }
    let largest = UInt32(clamping: selection.uids.count)
    return Set(
      selection.uids.enumerated().filter { set.contains(UInt32(clamping: $0.offset + 1), largest: largest) }
        .map(\.element))
  }

  mutating func search(_ key: IMAPSearchKey, byUID: Bool) {
    guard let selection else { return }
    askMailbox(.mailbox(selection.mailbox)) { session, mailbox in
      let largest = UInt32(clamping: selection.uids.count)
      let found = session.known(in: mailbox).filter {
        key.matches(
          $0.message, number: $0.number, largest: largest, largestUID: selection.uids.last ?? 0)
      }
      session.untagged("SEARCH" + found.map { " \(byUID ? $0.message.uid : $0.number)" }.joined())
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
      for known in session.known(in: mailbox, set, byUID: byUID) {
        session.pending.append(.send(Self.fetchResponse(known, wanted)))
      }
      session.complete(.ok, "FETCH completed")
    }
  }

  private static func fetchResponse(_ known: Known, _ items: [IMAPFetchItem]) -> [UInt8] {
    var response = Array("* \(known.number) FETCH (".utf8)
    for (index, item) in items.enumerated() {
      if index > 0 { response.append(.space) }
      item.encode(known.message, into: &response)
    }
    response += ")\r\n".utf8
    return response
  }

  mutating func store(
    _ set: IMAPSequenceSet, _ change: MailboxTable.FlagChange, _ flags: Set<String>, isSilent: Bool,
    byUID: Bool
  ) {
    guard let selection else { return }
    guard !selection.isReadOnly else { return complete(.no, "The mailbox is read-only") }
    let request = StoreRequest.changeFlags(selection.mailbox, change, flags, uids: uids(set, byUID: byUID))
    askMailbox(request) { session, mailbox in
      if !isSilent {
        let items: [IMAPFetchItem] = byUID ? [.uid, .flags] : [.flags]
        for known in session.known(in: mailbox, set, byUID: byUID) {
          session.pending.append(.send(Self.fetchResponse(known, items)))
        }
      }
      session.complete(.ok, "STORE completed")
    }
  }

  mutating func copy(_ set: IMAPSequenceSet, to target: String, byUID: Bool) {
    guard let selection else { return }
    // The mailbox may be copied into itself: the answer is then the selected one.
    askMailbox(.copy(from: selection.mailbox, to: target, uids: uids(set, byUID: byUID))) {
      session, mailbox in
      if mailbox.name == selection.mailbox { session.synchronise(with: mailbox) }
      session.complete(.ok, "COPY completed")
    }
  }

  mutating func expunge(thenClose: Bool) {
    guard let selection else { return }
    let name = thenClose ? "CLOSE" : "EXPUNGE"
    if selection.isReadOnly {
      if thenClose { self.selection = nil }
      return complete(thenClose ? .ok : .no, thenClose ? "CLOSE completed" : "The mailbox is read-only")
    }
    askMailbox(.expunge(selection.mailbox)) { session, mailbox in
      // CLOSE says nothing of what it removes.
      if thenClose {
        session.selection = nil
      } else {
        session.synchronise(with: mailbox)
      }
      session.complete(.ok, "\(name) completed")
    }
  }
}
