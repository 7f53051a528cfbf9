// What do IMAP and JMAP want of the store? Questions and answers as values, so that sessions stay pure.

/// What a session wants of the store, always for its own user.
enum StoreRequest: Sendable, Equatable {
  case mailboxes
  case mailbox(String)
  case append(String, content: [UInt8], flags: Set<String>, date: CalendarTime?)
  case changeFlags(String, MailboxTable.FlagChange, Set<String>, uids: Set<UInt32>)
  case copy(from: String, to: String, uids: Set<UInt32>)
  case expunge(String)
}

enum StoreAnswer: Sendable {
  /// The account's mailboxes; for any request about one mailbox, that one, as it is after the change.
  /// `state` grows with every change of the account.
  case mailboxes([Mailbox], state: Int)
  case failure(StoreError)
}
