// What does an SMTP, submission or LMTP server record?

public import MetricInstruments

/// The families of group ``MetricGroup/smtp``.
public struct SMTPMetrics: Sendable {
  /// Connections accepted.
  public let connections: Counter
  /// Connections turned away before a command, by reason.
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
  public let replies: BoundedFamily<Counter, OneLabel>
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

  init(_ registry: Registry) throws(RegistrationError) {
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
        unit: "seconds"), by: ("command", SMTPCommand.self))
    sessionDuration = try registry.register(
      .histogram(
        "smtp_session_duration_seconds", help: "Duration of SMTP sessions.", unit: "seconds",
        buckets: .session))
    messageSize = try registry.register(
      .histogram(
        "smtp_message_size_bytes", help: "Size of messages accepted over SMTP.", unit: "bytes",
        buckets: .size))
    recipientsPerMessage = try registry.register(
      .histogram(
        "smtp_recipients_per_message", help: "Recipients of messages accepted over SMTP.",
        buckets: [1, 2, 5, 10, 20, 50, 100]))
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
  case blocked, overload, policy, other
  case tlsRequired = "tls_required"
}

/// Why a message or a recipient was refused.
public enum SMTPMessageRejection: String, ClosedLabel {
  case size, spam, virus, policy, authentication, syntax, other
  case relayDenied = "relay_denied"
  case unknownRecipient = "unknown_recipient"
}

/// The verbs of SMTP and LMTP.
public enum SMTPCommand: String, ClosedLabel {
  case helo, ehlo, lhlo, mail, rcpt, data, bdat, rset, noop, vrfy, expn, help, auth, starttls, quit, other

  /// The command of a verb in any case; anything else is `.other`.
  public init(verb: some StringProtocol) {
    self = verb.utf8.count <= 8 ? SMTPCommand(rawValue: verb.lowercased()) ?? .other : .other
  }
}

/// What a hook said.
public enum HookResult: String, ClosedLabel {
  case accept, reject, error
  case temporaryFailure = "temporary_failure"
}

/// What a client spoke instead.
public enum WrongProtocol: String, ClosedLabel {
  case http, tls, other
}
