// How does a client choose a mailbox and learn of its changes? From LIST and CREATE to NOOP and IDLE.

import MailObservability

extension IMAPSession {
  private static let permanentFlags = IMAPScanner.systemFlags.joined(separator: " ")

  mutating func list(_ pattern: [UInt8]) {
    // An empty pattern asks for the hierarchy delimiter only (RFC 3501 section 6.3.8).
    guard !pattern.isEmpty else {
      untagged("LIST (\\Noselect) \"\(MailboxTable.delimiter)\" \"\"")
      return complete(.ok, "LIST completed")
    }
    ask(.mailboxes) { session, answer in
      if case .mailboxes(let mailboxes, _) = answer {
        for mailbox in mailboxes where Self.matches(mailbox.name, pattern) {
          session.show(mailbox.name, as: "LIST ()")
        }
      }
      session.complete(.ok, "LIST completed")
    }
  }

  /// LSUB: names that the client has subscribed to, whether or not there is such a mailbox. One that `%`
  /// leaves out, because it lies deeper, is shown by the name above it (RFC 3501 section 6.3.9).
  mutating func listSubscribed(_ pattern: [UInt8]) {
    ask(.subscriptions) { session, answer in
      guard case .subscriptions(let names) = answer else {
        return session.complete(.no, "[SERVERBUG] No subscriptions in the answer")
      }
      var shown = Set(names)
      for name in names {
        guard !Self.matches(name, pattern) else {
          session.show(name, as: "LSUB ()")
          continue
        }
        guard pattern.last == UInt8(ascii: "%") else { continue }
        for (index, character) in zip(name.indices, name) where character == MailboxTable.delimiter {
          let above = String(name[..<index])
          if Self.matches(above, pattern), shown.insert(above).inserted {
            session.show(above, as: "LSUB (\\Noselect)")
          }
        }
      }
      session.complete(.ok, "LSUB completed")
    }
  }

  private mutating func show(_ name: String, as response: String) {
    untagged("\(response) \"\(MailboxTable.delimiter)\" \(IMAPEnvelope.string(name))")
  }

  /// `*` stands for anything, `%` for anything in one level. Each octet of the pattern is tried once with each
  /// of the name. INBOX knows no case.
  static func matches(_ name: String, _ pattern: [UInt8]) -> Bool {
    let ignoresCase = name == "INBOX"
    let name = Array(name.utf8)
    /// Whether the pattern, as far as it was read, fits the first so many octets.
    var fits = [true] + name.map { _ in false }
    for wanted in pattern {
      if wanted == UInt8(ascii: "*") || wanted == UInt8(ascii: "%") {
        for end in fits.indices.dropFirst() {
          let isStopped = wanted == UInt8(ascii: "%") && name[end - 1] == MailboxTable.delimiter.asciiValue
          fits[end] = fits[end] || (fits[end - 1] && !isStopped)
        }
      } else {
        for end in fits.indices.dropFirst().reversed() {
          let isSame =
            ignoresCase ? name[end - 1].lowercased == wanted.lowercased : name[end - 1] == wanted
          fits[end] = fits[end - 1] && isSame
        }
        fits[0] = false
      }
    }
    return fits[name.count]
  }

  /// CREATE, SUBSCRIBE and UNSUBSCRIBE.
  mutating func change(_ request: StoreRequest, as command: String) {
    ask(request) { session, _ in session.complete(.ok, "\(command) completed") }
  }

  mutating func delete(_ name: String) {
    ask(.delete(name)) { session, answer in
      // Who deletes the mailbox that is selected has none selected any more.
      if case .mailboxes(let left, _) = answer, let selected = session.selection?.mailbox,
        !left.contains(where: { $0.name == selected })
      {
        session.selection = nil
      }
      session.complete(.ok, "DELETE completed")
    }
  }

  mutating func select(_ name: String, isReadOnly: Bool) {
    // Even a SELECT that fails leaves the old mailbox (RFC 3501 section 6.3.1).
    selection = nil
    askMailbox(.mailbox(name)) { session, mailbox in
      session.selection = Selection(
        mailbox: mailbox.name, isReadOnly: isReadOnly,
        messages: mailbox.messages.map { KnownMessage(uid: $0.uid, flags: $0.flags) })
      session.hasHeardNews = true
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
      session.synchronise(with: mailbox)
      // The new message is the mailbox's last one (RFC 4315 section 3).
      session.complete(.ok, "[APPENDUID \(mailbox.uidValidity) \(mailbox.nextUID - 1)] APPEND completed")
    }
  }

  /// NOOP and CHECK fail when the store cannot be asked.
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

  /// Tells the client what is gone, what is new and which flags have changed, if it is its mailbox. EXPUNGE
  /// waits while numbers must mean the same.
  mutating func synchronise(with mailbox: Mailbox) {
    guard var selection, mailbox.name == selection.mailbox else { return }
    hasHeardNews = true
    if !keepsNumbers {
      let present = Set(mailbox.messages.map(\.uid))
      for (index, message) in selection.messages.enumerated().reversed() where !present.contains(message.uid)
      {
        untagged("\(index + 1) EXPUNGE")
      }
      selection.messages.removeAll { !present.contains($0.uid) }
    }
    let lastKnown = selection.messages.last?.uid ?? 0
    let new = mailbox.messages.drop { $0.uid <= lastKnown }
    selection.messages += new.map { KnownMessage(uid: $0.uid, flags: $0.flags) }
    if !new.isEmpty { untagged("\(selection.messages.count) EXISTS") }
    var position = 0
    for message in mailbox.messages {
      // Both lists ascend, and the client's has each message of the mailbox's.
      while position < selection.messages.count, selection.messages[position].uid < message.uid {
        position += 1
      }
      guard position < selection.messages.count, selection.messages[position].uid == message.uid else {
        break
      }
      if selection.messages[position].flags != message.flags {
        selection.messages[position].flags = message.flags
        untagged("\(position + 1) FETCH (FLAGS \(IMAPFetchItem.list(message.flags)))")
      }
    }
    self.selection = selection
  }
}
