// What happens in one IMAP session? A state machine: octets in, steps out, no sockets, no store, no clock.
//
// As with SMTP, the owner calls `next()` until `.needsInput`, and answers each question before it goes on.

import MailObservability

struct IMAPSession: Sendable {
  struct Configuration: Sendable {
    var hostName = "mail.example.com"
    var maximumMessageSize = 10 * 1024 * 1024
    /// A literal before the client is known can only be a name or a password.
    var longestLiteralBeforeLogin = 4096
    var maximumErrors = 100
    var longestDiscardedLine = 1024 * 1024
  }

  struct Selection: Sendable {
    let mailbox: String
    let isReadOnly: Bool
    /// The messages as the client knows them: a sequence number is an index and one.
    var messages: [KnownMessage]
  }

  struct KnownMessage: Sendable {
    let uid: UInt32
    var flags: Set<String>
  }

  typealias Continuation = @Sendable (inout IMAPSession, StoreAnswer) -> Void

  enum Phase {
    case greeting, command, closed
    case authenticating(tag: String)
    case idling(tag: String)
    /// A question is out.
    case deciding
  }

  static let capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE NAMESPACE UIDPLUS UNSELECT"

  let configuration: Configuration
  var phase = Phase.greeting
  var reader = IMAPCommandReader()
  var pending = StepQueue<IMAPStep>()
  var user: String?
  var selection: Selection?
  var tag = "*"
  var questionedCredentials: PasswordCredentials?
  private var continuation: Continuation?
  private var errors = 0
  private var hasReadCommand = false
  /// Whether the client has heard, in this command, what others did to its mailbox.
  var hasHeardNews = false
  /// What the command is about: the mailbox that it names, or the selected one.
  private(set) var commandMailbox: String?
  /// Whether the command is one whose numbers an EXPUNGE would spoil.
  private(set) var keepsNumbers = false

  init(configuration: Configuration = Configuration()) {
    self.configuration = configuration
  }

  var isClosed: Bool { if case .closed = phase { true } else { false } }
  /// Whether the server may end the session without losing work: no command is half received.
  var mayEnd: Bool { !reader.isInCommand }
  /// Whether a part of a command or of what belongs to it has come, and the rest has not.
  var isInCommand: Bool {
    switch phase {
    case .authenticating, .deciding: true
    case .greeting, .command, .idling, .closed: reader.isInCommand
    }
  }
  var isIdling: Bool { if case .idling = phase { true } else { false } }

  mutating func receive(_ bytes: some Collection<UInt8>) {
    guard !isClosed, !bytes.isEmpty else { return }
    reader.append(bytes)
  }

  mutating func next() -> IMAPStep {
    while true {
      if let step = pending.popFirst() { return step }
      guard advance() else { return isClosed ? .close : .needsInput }
    }
  }

  mutating func timedOut() { end(saying: "Idle too long, closing") }
  mutating func serverShutsDown() { end(saying: "Shutting down") }

  mutating func end(saying reason: String) {
    guard !isClosed else { return }
    if isIdling { pending.append(.idling(false)) }
    untagged("BYE \(reason)")
    phase = .closed
  }

  mutating func untagged(_ text: String) { pending.append(.send(Array("* \(text)\r\n".utf8))) }

  /// Ends a command. Before its tagged response the client hears what others did to its mailbox (RFC 3501
  /// section 5.2).
  mutating func complete(_ result: IMAPResult, _ text: String) {
    guard let selection, !hasHeardNews else { return conclude(result, text) }
    askStore(.mailbox(selection.mailbox)) { session, answer in
      session.hasHeardNews = true
      if case .mailboxes(let mailboxes, _) = answer, let mailbox = mailboxes.first {
        session.synchronise(with: mailbox)
      }
      session.conclude(result, text)
      if case .failure(.noSuchMailbox) = answer { session.end(saying: "The selected mailbox was deleted") }
    }
  }

  private mutating func conclude(_ result: IMAPResult, _ text: String) {
    pending.append(.completed(result, Array("\(tag) \(result.rawValue.asciiUppercased) \(text)\r\n".utf8)))
    if !isClosed { phase = .command }
    guard result == .bad else { return }
    errors += 1
    if errors >= configuration.maximumErrors { end(saying: "Too many errors, closing") }
  }

  /// Asks the store; `then` runs with its answer.
  mutating func ask(_ request: StoreRequest, then: @escaping Continuation) {
    askStore(request) { session, answer in
      guard case .failure(let error) = answer else { return then(&session, answer) }
      session.complete(.no, Self.explain(error, of: request))
    }
  }

  private mutating func askStore(_ request: StoreRequest, then: @escaping Continuation) {
    guard let user else { return conclude(.no, "Log in first") }
    phase = .deciding
    continuation = then
    pending.append(.access(request, user: user))
  }

  mutating func decideAccess(_ answer: StoreAnswer) {
    guard case .deciding = phase, let then = continuation else { return }
    continuation = nil
    phase = .command
    then(&self, answer)
  }

  /// Asks the store about one mailbox, or for a change of it.
  mutating func askMailbox(
    _ request: StoreRequest, then: @escaping @Sendable (inout IMAPSession, Mailbox) -> Void
  ) {
    ask(request) { session, answer in
      guard case .mailboxes(let mailboxes, _) = answer, let mailbox = mailboxes.first else {
        return session.complete(.no, "[SERVERBUG] No mailbox in the answer")
      }
      then(&session, mailbox)
    }
  }

  /// Response codes by RFC 5530.
  private static func explain(_ error: StoreError, of request: StoreRequest) -> String {
    switch error {
    case .noSuchMailbox:
      switch request {
      // CREATE would help (RFC 3501 section 7.1).
      case .append, .copy: "[TRYCREATE] No such mailbox"
      default: "[NONEXISTENT] No such mailbox"
      }
    case .mailboxExists: "[ALREADYEXISTS] The mailbox is there already"
    case .badName: "[CANNOT] Not a name for a mailbox"
    case .tooMany: "[LIMIT] No more mailboxes are possible"
    case .inboxStays: "[CANNOT] INBOX cannot be deleted"
    case .hasChildren: "[CANNOT] There are mailboxes below it"
    case .full: "[OVERQUOTA] The storage is full"
    case .unavailable: "[UNAVAILABLE] The storage does not work at the moment"
    }
  }

  private mutating func advance() -> Bool {
    switch phase {
    case .closed, .deciding: return false
    case .greeting:
      phase = .command
      untagged("OK [CAPABILITY \(Self.capabilities)] \(configuration.hostName) ready")
      return true
    case .command: return advanceCommand()
    case .authenticating(let tag):
      guard let line = reader.takeLine() else { return endOverlongLine() }
      self.tag = tag
      guard case .complete(let response) = line else {
        complete(.bad, "Bad authentication line")
        return true
      }
      continuePlain(with: response)
      return true
    case .idling(let tag):
      guard let line = reader.takeLine() else { return endOverlongLine() }
      self.tag = tag
      hasHeardNews = false
      pending.append(.idling(false))
      if case .complete(let bytes) = line, bytes.equals(ignoringCase: "DONE") {
        complete(.ok, "IDLE ended")
      } else {
        complete(.bad, "Expected DONE")
      }
      return true
    }
  }

  private mutating func advanceCommand() -> Bool {
    if !hasReadCommand, reader.isBeforeCommand, let foreign = WrongProtocol(firstBytes: reader.peek(16)) {
      pending.append(.wrongProtocol(foreign))
      end(saying: "This is an IMAP server, not \(foreign.serviceName)")
      return true
    }
    let longest = user == nil ? configuration.longestLiteralBeforeLogin : configuration.maximumMessageSize
    guard let event = reader.next(longestLiteral: longest) else { return endOverlongLine() }
    hasReadCommand = true
    hasHeardNews = false
    switch event {
    case .command(let text):
      let command = IMAPRequest(text)
      tag = command.tag
      keepsNumbers = command.keepsNumbers
      commandMailbox = (try? command.action.get())?.mailbox ?? selection?.mailbox
      pending.append(.began(command.verb))
      switch command.action {
      case .success(let action): perform(action)
      case .failure(let error): complete(error.result, error.message)
      }
    case .continuation:
      pending.append(.send(Array("+ Ready\r\n".utf8)))
    case .literalTooLarge(let tag):
      refuse(tag, .no, "[TOOBIG] The literal is too large")
    case .lineTooLong(let tag):
      refuse(tag, .bad, "Line too long")
    }
    return true
  }

  private mutating func refuse(_ tag: [UInt8], _ result: IMAPResult, _ text: String) {
    let isUsable = !tag.isEmpty && tag.allSatisfy { IMAPScanner.isAtom($0) }
    self.tag = isUsable ? tag.text : "*"
    commandMailbox = nil
    pending.append(.began(.other))
    // Without news: nobody knows what command it was, and the session may end here.
    conclude(result, text)
  }

  /// An endless line is not listened to for ever.
  private mutating func endOverlongLine() -> Bool {
    guard reader.discarded > configuration.longestDiscardedLine else { return false }
    refuse([], .bad, "Line too long")
    end(saying: "Endless line, closing")
    return true
  }

  private mutating func perform(_ action: IMAPRequest.Action) {
    switch action {
    case .capability:
      untagged("CAPABILITY \(Self.capabilities)")
      complete(.ok, "CAPABILITY completed")
    case .noop: selection == nil ? complete(.ok, "NOOP completed") : checkMailbox()
    case .logout:
      untagged("BYE \(configuration.hostName) logging out")
      conclude(.ok, "LOGOUT completed")
      phase = .closed
    case .startTLS: complete(.no, "TLS is not available")
    case .login(let name, let password):
      guard user == nil else { return complete(.bad, "Already logged in") }
      authenticate(PasswordCredentials(mechanism: .login, user: name, password: password))
    case .authenticate(let mechanism, let response): beginPlain(mechanism, response)
    case _ where user == nil: complete(.bad, "Log in first")
    case .list(let pattern, let isSubscribed): isSubscribed ? listSubscribed(pattern) : list(pattern)
    case .namespace:
      // One namespace, and it is the client's own (RFC 2342).
      untagged("NAMESPACE ((\"\" \"\(MailboxTable.delimiter)\")) NIL NIL")
      complete(.ok, "NAMESPACE completed")
    case .create(let name): change(.create(name), as: "CREATE")
    case .delete(let name): delete(name)
    case .subscribe(let name): change(.subscribe(name), as: "SUBSCRIBE")
    case .unsubscribe(let name): change(.unsubscribe(name), as: "UNSUBSCRIBE")
    case .rename: complete(.no, "[CANNOT] Mailboxes keep their names here")
    case .select(let name, let isReadOnly): select(name, isReadOnly: isReadOnly)
    case .status(let name, let items): status(name, items)
    case .append(let name, let flags, let date, let content):
      append(content, to: name, flags: flags, date: date)
    case .idle:
      // A client may idle before it selects a mailbox; there is just no news then.
      pending.append(.send(Array("+ idling\r\n".utf8)))
      pending.append(.idling(true))
      phase = .idling(tag: tag)
    case _ where selection == nil: complete(.bad, "Select a mailbox first")
    case .search(let key, let byUID): search(key, byUID: byUID)
    case .fetch(let set, let items, let byUID): fetch(set, items, byUID: byUID)
    case .store(let set, let change, let flags, let isSilent, let byUID):
      store(set, change, flags, isSilent: isSilent, byUID: byUID)
    case .copy(let set, let target, let byUID): copy(set, to: target, byUID: byUID)
    case .expunge(let set): expunge(set)
    case .close: close()
    case .unselect:
      selection = nil
      complete(.ok, "UNSELECT completed")
    }
  }
}
