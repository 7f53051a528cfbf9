// What does an SMTP, submission or LMTP server record?

public import MetricInstruments

/// The families of group ``MetricGroup/smtp``.
public struct SMTPMetrics: Sendable {
  /// Connections accepted.
  public let connections: Counter
  /// Connections turned away, by reason. A refused message or recipient is in ``messagesRejected``.
  public let connectionsRejected: ClosedFamily<Counter, SMTPConnectionRejection>
  /// Messages accepted from a client with a positive reply.
  public let messagesReceived: Counter
  /// Messages handed to another server.
  public let messagesSent: Counter
  /// Messages or recipients refused, by reason.
  public let messagesRejected: ClosedFamily<Counter, SMTPMessageRejection>
  /// Sessions or commands that failed by an error of the protocol, the connection or the server.
  public let errors: Counter
  /// Commands received; what is not a known verb is `.other`.
  public let commands: ClosedFamily<Counter, SMTPCommand>
  /// Replies sent, by their three digits.
  public let replies: BoundedFamily<Counter, String>
  /// From a command's last byte to its reply, in seconds.
  public let commandDuration: ClosedFamily<Histogram, SMTPCommand>
  /// From accepting a connection to its end, in seconds.
  public let sessionDuration: Histogram
  /// Sizes of accepted messages, in bytes.
  public let messageSize: Histogram
  /// Recipients of accepted messages.
  public let recipientsPerMessage: Histogram
  /// Messages refused because they had been here before.
  public let loopsDetected: Counter
  /// What hooks and filters said of messages.
  public let hookResults: ClosedFamily<Counter, HookResult>
  /// Clients that spoke something else.
  public let wrongProtocol: ClosedFamily<Counter, WrongProtocol>

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    connections = try registry.register(
      .counter("smtp_connections_total", help: "SMTP connections accepted."))
    connectionsRejected = try registry.register(
      .counter("smtp_connections_rejected_total", help: "SMTP connections turned away, by reason."),
      by: ("reason", SMTPConnectionRejection.self))
    messagesReceived = try registry.register(
      .counter("smtp_messages_received_total", help: "Messages accepted over SMTP."))
    messagesSent = try registry.register(
      .counter("smtp_messages_sent_total", help: "Messages handed to other servers over SMTP."))
    messagesRejected = try registry.register(
      .counter("smtp_messages_rejected_total", help: "Messages or recipients refused over SMTP, by reason."),
      by: ("reason", SMTPMessageRejection.self))
    errors = try registry.register(.counter("smtp_errors_total", help: "Errors in SMTP sessions."))
    commands = try registry.register(
      .counter("smtp_commands_total", help: "SMTP commands received, by command."),
      by: ("command", SMTPCommand.self))
    replies = try registry.register(
      .counter("smtp_replies_total", help: "SMTP replies sent, by code."), byBounded: "code", limit: 64)
    commandDuration = try registry.register(
      .histogram(
        "smtp_command_duration_seconds", help: "Time to answer an SMTP command, by command.",
        unit: "seconds", buckets: buckets.smtpCommand), by: ("command", SMTPCommand.self))
    sessionDuration = try registry.register(
      .histogram(
        "smtp_session_duration_seconds", help: "Duration of SMTP sessions.", unit: "seconds",
        buckets: buckets.smtpSession))
    messageSize = try registry.register(
      .histogram(
        "smtp_message_size_bytes", help: "Size of messages accepted over SMTP.", unit: "bytes",
        buckets: buckets.messageSize))
    recipientsPerMessage = try registry.register(
      .histogram(
        "smtp_recipients_per_message", help: "Recipients of messages accepted over SMTP.",
        buckets: buckets.recipientsPerMessage))
    loopsDetected = try registry.register(
      .counter("smtp_loops_detected_total", help: "Messages refused because they loop."))
    hookResults = try registry.register(
      .counter("smtp_hook_results_total", help: "What hooks said of messages, by result."),
      by: ("result", HookResult.self))
    wrongProtocol = try registry.register(
      .counter(
        "smtp_wrong_protocol_total", help: "Clients of the SMTP port that spoke something else, by protocol."),
      by: ("protocol", WrongProtocol.self))
  }
}

/// Why a connection was turned away.
public enum SMTPConnectionRejection: String, ClosedLabel {
  /// The peer's address is on a block list, of DNS or of your own.
  case blocked
  /// There are too many connections, in all or of this peer, or too much load.
  case overload
  /// Any other rule of this server: no reverse name, talking before the greeting.
  case policy
  /// Anything else.
  case other
  /// The listener asks for TLS and the client did not take it.
  case tlsRequired = "tls_required"
}

/// Why a message or a recipient was refused.
public enum SMTPMessageRejection: String, ClosedLabel {
  /// Larger than is accepted, announced or real (552, 5.3.4).
  case size
  /// A content filter took it for spam.
  case spam
  /// A scanner found malware.
  case virus
  /// A rule that is not about its content: SPF, DMARC, rates, a mail loop, a sender that is not allowed.
  case policy
  /// Not authenticated (530, 5.7.0: RFC 4954), or no right to that sender (550, 5.7.1: RFC 6409).
  case authentication
  /// The message or an address is malformed, a bare line ending included.
  case syntax
  /// Anything else.
  case other
  /// The recipient's domain is not served here, and the client may not relay (550, 5.7.1).
  case relayDenied = "relay_denied"
  /// There is no such mailbox here (550, 5.1.1).
  case unknownRecipient = "unknown_recipient"
}

/// The verbs of SMTP and LMTP.
public enum SMTPCommand: String, ClosedLabel {
  /// HELO.
  case helo
  /// EHLO.
  case ehlo
  /// LHLO, the greeting of LMTP (RFC 2033).
  case lhlo
  /// MAIL FROM.
  case mail
  /// RCPT TO.
  case rcpt
  /// DATA.
  case data
  /// BDAT, a chunk (RFC 3030).
  case bdat
  /// RSET.
  case rset
  /// NOOP.
  case noop
  /// VRFY.
  case vrfy
  /// EXPN.
  case expn
  /// HELP.
  case help
  /// AUTH, all steps of the exchange together (RFC 4954).
  case auth
  /// STARTTLS (RFC 3207).
  case starttls
  /// QUIT.
  case quit
  /// Any other word, whatever a peer has sent.
  case other

  /// The command of a verb in any case; anything else is `.other`.
  public init(verb: some StringProtocol) {
    self = verb.utf8.count <= 8 ? SMTPCommand(rawValue: verb.lowercased()) ?? .other : .other
  }
}

/// What a hook said.
public enum HookResult: String, ClosedLabel {
  /// The hook let the message through.
  case accept
  /// The hook refused it for good.
  case reject
  /// The hook did not decide: it broke, or took too long.
  case error
  /// The hook asked for a later try.
  case temporaryFailure = "temporary_failure"
}

/// What a client spoke instead.
public enum WrongProtocol: String, ClosedLabel {
  /// A line that begins as a request of HTTP does.
  case http
  /// A TLS handshake on a port that speaks in the clear first.
  case tls
  /// Anything else that is no command.
  case other
}
