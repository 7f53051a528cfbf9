// What do IMAP and JMAP want of the store? Questions and answers as values, so that sessions stay pure.

/// What a session wants of the store, always for its own user.
enum StoreRequest: Sendable, Equatable {
  case mailboxes
  case mailbox(String)
  case append(String, content: [UInt8], flags: Set<String>, date: CalendarTime?)
  case changeFlags(String, MailboxTable.FlagChange, Set<String>, uids: Set<UInt32>)
  case copy(from: String, to: String, uids: Set<UInt32>)
  /// Of the messages flagged `\Deleted`, those with these UIDs; all of them for nil.
  case expunge(String, uids: Set<UInt32>? = nil)
  case create(String)
  case delete(String)
  case subscribe(String)
  case unsubscribe(String)
  case subscriptions
}

enum StoreAnswer: Sendable {
  /// The account's mailboxes; for any request about one mailbox, that one, as it is after the change.
  /// `state` grows with every change of the account.
  case mailboxes([Mailbox], state: Int)
  /// The target of a copy, after it, and the UIDs of what was copied. The copies are the last messages of the
  /// target, in this order.
  case copied(into: Mailbox, uids: [UInt32], state: Int)
  /// The names that the account has subscribed to, sorted.
  case subscriptions([String])
  case failure(StoreError)
}
