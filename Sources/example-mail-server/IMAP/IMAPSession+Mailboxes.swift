// How does a client choose a mailbox and learn of its changes? LIST, SELECT, STATUS, APPEND, NOOP, IDLE.

import MailObservability

extension IMAPSession {
  private static let permanentFlags = "\\Answered \\Flagged \\Deleted \\Seen \\Draft"

  mutating func list(_ pattern: String, as command: String) {
    // An empty pattern asks for the hierarchy delimiter only (RFC 3501 section 6.3.8).
    guard !pattern.isEmpty else {
      untagged("\(command) (\\Noselect) \"/\" \"\"")
      return complete(.ok, "\(command) completed")
    }
    ask(.mailboxes) { session, answer in
      if case .mailboxes(let mailboxes, _) = answer {
        for mailbox in mailboxes where Self.matches(Array(mailbox.name.utf8)[...], Array(pattern.utf8)[...]) {
          session.untagged("\(command) () \"/\" \(IMAPEnvelope.string(mailbox.name))")
        }
      }
      session.complete(.ok, "\(command) completed")
    }
  }

  /// `*` and `%` stand for anything: there is no hierarchy here. The loop goes back to the last wildcard
  /// only, so a hostile pattern costs no more than name times pattern.
  static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var name = name
    var rest = pattern
    var retry: (name: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
    while let byte = name.first {
      if let wanted = rest.first, wanted == UInt8(ascii: "*") || wanted == UInt8(ascii: "%") {
        rest.removeFirst()
        retry = (name, rest)
      } else if let wanted = rest.first, wanted.lowercased == byte.lowercased {
        rest.removeFirst()
        name.removeFirst()
      } else if let last = retry {
        name = last.name.dropFirst()
        rest = last.pattern
        retry = (name, rest)
      } else {
        return false
      }
    }
    return rest.allSatisfy { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "%") }
  }

  mutating func select(_ name: String, isReadOnly: Bool) {
    // Even a SELECT that fails leaves the old mailbox (RFC 3501 section 6.3.1).
    selection = nil
    askMailbox(.mailbox(name)) { session, mailbox in
      session.selection = Selection(
        mailbox: mailbox.name, isReadOnly: isReadOnly, uids: mailbox.messages.map(\.uid))
      session.untagged("FLAGS (\(Self.permanentFlags))")
      session.untagged("\(mailbox.messages.count) EXISTS")
      session.untagged("0 RECENT")
      if let unseen = mailbox.messages.firstIndex(where: { !$0.has("\\Seen") }) {
        session.untagged("OK [UNSEEN \(unseen + 1)] First unseen")
      }
      session.untagged("OK [UIDVALIDITY \(mailbox.uidValidity)] UIDs valid")
      session.untagged("OK [UIDNEXT \(mailbox.nextUID)] Predicted next UID")
      session.untagged(
        isReadOnly
          ? "OK [PERMANENTFLAGS ()] Read-only" : "OK [PERMANENTFLAGS (\(Self.permanentFlags) \\*)] Kept")
      session.complete(
        .ok, isReadOnly ? "[READ-ONLY] EXAMINE completed" : "[READ-WRITE] SELECT completed")
    }
  }

  mutating func status(_ name: String, _ items: [IMAPStatusItem]) {
    askMailbox(.mailbox(name)) { session, mailbox in
      let values = items.map { item -> String in
        let value =
          switch item {
          case .messages: mailbox.messages.count
          case .recent: 0
          case .uidNext: Int(mailbox.nextUID)
          case .uidValidity: Int(mailbox.uidValidity)
          case .unseen: mailbox.unseen
          }
        return "\(item.rawValue) \(value)"
      }
      session.untagged("STATUS \(IMAPEnvelope.string(mailbox.name)) (\(values.joined(separator: " ")))")
      session.complete(.ok, "STATUS completed")
    }
  }

  mutating func append(_ content: [UInt8], to name: String, flags: Set<String>, date: CalendarTime?) {
    askMailbox(.append(name, content: content, flags: flags, date: date)) { session, mailbox in
      if mailbox.name == session.selection?.mailbox { session.synchronise(with: mailbox) }
      session.complete(.ok, "APPEND completed")
    }
  }

  /// NOOP and CHECK: the time to hear what others did.
  mutating func checkMailbox() {
    guard let selection else { return }
    askMailbox(.mailbox(selection.mailbox)) { session, mailbox in
      session.synchronise(with: mailbox)
      session.complete(.ok, "NOOP completed")
    }
  }

  /// The selected mailbox has changed while the client idles.
  mutating func mailboxChanged(_ mailbox: Mailbox) {
    guard isIdling, mailbox.name == selection?.mailbox else { return }
    synchronise(with: mailbox)
  }

  /// Tells the client what is gone and what is new. Only where RFC 3501 section 7.4.1 allows EXPUNGE: not in
  /// FETCH, STORE and SEARCH by number, whose numbers would change their meaning.
  mutating func synchronise(with mailbox: Mailbox) {
    guard var selection else { return }
    let present = Set(mailbox.messages.map(\.uid))
    for (index, uid) in selection.uids.enumerated().reversed() where !present.contains(uid) {
      untagged("\(index + 1) EXPUNGE")
    }
    let before = selection.uids.count { present.contains($0) }
    selection.uids = mailbox.messages.map(\.uid)
    if selection.uids.count != before { untagged("\(selection.uids.count) EXISTS") }
    self.selection = selection
  }
}
