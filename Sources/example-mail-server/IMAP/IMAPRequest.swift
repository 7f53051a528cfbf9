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
    case capability, noop, logout, startTLS, expunge, idle, close, unselect
    case login(user: String, password: String)
    case authenticate(mechanism: String, initialResponse: [UInt8]?)
    case list(reference: String, pattern: String, isSubscribed: Bool)
    case select(String, isReadOnly: Bool)
    case status(String, [IMAPStatusItem])
    case append(String, flags: Set<String>, date: CalendarTime?, content: [UInt8])
    case search(IMAPSearchKey, byUID: Bool)
    case fetch(IMAPSequenceSet, [IMAPFetchItem], byUID: Bool)
    case store(IMAPSequenceSet, MailboxTable.FlagChange, Set<String>, isSilent: Bool, byUID: Bool)
    case copy(IMAPSequenceSet, String, byUID: Bool)
  }

  let tag: String
  let verb: IMAPCommand
  /// What is to be done, or what is wrong with the command.
  let action: Result<Action, IMAPSyntaxError>

  init(_ text: IMAPCommandText) {
    var scanner = IMAPScanner(text)
    let tagBytes = scanner.take { IMAPScanner.isAtom($0) && $0 != UInt8(ascii: "+") }
    guard !tagBytes.isEmpty, tagBytes.count <= 64, scanner.skip(" ") else {
      tag = "*"
      verb = .other
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
    let takesUID: Set<IMAPCommand> = [.search, .fetch, .store, .copy]
    do throws(IMAPSyntaxError) {
      guard !byUID || takesUID.contains(verb) else { throw IMAPSyntaxError("UID does not go with \(name)") }
      let action: Action =
        switch verb {
        case .capability: .capability
        case .noop: .noop
        case .logout: .logout
        case .starttls: .startTLS
        case .expunge: .expunge
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
    return .list(reference: reference, pattern: try listMailbox().text, isSubscribed: isSubscribed)
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
