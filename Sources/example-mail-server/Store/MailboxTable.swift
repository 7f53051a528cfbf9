// How do mailboxes change? The store's pure state: no lock, no clock, no metrics.

struct MailboxTable: Sendable {
  enum FlagChange: Sendable, Equatable {
    case replace, add, remove

    /// A message's flags after the change; flags know no case.
    func applied(_ flags: Set<String>, to before: Set<String>) -> Set<String> {
      guard self != .replace else { return flags }
      let names = Set(flags.map(\.asciiLowercased))
      let others = before.filter { !names.contains($0.asciiLowercased) }
      return self == .add ? others.union(flags) : others
    }
  }

  static let standardMailboxes = ["INBOX", "Drafts", "Sent", "Trash"]

  static let delimiter: Character = "/"
  /// Of an account; so many names it may subscribe to, too.
  static let maximumMailboxes = 1000
  static let maximumNameLength = 255

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
  /// Names, which stay when their mailbox goes (RFC 3501 section 6.3.6).
  private var subscriptions: [String: Set<String>] = [:]
  private var nextMailboxID: Int
  /// Where UIDs of a new mailbox begin: above those of each mailbox that was deleted, which may have had the
  /// same name (RFC 3501 section 6.3.4).
  private var firstUID: UInt32 = 1

  init(
    accounts: some Sequence<String>, generation: StoreGeneration, maximumBytes: Int = 256 * 1024 * 1024
  ) {
    self.maximumBytes = maximumBytes
    self.generation = generation
    nextID = generation.firstID
    nextMailboxID = generation.firstID
    for account in accounts {
      mailboxes[account] = []
      for name in Self.standardMailboxes { addMailbox(name, of: account) }
      subscriptions[account] = Set(Self.standardMailboxes)
    }
  }

  private mutating func addMailbox(_ name: String, of account: String) {
    mailboxes[account]?.append(
      Mailbox(id: nextMailboxID, name: name, uidValidity: generation.uidValidity, nextUID: firstUID))
    nextMailboxID += 1
    mailboxCount += 1
  }

  func mailboxes(of account: String) -> [Mailbox] { mailboxes[account] ?? [] }

  func state(of account: String) -> Int { generation.firstID - 1 + (states[account] ?? 0) }

  /// INBOX knows no case, other names do (RFC 3501 section 5.1).
  func mailbox(_ name: String, of account: String) throws(StoreError) -> Mailbox {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    return mailboxes(of: account)[index]
  }

  private func index(of name: String, _ account: String) -> Int? {
    let name = Self.withInbox(name)
    return mailboxes[account]?.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
  }

  private static func withInbox(_ name: String) -> String {
    name.asciiLowercased == "inbox" ? "INBOX" : name
  }

  /// A name and those of the mailboxes above it, the highest first.
  private static func path(to name: String) throws(StoreError) -> [String] {
    // A delimiter at the end only says that mailboxes are to come below (RFC 3501 section 6.3.3).
    let name = name.last == delimiter ? String(name.dropLast()) : name
    guard (1...maximumNameLength).contains(name.utf8.count),
      // Other characters are written in modified UTF-7, which is printable ASCII (RFC 3501 section 5.1.3).
      name.utf8.allSatisfy({ $0.isPrintable && $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "%") })
    else { throw .badName }
    var path: [String] = []
    for level in name.split(separator: delimiter, omittingEmptySubsequences: false) {
      guard !level.isEmpty else { throw .badName }
      path.append(path.last.map { "\($0)\(delimiter)\(level)" } ?? withInbox(String(level)))
    }
    return path
  }

  /// Creates a mailbox, and those above it that are missing.
  mutating func create(_ name: String, of account: String) throws(StoreError) {
    let missing = try Self.path(to: name).filter { index(of: $0, account) == nil }
    guard !missing.isEmpty else { throw .mailboxExists }
    guard let mailboxes = mailboxes[account] else { throw .noSuchMailbox }
    guard mailboxes.count + missing.count <= Self.maximumMailboxes else { throw .tooMany }
    for name in missing { addMailbox(name, of: account) }
    states[account, default: 0] += 1
  }

  /// Removes a mailbox with its messages.
  mutating func delete(_ name: String, of account: String) throws(StoreError) {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    let mailbox = mailboxes(of: account)[index]
    guard mailbox.name != "INBOX" else { throw .inboxStays }
    let below = "\(mailbox.name)\(Self.delimiter)"
    guard !mailboxes(of: account).contains(where: { $0.name.utf8.starts(with: below.utf8) }) else {
      throw .hasChildren
    }
    mailboxes[account]?.remove(at: index)
    firstUID = max(firstUID, mailbox.nextUID)
    mailboxCount -= 1
    messageCount -= mailbox.messages.count
    byteCount -= mailbox.messages.reduce(0) { $0 + $1.size }
    states[account, default: 0] += 1
  }

  func subscriptions(of account: String) -> [String] { subscriptions[account, default: []].sorted() }

  mutating func subscribe(to name: String, of account: String) throws(StoreError) {
    let name = try mailbox(name, of: account).name
    guard subscriptions[account, default: []].count < Self.maximumMailboxes else { throw .tooMany }
    subscriptions[account, default: []].insert(name)
  }

  mutating func unsubscribe(from name: String, of account: String) {
    subscriptions[account]?.remove(Self.withInbox(name))
  }

  /// Adds a message and returns its UID.
  @discardableResult
  mutating func append(
    _ content: [UInt8], to name: String, of account: String, flags: Set<String> = [], at time: CalendarTime
  ) throws(StoreError) -> UInt32 {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    guard byteCount + content.count <= maximumBytes else { throw .full }
    // No literal of IMAP can hold NUL (RFC 3501 section 9), which SMTP lets through: it becomes another octet
    // that is no character.
    let content = content.contains(0) ? content.map { $0 == 0 ? 0x80 : $0 } : content
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
    let count = mailboxes[account]?[index].messages.count ?? 0
    for position in 0..<count {
      guard let message = mailboxes[account]?[index].messages[position], uids.contains(message.uid) else {
        continue
      }
      mailboxes[account]?[index].messages[position].flags = change.applied(flags, to: message.flags)
    }
    states[account, default: 0] += 1
  }

  /// Copies the messages with these UIDs, and returns the UIDs of those that there were.
  @discardableResult
  mutating func copy(
    _ uids: Set<UInt32>, from source: String, to target: String, of account: String
  ) throws(StoreError) -> [UInt32] {
    guard index(of: target, account) != nil else { throw .noSuchMailbox }
    let messages = try mailbox(source, of: account).messages.filter { uids.contains($0.uid) }
    // All or nothing (RFC 3501 section 6.4.7).
    guard byteCount + messages.reduce(0, { $0 + $1.size }) <= maximumBytes else { throw .full }
    for message in messages {
      try append(message.content, to: target, of: account, flags: message.flags, at: message.receivedAt)
    }
    return messages.map(\.uid)
  }

  /// Removes the messages flagged `\Deleted`, with `uids` only those of them, and returns their UIDs.
  @discardableResult
  mutating func expunge(
    _ name: String, uids: Set<UInt32>? = nil, of account: String
  ) throws(StoreError) -> [UInt32] {
    guard let index = index(of: name, account) else { throw .noSuchMailbox }
    func isRemoved(_ message: StoredMessage) -> Bool {
      message.has("\\Deleted") && uids?.contains(message.uid) ?? true
    }
    let removed = mailboxes(of: account)[index].messages.filter(isRemoved)
    guard !removed.isEmpty else { return [] }
    mailboxes[account]?[index].messages.removeAll(where: isRemoved)
    messageCount -= removed.count
    byteCount -= removed.reduce(0) { $0 + $1.size }
    states[account, default: 0] += 1
    return removed.map(\.uid)
  }
}
