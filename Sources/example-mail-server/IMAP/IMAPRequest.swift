// What does a command ask for? Parsed as a whole before anything is done (RFC 3501 section 6).

import MailObservability

enum IMAPStatusItem: String, Sendable {
  case messages = "MESSAGES"
  case recent = "RECENT"
  case uidNext = "UIDNEXT"
  case uidValidity = "UIDVALIDITY"
  case unseen = "UNSEEN"
}

struct IMAPRequest: Sendable {
  enum Action: Sendable {
    case capability, noop, logout, startTLS, idle, close, unselect, namespace, rename
    /// With a set only the messages of these UIDs.
    case expunge(IMAPSequenceSet?)
    case create(String)
    case delete(String)
    case subscribe(String)
    case unsubscribe(String)
    case login(user: String, password: String)
    case authenticate(mechanism: String, initialResponse: [UInt8]?)
    case list(pattern: [UInt8], isSubscribed: Bool)
    case select(String, isReadOnly: Bool)
    case status(String, [IMAPStatusItem])
    case append(String, flags: Set<String>, date: CalendarTime?, content: [UInt8])
    case search(IMAPSearchKey, byUID: Bool)
    case fetch(IMAPSequenceSet, [IMAPFetchItem], byUID: Bool)
    case store(IMAPSequenceSet, MailboxTable.FlagChange, Set<String>, isSilent: Bool, byUID: Bool)
    case copy(IMAPSequenceSet, String, byUID: Bool)

    /// The mailbox that the command names, the target of COPY not being what it is about.
    var mailbox: String? {
      switch self {
      case .create(let name), .delete(let name), .subscribe(let name), .unsubscribe(let name),
        .select(let name, _), .status(let name, _), .append(let name, _, _, _):
        name
      default: nil
      }
    }
  }

  let tag: String
  let verb: IMAPCommand
  /// What is to be done, or what is wrong with the command.
  let action: Result<Action, IMAPSyntaxError>
  /// Whether sequence numbers must mean the same until the command has ended (RFC 3501 section 7.4.1).
  let keepsNumbers: Bool

  init(_ text: IMAPCommandText) {
    var scanner = IMAPScanner(text)
    let tagBytes = scanner.take { IMAPScanner.isAtom($0) && $0 != UInt8(ascii: "+") }
    guard !tagBytes.isEmpty, tagBytes.count <= 64, scanner.skip(" ") else {
      tag = "*"
      verb = .other
      keepsNumbers = false
      action = .failure(IMAPSyntaxError("a tag and a command were expected"))
      return
    }
    tag = tagBytes.text
    var name = scanner.take(while: \.isLetter).text.asciiUppercased
    var byUID = false
    if name == "UID", scanner.skip(" ") {
      byUID = true
      name = scanner.take(while: \.isLetter).text.asciiUppercased
    }
    let isSubscribed = name == "LSUB"
    let isExamined = name == "EXAMINE"
    let verb =
      name == "CHECK" ? .noop : isSubscribed ? .list : IMAPCommand(name: name)
    self.verb = verb
    keepsNumbers = !byUID && [.search, .fetch, .store].contains(verb)
    let takesUID: Set<IMAPCommand> = [.search, .fetch, .store, .copy, .expunge]
    do throws(IMAPSyntaxError) {
      guard !scanner.holdsNUL else { throw IMAPSyntaxError("a command may not hold NUL") }
      guard !byUID || takesUID.contains(verb) else { throw IMAPSyntaxError("UID does not go with \(name)") }
      let action: Action =
        switch verb {
        case .capability: .capability
        case .noop: .noop
        case .logout: .logout
        case .starttls: .startTLS
        case .expunge: try scanner.expunge(byUID: byUID)
        case .namespace: .namespace
        case .create: .create(try scanner.mailbox())
        case .delete: .delete(try scanner.mailbox())
        case .subscribe: .subscribe(try scanner.mailbox())
        case .unsubscribe: .unsubscribe(try scanner.mailbox())
        case .rename: try scanner.rename()
        case .idle: .idle
        case .close: .close
        case .unselect: .unselect
        case .login: try scanner.login()
        case .authenticate: try scanner.authenticate()
        case .list: try scanner.list(isSubscribed: isSubscribed)
        case .select, .examine: try scanner.select(isReadOnly: isExamined)
        case .status: try scanner.status()
        case .append: try scanner.append()
        case .search: try scanner.search(byUID: byUID)
        case .fetch: try scanner.fetch(byUID: byUID)
        case .store: try scanner.store(byUID: byUID)
        case .copy: try scanner.copy(byUID: byUID)
        default: throw IMAPSyntaxError("command not supported")
        }
      try scanner.expectEnd()
      self.action = .success(action)
    } catch {
      action = .failure(error)
    }
  }
}

extension IMAPScanner {
  fileprivate mutating func mailbox() throws(IMAPSyntaxError) -> String {
    try space()
    return try astring().text
  }

  fileprivate mutating func login() throws(IMAPSyntaxError) -> IMAPRequest.Action {
    try space()
    let user = try astring().text
    try space()
    return .login(user: user, password: try astring().text)
  }

  fileprivate mutating func authenticate() throws(IMAPSyntaxError) -> IMAPRequest.Action {
    try space()
    let mechanism = try keyword()
    guard skip(" ") else { return .authenticate(mechanism: mechanism, initialResponse: nil) }
    return .authenticate(mechanism: mechanism, initialResponse: try astring())
  }

  fileprivate mutating func list(isSubscribed: Bool) throws(IMAPSyntaxError) -> IMAPRequest.Action {
    let reference = try mailbox()
    try space()
    let pattern = try listMailbox()
    let whole = Array(reference.utf8) + pattern
    guard whole.count <= 2 * MailboxTable.maximumNameLength else { throw IMAPSyntaxError("too long") }
    return .list(pattern: whole, isSubscribed: isSubscribed)
  }

  fileprivate mutating func rename() throws(IMAPSyntaxError) -> IMAPRequest.Action {
    _ = try mailbox()
    _ = try mailbox()
    return .rename
  }

  fileprivate mutating func expunge(byUID: Bool) throws(IMAPSyntaxError) -> IMAPRequest.Action {
    guard byUID else { return .expunge(nil) }
    try space()
    return .expunge(try sequenceSet())
  }

  fileprivate mutating func select(isReadOnly: Bool) throws(IMAPSyntaxError) -> IMAPRequest.Action {
    .select(try mailbox(), isReadOnly: isReadOnly)
  }

  fileprivate mutating func status() throws(IMAPSyntaxError) -> IMAPRequest.Action {
    let name = try mailbox()
    try space()
    try expect("(")
    var items: [IMAPStatusItem] = []
    repeat {
      guard let item = IMAPStatusItem(rawValue: try keyword()) else {
        throw IMAPSyntaxError("unknown status item")
      }
      items.append(item)
    } while skip(" ") && items.count < 16
    try expect(")")
    return .status(name, items)
  }

  fileprivate mutating func append() throws(IMAPSyntaxError) -> IMAPRequest.Action {
    let name = try mailbox()
    try space()
    var flags: Set<String> = []
    if next == UInt8(ascii: "(") {
      flags = try self.flags()
      try space()
    }
    var date: CalendarTime?
    if next == .quote {
      guard let parsed = CalendarTime(internetMessageFormat: (try string() ?? []).trimmed.text) else {
        throw IMAPSyntaxError("bad date and time")
      }
      date = parsed
      try space()
    }
    guard let content = literal() else { throw IMAPSyntaxError("expected a literal") }
    return .append(name, flags: flags, date: date, content: content)
  }

  fileprivate mutating func search(byUID: Bool) throws(IMAPSyntaxError) -> IMAPRequest.Action {
    .search(try IMAPSearchKey(program: &self), byUID: byUID)
  }

  fileprivate mutating func fetch(byUID: Bool) throws(IMAPSyntaxError) -> IMAPRequest.Action {
    try space()
    let set = try sequenceSet()
    try space()
    return .fetch(set, try IMAPFetchItem.list(&self), byUID: byUID)
  }

  fileprivate mutating func store(byUID: Bool) throws(IMAPSyntaxError) -> IMAPRequest.Action {
    try space()
    let set = try sequenceSet()
    try space()
    let change: MailboxTable.FlagChange = skip("+") ? .add : skip("-") ? .remove : .replace
    let item = try keyword()
    guard item == "FLAGS" || item == "FLAGS.SILENT" else { throw IMAPSyntaxError("only FLAGS can be stored") }
    try space()
    return .store(set, change, try flags(), isSilent: item == "FLAGS.SILENT", byUID: byUID)
  }

  fileprivate mutating func copy(byUID: Bool) throws(IMAPSyntaxError) -> IMAPRequest.Action {
    try space()
    let set = try sequenceSet()
    return .copy(set, try mailbox(), byUID: byUID)
  }
}
