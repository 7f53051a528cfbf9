// What happens in one SMTP session? A state machine: octets in, steps out, no sockets, no clock.
//
// The owner calls `next()` until it returns `.needsInput`. A step that is a question (`authenticate`,
// `resolve`, `accept`) must be answered with the matching `decide…` call before `next()` goes on.

import MailObservability

/// What a client submitted, complete and within all limits.
struct SMTPSubmission: Sendable, Equatable {
  /// nil for the null reverse-path.
  let sender: MailAddress?
  let recipients: [MailAddress]
  let content: [UInt8]
  let clientName: String
  /// As an address literal; nil when the system did not tell it.
  let clientAddress: String?
  let user: String?
  /// The `with` clause of the Received header (RFC 3848).
  let transferProtocol: String
}

struct PasswordCredentials: Sendable, Equatable {
  let mechanism: AuthenticationMechanism
  let user: String
  let password: String
}

enum SMTPStep: Sendable, Equatable {
  /// All input is used up; give more with `receive`, or say `connectionEnded` or `timedOut`.
  case needsInput
  /// A command was read. Its duration ends with the first reply that is not intermediate.
  case began(SMTPCommand)
  case reply(SMTPReply)
  case authenticate(PasswordCredentials)
  case resolve(MailAddress)
  case accept(SMTPSubmission)
  /// A message is about to be refused, of which this is the beginning.
  case refused(beginning: [UInt8])
  case wrongProtocol(WrongProtocol)
  case close
}

enum RecipientDecision: Sendable, Equatable { case accepted, unknown, relayDenied }

enum SubmissionDecision: Sendable, Equatable {
  case queued(id: String)
  case rejected(SMTPMessageRejection, text: String)
  case unavailable
}

struct SMTPSession: Sendable {
  struct Configuration: Sendable {
    var hostName = "mail.example.com"
    var maximumMessageSize = 10 * 1024 * 1024
    /// RFC 5321 section 4.5.3.1.8: at least 100.
    var maximumRecipients = 100
    /// After so many protocol errors the client is sent away with a 421.
    var maximumErrors = 100
    /// RFC 5321 section 4.5.3.1.4, with CRLF.
    var longestCommandLine = 512
    /// The same, and what SIZE (RFC 1870 section 3), BODY (RFC 6152 section 2) and AUTH (RFC 4954 section 5) add to MAIL.
    var longestMailLine = 512 + 26 + 17 + 500
    /// RFC 4954 section 4, with CRLF.
    var longestAuthenticationLine = 12_288
    /// An endless line is not listened to for ever.
    var longestDiscardedLine = 1024 * 1024
  }

  struct Transaction: Sendable {
    let sender: MailAddress?
    /// Each once, however often it was named.
    var recipients: [MailAddress] = []
    var acceptedCommands = 0
    var hasTriedRecipient = false
    /// The message so far, once DATA or the first BDAT was accepted.
    var content: MessageReceiver?
  }

  struct Chunk: Sendable {
    let size: Int
    let isLast: Bool
    /// The answer to a chunk that is read only to be thrown away.
    let refusal: SMTPReply?
  }

  enum Phase {
    case greeting, command
    case data
    case chunk(Chunk, remaining: Int)
    case authenticating(AuthenticationExchange)
    /// A question is out.
    case deciding
    case closed
  }

  let configuration: Configuration
  let clientAddress: String?
  var phase = Phase.greeting
  var input = InputBuffer()
  var pending = StepQueue<SMTPStep>()
  var greetedWith: SMTPCommand?
  var clientName = ""
  var user: String?
  var transaction: Transaction?
  /// What the open question is about.
  var questionedCredentials: PasswordCredentials?
  var questionedRecipient: MailAddress?
  private var errors = 0

  /// - Parameter clientAddress: the client's as an address literal (RFC 5321 section 4.1.3), where it is known.
  init(configuration: Configuration, clientAddress: String? = nil) {
    self.configuration = configuration
    self.clientAddress = clientAddress
  }

  var isClosed: Bool { if case .closed = phase { true } else { false } }
  /// Whether the server may end the session without losing work: no transaction is open.
  var mayEnd: Bool { transaction == nil }
  /// Whether a client that leaves now leaves something half done: a line, an exchange, a message.
  var isInterrupted: Bool { transaction != nil || isInCommand }
  /// Whether a part of a command or of what belongs to it has come, and the rest has not.
  var isInCommand: Bool {
    switch phase {
    case .greeting, .closed: false
    case .command: !input.isEmpty || input.discarded > 0
    case .data, .chunk, .authenticating, .deciding: true
    }
  }

  mutating func receive(_ bytes: some Collection<UInt8>) {
    guard !isClosed, !bytes.isEmpty else { return }
    input.append(bytes)
  }

  mutating func next() -> SMTPStep {
    while true {
      if let step = pending.popFirst() { return step }
      guard advance() else { return isClosed ? .close : .needsInput }
    }
  }

  /// The time for a command or its data is over.
  mutating func timedOut() {
    end(with: SMTPReply(421, "4.4.2", "\(configuration.hostName) Idle too long, closing"))
  }

  /// The server is about to stop.
  mutating func serverShutsDown() {
    end(with: SMTPReply(421, "4.3.2", "\(configuration.hostName) Shutting down"))
  }

  mutating func end(with reply: SMTPReply) {
    guard !isClosed else { return }
    pending.append(.reply(reply))
    phase = .closed
  }

  mutating func reply(_ reply: SMTPReply) {
    pending.append(.reply(reply))
    guard reply.isProtocolError else { return }
    errors += 1
    if errors >= configuration.maximumErrors {
      end(with: SMTPReply(421, "4.7.0", "\(configuration.hostName) Too many errors, closing"))
    }
  }

  mutating func reply(_ code: Int, _ enhancedCode: String? = nil, _ text: String) {
    reply(SMTPReply(code, enhancedCode, text))
  }

  /// Takes one step with the input there is; false when there is not enough of it.
  private mutating func advance() -> Bool {
    switch phase {
    case .closed, .deciding:
      return false
    case .greeting:
      phase = .command
      reply(220, nil, "\(configuration.hostName) ESMTP ready")
      return true
    case .command:
      return advanceCommand()
    case .data:
      return advanceData()
    case .chunk(let chunk, let remaining):
      return advanceChunk(chunk, remaining: remaining)
    case .authenticating(let exchange):
      return advanceAuthentication(exchange)
    }
  }

  private var longestLine: Int {
    switch SMTPCommand(line: Array(input.peek(4))) {
    case .auth: configuration.longestAuthenticationLine
    case .mail: configuration.longestMailLine
    default: configuration.longestCommandLine
    }
  }

  private mutating func advanceCommand() -> Bool {
    if greetedWith == nil, let foreign = WrongProtocol(firstBytes: input.peek(16)) {
      pending.append(.wrongProtocol(foreign))
      end(with: SMTPReply(554, "5.5.1", "This is an SMTP server, not \(foreign.serviceName)"))
      return true
    }
    guard let line = input.takeLine(limit: longestLine) else {
      if input.discarded > configuration.longestDiscardedLine {
        pending.append(.began(.other))
        reply(500, "5.5.2", "Line too long")
        end(with: SMTPReply(421, "4.7.0", "\(configuration.hostName) Endless line, closing"))
        return true
      }
      return false
    }
    switch line {
    case .complete(let bytes):
      pending.append(.began(SMTPCommand(line: bytes)))
      do {
        perform(try SMTPRequest.parse(bytes))
      } catch {
        reply(error.reply)
      }
    case .bareLineFeed(let bytes):
      pending.append(.began(SMTPCommand(line: bytes)))
      reply(500, "5.5.2", "A line must end with CRLF")
    case .tooLong:
      pending.append(.began(.other))
      reply(500, "5.5.2", "Line too long")
    }
    return true
  }

  private mutating func perform(_ command: SMTPRequest) {
    switch command {
    case .hello(let verb, let domain): greet(verb, domain)
    case .mail(let from, let size): beginTransaction(from: from, size: size)
    case .recipient(let address): addRecipient(address)
    case .data: beginData()
    case .chunk(let size, let isLast): beginChunk(size: size, isLast: isLast)
    case .authenticate(let mechanism, let response): beginAuthentication(mechanism, response)
    case .reset:
      transaction = nil
      reply(250, "2.0.0", "Reset")
    case .noop: reply(250, "2.0.0", "OK")
    case .verify: reply(252, "2.1.5", "Send some mail, I will try")
    case .expand: reply(502, "5.5.1", "EXPN is not implemented")
    case .help: reply(214, "2.0.0", "RFC 5321 says it all")
    case .startTLS: reply(454, "4.7.0", "TLS is not available")
    case .quit: end(with: SMTPReply(221, "2.0.0", "\(configuration.hostName) Bye"))
    }
  }

  private mutating func greet(_ verb: SMTPCommand, _ domain: String) {
    transaction = nil
    greetedWith = verb
    clientName = domain
    guard verb != .helo else { return reply(250, nil, configuration.hostName) }
    reply(
      SMTPReply(
        250,
        lines: [
          "\(configuration.hostName) greets \(domain)", "PIPELINING", "8BITMIME", "CHUNKING",
          "ENHANCEDSTATUSCODES", "SIZE \(configuration.maximumMessageSize)", "AUTH PLAIN LOGIN", "HELP",
        ]))
  }
}
