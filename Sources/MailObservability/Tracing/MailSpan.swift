// Which work of a mail server is a span, and what does it say?

import MetricInstruments
import TraceSpans

/// A piece of a mail server's work, as ``MailTracing`` makes a span of it. Its attributes are those of
/// rusmes-metrics; addresses are shown as ``TracingConfig/addresses`` says.
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
    case transaction(session: String?)
    case queueWait(messageID: String?)
  }

  let work: Work

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
  ///   - method: a method that the server knows; what a peer has made up would give each span another name.
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

  /// Taking a message over SMTP, from MAIL to the reply to its data: `SMTP transaction`, the root of the
  /// message's trace.
  ///
  /// - Parameter session: what tells the connection from others.
  public static func smtpTransaction(session: String? = nil) -> MailSpan {
    MailSpan(work: .transaction(session: session))
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
    case .jmap(let method, _, _): "JMAP \(method)"
    case .mailet(let name, _, _, _, _): "mailet \(name)"
    case .delivery(let method, _, _): "deliver \(method.rawValue)"
    case .transaction: "SMTP transaction"
    case .queueWait: "queue wait"
    }
  }

  /// What a trace that begins with it is kept among.
  var family: String {
    switch work {
    case .smtp, .transaction: "SMTP"
    case .imap: "IMAP"
    case .jmap: "JMAP"
    case .mailet: "mailet"
    case .delivery: "delivery"
    case .queueWait: "queue"
    }
  }

  var kind: TraceSpan.Kind {
    switch work {
    case .smtp, .imap, .jmap, .transaction: .server
    case .mailet, .queueWait: .internal
    case .delivery: .client
    }
  }

  /// Says of the span what it is.
  func describe(_ span: TraceSpan, _ addresses: AddressRule) {
    func set(_ key: String, _ value: String?) { if let value { span[key] = value } }
    func set(_ key: String, address: String?) { set(key, address.flatMap { addresses.shown($0) }) }
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
      set("jmap.method", method)
      set("jmap.account_id", address: account)
      set("jmap.request_id", request)
    case .mailet(let name, let messageID, let stage, let sender, let recipient):
      set("mail.operation", "mailet_processing")
      set("mailet.name", name)
      set("mailet.stage", stage)
      set("mail.message_id", messageID)
      set("mail.sender", address: sender)
      set("mail.recipient", address: recipient)
    case .delivery(let method, let domain, let messageID):
      set("mail.operation", "mail_delivery")
      set("delivery.method", method.rawValue)
      // Should it be a whole address.
      set(
        "delivery.domain", domain.utf8.contains(UInt8(ascii: "@")) ? AddressRule.domain(of: domain) : domain)
      set("mail.message_id", messageID)
    case .transaction(let session):
      set("mail.operation", "smtp_transaction")
      set("protocol", "smtp")
      set("smtp.session.id", session)
    case .queueWait(let messageID):
      set("mail.operation", "queue_wait")
      set("mail.message_id", messageID)
    }
  }
}
