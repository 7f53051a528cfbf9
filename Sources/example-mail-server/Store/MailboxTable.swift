// How do mailboxes change? The store's pure state: no lock, no clock, no metrics.

struct MailboxTable: Sendable {
  enum FlagChange: Sendable, Equatable { case replace, add, remove }

  static let standardMailboxes = ["INBOX", "Drafts", "Sent", "Trash"]

  /// Messages are held in memory, so there is an end to it.
  let maximumBytes: Int
  private var mailboxes: [String: [Mailbox]] = [:]
  private let generation: StoreGeneration
  private var nextID: Int
  private(set) var mailboxCount = 0
  private(set) var messageCount = 0
  private(set) var byteCount = 0
  /// Grows with every change of an account: the JMAP state.
  private var states: [String: Int] = [:]

  init(
    accounts: some Sequence<String>, generation: StoreGeneration, maximumBytes: Int = 256 * 1024 * 1024
  ) {
    self.maximumBytes = maximumBytes
    self.generation = generation
    nextID = generation.firstID
    for account in accounts {
      mailboxes[account] = Self.standardMailboxes.map { name in
        mailboxCount += 1
        return Mailbox(
          id: generation.firstID - 1 + mailboxCount, name: name, uidValidity: generation.uidValidity)
      }
    }
  }

  func mailboxes(of account: String) -> [Mailbox] { mailboxes[account] ?? [] }

  func state(of account: String) -> Int { generation.firstID - 1 + (states[account] ?? 0) }

  /// INBOX knows no case, other names do (RFC 3501 section 5.1).
  func mailbox(_ name: String, of account: String) throws(StoreError) -> Mailbox {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    return mailboxes(of: account)[index]
  }

  private func index(of name: String, _ account: String) -> Int? {
    let isInbox = name.asciiLowercased == "inbox"
    return mailboxes[account]?.firstIndex { isInbox ? $0.name == "INBOX" : $0.name == name }
  }

  /// Adds a message and returns its UID.
  @discardableResult
  mutating func append(
    _ content: [UInt8], to name: String, of account: String, flags: Set<String> = [], at time: CalendarTime
  ) throws(StoreError) -> UInt32 {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    guard byteCount + content.count <= maximumBytes else { throw .full }
    guard let uid = mailboxes[account]?[index].nextUID, uid < UInt32.max else { throw .full }
    let message = StoredMessage(
      id: nextID, uid: uid, content: content, header: MessageHeader(of: content), receivedAt: time,
      flags: flags)
    mailboxes[account]?[index].messages.append(message)
    mailboxes[account]?[index].nextUID = uid + 1
    nextID += 1
    messageCount += 1
    byteCount += content.count
    states[account, default: 0] += 1
    return uid
  }

  /// Changes the flags of the messages with these UIDs; unknown UIDs are ignored.
  mutating func changeFlags(
    _ change: FlagChange, _ flags: Set<String>, of uids: Set<UInt32>, in name: String, of account: String
  ) throws(StoreError) {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    let lowercased = Set(flags.map(\.asciiLowercased))
    let count = mailboxes[account]?[index].messages.count ?? 0
    for position in 0..<count {
      guard let message = mailboxes[account]?[index].messages[position], uids.contains(message.uid) else {
        continue
      }
      let others = message.flags.filter { !lowercased.contains($0.asciiLowercased) }
      mailboxes[account]?[index].messages[position].flags =
        switch change {
        case .replace: flags
        case .add: others.union(flags)
        case .remove: others
        }
    }
    states[account, default: 0] += 1
  }

  mutating func copy(
    _ uids: Set<UInt32>, from source: String, to target: String, of account: String
  ) throws(StoreError) {
    guard index(of: target, account) != nil else { throw .noSuchMailbox }
    let messages = try mailbox(source, of: account).messages.filter { uids.contains($0.uid) }
    // All or nothing (RFC 3501 section 6.4.7).
    guard byteCount + messages.reduce(0, { $0 + $1.size }) <= maximumBytes else { throw .full }
    for message in messages {
      try append(message.content, to: target, of: account, flags: message.flags, at: message.receivedAt)
    }
  }

  /// Removes the messages flagged `\Deleted` and returns their UIDs.
  @discardableResult
  mutating func expunge(_ name: String, of account: String) throws(StoreError) -> [UInt32] {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    let removed = mailboxes(of: account)[index].messages.filter { $0.has("\\Deleted") }
    guard !removed.isEmpty else { return [] }
    mailboxes[account]?[index].messages.removeAll { $0.has("\\Deleted") }
    messageCount -= removed.count
    byteCount -= removed.reduce(0) { $0 + $1.size }
    states[account, default: 0] += 1
    return removed.map(\.uid)
  }
}
