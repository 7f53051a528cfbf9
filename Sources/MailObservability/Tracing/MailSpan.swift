// Which work of a mail server is a span, and what does it say?

import MetricInstruments
import ObservabilityPlatform
public import TraceSpans

/// A piece of a mail server's work, as ``MailTracing`` makes a span of it. Its attributes are those of
/// rusmes-metrics; addresses are shown as ``TracingConfig/addresses`` says, and so are names of other things that
/// have an `@` in them. Message identifiers are shown as they are, since traces are found by them.
public struct MailSpan: Sendable {
  /// How a message is delivered.
  public enum DeliveryMethod: String, Sendable, Hashable, CaseIterable {
    /// Into a mailbox of this server.
    case local
    /// To the server that its domain has for mail.
    case remote
    /// To a server that relays it.
    case relay
  }

  enum Work: Sendable {
    case smtp(SMTPCommand, user: String?)
    case imap(IMAPCommand, mailbox: String?, user: String?)
    case jmap(String, account: String?, request: String?)
    case mailet(String, messageID: String?, stage: String?, sender: String?, recipient: String?)
    case delivery(DeliveryMethod, domain: String, messageID: String?)
    case transaction(MailProtocol, session: String?)
    case queueWait(messageID: String?)
    case bounce(messageID: String?)
  }

  /// What a span belongs to where its work says it, whatever is current.
  enum Place: Sendable {
    case root(TraceContext?)
    case message(TraceContext?, taken: Duration)
    case about(TraceContext?)
  }

  let work: Work
  /// Nil where the caller says it.
  var place: Place?

  /// An SMTP command: `SMTP DATA`.
  ///
  /// - Parameters:
  ///   - command: the command.
  ///   - user: who is logged in; nil for nobody.
  public static func smtp(_ command: SMTPCommand, user: String? = nil) -> MailSpan {
    MailSpan(work: .smtp(command, user: user))
  }

  /// An IMAP command: `IMAP FETCH`.
  ///
  /// - Parameters:
  ///   - command: the command.
  ///   - mailbox: the selected one, or the one that the command names.
  ///   - user: who is logged in.
  public static func imap(_ command: IMAPCommand, mailbox: String? = nil, user: String? = nil) -> MailSpan {
    MailSpan(work: .imap(command, mailbox: mailbox, user: user))
  }

  /// A JMAP method: `JMAP Email/get`.
  ///
  /// - Parameters:
  ///   - method: the name that the client gave. What cannot be one, with other characters than `A-Za-z0-9/_-` or
  ///     more than 64 of them, is left out; one that the server does not know would still be a name of its own.
  ///   - account: the account that it is about.
  ///   - request: what tells the request from others.
  public static func jmap(_ method: String, account: String? = nil, request: String? = nil) -> MailSpan {
    MailSpan(work: .jmap(method, account: account, request: request))
  }

  /// A step of processing a message: `mailet SpamAssassin`.
  ///
  /// - Parameters:
  ///   - name: the step's.
  ///   - messageID: of the message.
  ///   - stage: where in the pipeline it is.
  ///   - sender: of the message.
  ///   - recipient: of the message.
  public static func mailet(
    _ name: String, messageID: String? = nil, stage: String? = nil, sender: String? = nil,
    recipient: String? = nil
  ) -> MailSpan {
    MailSpan(work: .mailet(name, messageID: messageID, stage: stage, sender: sender, recipient: recipient))
  }

  /// An attempt to deliver a message: `deliver remote`.
  ///
  /// - Parameters:
  ///   - method: how.
  ///   - domain: of the recipients.
  ///   - messageID: of the message.
  public static func delivery(
    _ method: DeliveryMethod, domain: String, messageID: String? = nil
  ) -> MailSpan {
    MailSpan(work: .delivery(method, domain: domain, messageID: messageID))
  }

  /// An attempt to deliver a message that was taken before: `deliver remote`. Within an hour it is part of the
  /// message's trace, and later a trace of its own that links to it, since collectors do not wait for days.
  ///
  /// - Parameters:
  ///   - method: how.
  ///   - domain: of the recipients.
  ///   - messageID: of the message.
  ///   - message: the context that was stored with the message; nil where there is none.
  ///   - taken: the time since 1970-01-01 UTC at which the message was taken.
  public static func delivery(
    _ method: DeliveryMethod, domain: String, messageID: String? = nil, of message: TraceContext?,
    taken: Duration
  ) -> MailSpan {
    MailSpan(
      work: .delivery(method, domain: domain, messageID: messageID), place: .message(message, taken: taken))
  }

  /// Taking a message, the root of its trace, whatever span is current: `SMTP transaction`, from MAIL to the
  /// reply to its data; `JMAP transaction`, a submission; `IMAP transaction`, one message of an APPEND.
  ///
  /// - Parameters:
  ///   - protocol: how the message came.
  ///   - session: what tells the connection from others, or the JMAP request.
  ///   - parent: where another server that is trusted has begun the trace, its context.
  public static func transaction(
    _ protocol: MailProtocol, session: String? = nil, parent: TraceContext? = nil
  ) -> MailSpan {
    MailSpan(work: .transaction(`protocol`, session: session), place: .root(parent))
  }

  /// Telling a sender that a message was not delivered: `bounce`, the root of the report's own trace, with a
  /// link to the message that it is about.
  ///
  /// - Parameters:
  ///   - messageID: of the report.
  ///   - message: the context that was stored with the message; nil where there is none.
  public static func bounce(messageID: String? = nil, of message: TraceContext?) -> MailSpan {
    MailSpan(work: .bounce(messageID: messageID), place: .about(message))
  }

  /// The time that a message lay in the queue: `queue wait`.
  ///
  /// - Parameter messageID: of the message.
  public static func queueWait(messageID: String? = nil) -> MailSpan {
    MailSpan(work: .queueWait(messageID: messageID))
  }
}

extension MailSpan {
  private static let smtpNames = names("SMTP", SMTPCommand.self)
  private static let imapNames = names("IMAP", IMAPCommand.self)

  private static func names<Command: ClosedLabel & RawRepresentable<String>>(
    _ family: String, _: Command.Type
  ) -> [String: String] {
    Dictionary(Command.allCases.map { ($0.rawValue, "\(family) \($0.rawValue.uppercased())") }) { $1 }
  }

  /// What the span is called: one of few.
  var name: String {
    switch work {
    case .smtp(let command, _): MailSpan.smtpNames[command.rawValue] ?? "SMTP"
    case .imap(let command, _, _): MailSpan.imapNames[command.rawValue] ?? "IMAP"
    case .jmap(let method, _, _): MailSpan.isMethod(method) ? "JMAP \(method)" : "JMAP"
    case .mailet(let name, _, _, _, _): AddressRule.mayHoldAddress(name) ? "mailet" : "mailet " + name
    case .delivery(let method, _, _): MailSpan.deliveryNames[method] ?? "deliver"
    case .transaction(let mailProtocol, _): Transaction.of(mailProtocol).name
    case .queueWait: "queue wait"
    case .bounce: "bounce"
    }
  }

  /// What a trace that begins with it is kept among.
  var family: String {
    switch work {
    case .smtp: "SMTP"
    case .imap: "IMAP"
    case .jmap: "JMAP"
    case .mailet: "mailet"
    case .delivery: "delivery"
    case .transaction(let mailProtocol, _): Transaction.of(mailProtocol).family
    case .queueWait: "queue"
    case .bounce: "bounce"
    }
  }

  /// What a transaction says of its protocol, put together once.
  private struct Transaction {
    let name: String
    let family: String
    let operation: String
    let session: String

    init(_ mailProtocol: MailProtocol) {
      family = mailProtocol == .submission ? "SMTP" : mailProtocol.rawValue.uppercased()
      let prefix = family.lowercased()
      name = "\(family) transaction"
      operation = "\(prefix)_transaction"
      session = mailProtocol == .jmap ? "jmap.request_id" : "\(prefix).session.id"
    }

    private static let all = Dictionary(
      uniqueKeysWithValues: MailProtocol.allCases.map { ($0, Transaction($0)) })

    static func of(_ mailProtocol: MailProtocol) -> Transaction {
      all[mailProtocol] ?? Transaction(mailProtocol)
    }
  }

  private static let deliveryNames = Dictionary(
    uniqueKeysWithValues: DeliveryMethod.allCases.map { ($0, "deliver \($0.rawValue)") })

  /// Whether it looks like `Email/get`. The name of a method comes from a client, and what is none is for no
  /// span's name.
  private static func isMethod(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  var kind: TraceSpan.Kind {
    switch work {
    case .smtp, .imap, .jmap, .transaction: .server
    case .mailet, .queueWait: .internal
    case .delivery: .client
    case .bounce: .producer
    }
  }

  /// What the span belongs and refers to, where the caller says `parent` and `links`.
  func placed(
    _ parent: TraceSpan.Parent, _ links: [TraceSpan.Link], now: () -> Duration
  ) -> (parent: TraceSpan.Parent, links: [TraceSpan.Link]) {
    switch place {
    case nil: return (parent, links)
    case .root(let context): return (context.map { .context($0) } ?? .none, links)
    case .message(let message?, let taken) where now() - taken.clamped <= .seconds(3600):
      return (.context(message), links)
    case .message(let message, _), .about(let message):
      return (.none, (message.map { [.init(to: $0)] } ?? []) + links)
    }
  }

  /// Says of the span what it is.
  func describe(_ span: TraceSpan, _ addresses: AddressRule) {
    func set(_ key: String, _ value: String?) { if let value { span[key] = value } }
    func set(_ key: String, address: String?) { set(key, address.flatMap { addresses.shown($0) }) }
    func set(_ key: String, name: String?) { set(key, name.flatMap { addresses.shown(name: $0) }) }
    switch work {
    case .smtp(let command, let user):
      set("mail.operation", "smtp_operation")
      set("protocol", "smtp")
      set("smtp.command", command.rawValue.uppercased())
      set("smtp.user", address: user)
    case .imap(let command, let mailbox, let user):
      set("mail.operation", "imap_operation")
      set("protocol", "imap")
      set("imap.command", command.rawValue.uppercased())
      set("imap.mailbox", mailbox.flatMap { addresses.shown(mailbox: $0) })
      set("imap.user", address: user)
    case .jmap(let method, let account, let request):
      set("mail.operation", "jmap_operation")
      set("protocol", "jmap")
      set("jmap.method", MailSpan.isMethod(method) ? method : nil)
      set("jmap.account_id", address: account)
      set("jmap.request_id", name: request)
    case .mailet(let name, let messageID, let stage, let sender, let recipient):
      set("mail.operation", "mailet_processing")
      set("mailet.name", name: name)
      set("mailet.stage", name: stage)
      set("mail.message_id", messageID)
      set("mail.sender", address: sender)
      set("mail.recipient", address: recipient)
    case .delivery(let method, let domain, let messageID):
      set("mail.operation", "mail_delivery")
      set("delivery.method", method.rawValue)
      set("delivery.domain", AddressRule.shown(domain: domain))
      set("mail.message_id", messageID)
    case .transaction(let mailProtocol, let session):
      let transaction = Transaction.of(mailProtocol)
      set("mail.operation", transaction.operation)
      set("protocol", mailProtocol.rawValue)
      set(transaction.session, name: session)
    case .queueWait(let messageID):
      set("mail.operation", "queue_wait")
      set("mail.message_id", messageID)
    case .bounce(let messageID):
      set("mail.operation", "mail_bounce")
      set("mail.message_id", messageID)
    }
  }
}
