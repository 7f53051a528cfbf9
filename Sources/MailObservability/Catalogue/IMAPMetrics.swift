// What does an IMAP server record?

public import MetricInstruments

/// The families of group ``MetricGroup/imap``.
public struct IMAPMetrics: Sendable {
  /// Connections accepted.
  public let connections: Counter
  /// Commands received.
  public let commands: Counter
  /// Sessions or commands that failed by an error of the protocol, the connection or the server.
  public let errors: Counter
  /// From a command's last byte to its tagged response, in seconds.
  public let commandDuration: ClosedFamily<Histogram, IMAPCommand>
  /// Tagged responses, by result.
  public let responses: ClosedFamily<Counter, IMAPResult>
  /// From accepting a connection to its end, in seconds.
  public let sessionDuration: Histogram
  /// Connections that are in IDLE now.
  public let idleConnections: Gauge

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    connections = try registry.register(
      .counter("imap_connections_total", help: "IMAP connections accepted."))
    commands = try registry.register(.counter("imap_commands_total", help: "IMAP commands received."))
    errors = try registry.register(.counter("imap_errors_total", help: "Errors in IMAP sessions."))
    commandDuration = try registry.register(
      .histogram(
        "imap_command_duration_seconds", help: "Time to answer an IMAP command, by command.",
        unit: "seconds", buckets: buckets.imapCommand), by: ("command", IMAPCommand.self))
    responses = try registry.register(
      .counter("imap_responses_total", help: "Tagged IMAP responses, by result."),
      by: ("result", IMAPResult.self))
    sessionDuration = try registry.register(
      .histogram(
        "imap_session_duration_seconds", help: "Duration of IMAP sessions.", unit: "seconds",
        buckets: buckets.imapSession))
    idleConnections = try registry.register(
      .gauge("imap_idle_connections", help: "IMAP connections in IDLE."))
  }
}

/// The commands of IMAP (RFC 9051, section 6). One with UID before it counts as the command that it modifies.
public enum IMAPCommand: String, ClosedLabel {
  /// CAPABILITY.
  case capability
  /// NOOP.
  case noop
  /// LOGOUT.
  case logout
  /// STARTTLS.
  case starttls
  /// AUTHENTICATE, all steps of the exchange together.
  case authenticate
  /// LOGIN.
  case login
  /// ENABLE.
  case enable
  /// SELECT.
  case select
  /// EXAMINE: a SELECT that changes nothing.
  case examine
  /// CREATE.
  case create
  /// DELETE, of a mailbox.
  case delete
  /// RENAME.
  case rename
  /// SUBSCRIBE.
  case subscribe
  /// UNSUBSCRIBE.
  case unsubscribe
  /// LIST.
  case list
  /// NAMESPACE.
  case namespace
  /// STATUS.
  case status
  /// APPEND, the message included.
  case append
  /// IDLE, from its continuation to DONE: minutes, not work.
  case idle
  /// CLOSE.
  case close
  /// UNSELECT.
  case unselect
  /// EXPUNGE.
  case expunge
  /// SEARCH.
  case search
  /// SORT (RFC 5256).
  case sort
  /// THREAD (RFC 5256).
  case thread
  /// FETCH.
  case fetch
  /// STORE: a change of flags.
  case store
  /// COPY.
  case copy
  /// MOVE (RFC 6851).
  case move
  /// Any other word, whatever a peer has sent.
  case other

  /// The command of a name in any case; anything else is `.other`.
  public init(name: some StringProtocol) {
    self = name.utf8.count <= 12 ? IMAPCommand(rawValue: name.lowercased()) ?? .other : .other
  }
}

/// How an IMAP command ended.
public enum IMAPResult: String, ClosedLabel {
  /// OK: it was done.
  case ok
  /// NO: understood, and not done, such as a wrong password or a full mailbox.
  case no
  /// BAD: not understood, which tells of a broken client.
  case bad
}
