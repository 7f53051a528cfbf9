// What is kept of a message, and what is a mailbox? Values, shared by copy-on-write.

struct StoredMessage: Sendable {
  /// Unique in the whole store, never used again: the JMAP id.
  let id: Int
  /// Unique and ascending in its mailbox (RFC 3501 section 2.3.1.1).
  let uid: UInt32
  let content: [UInt8]
  let header: MessageHeader
  let receivedAt: CalendarTime
  /// System flags with their backslash, keywords as they are.
  var flags: Set<String>

  var size: Int { content.count }

  func has(_ flag: String) -> Bool {
    flags.contains { $0.asciiLowercased == flag.asciiLowercased }
  }
}

struct Mailbox: Sendable {
  let id: Int
  let name: String
  let uidValidity: UInt32
  var nextUID: UInt32 = 1
  /// In ascending order of UID; a message's sequence number is its index and one.
  var messages: [StoredMessage] = []

  var unseen: Int { messages.count { !$0.has("\\Seen") } }
}

enum StoreError: Error, Equatable {
  case noSuchMailbox
  case mailboxExists
  /// Not a name that a mailbox can have.
  case badName
  /// As many mailboxes or subscriptions as an account may have.
  case tooMany
  /// There is always an INBOX (RFC 3501 section 5.1).
  case inboxStays
  /// Mailboxes lie below it in the hierarchy.
  case hasChildren
  case full
  /// The storage does not work at the moment.
  case unavailable
}
