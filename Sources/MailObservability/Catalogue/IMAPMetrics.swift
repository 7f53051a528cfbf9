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

  init(_ registry: Registry) throws(RegistrationError) {
    connections = try registry.register(
      .counter("imap_connections_total", help: "IMAP connections accepted."))
    commands = try registry.register(.counter("imap_commands_total", help: "IMAP commands received."))
    errors = try registry.register(.counter("imap_errors_total", help: "Errors in IMAP sessions."))
    commandDuration = try registry.register(
      .histogram(
        "imap_command_duration_seconds", help: "Time to answer an IMAP command, by command.",
        unit: "seconds"), by: ("command", IMAPCommand.self))
    responses = try registry.register(
      .counter("imap_responses_total", help: "Tagged IMAP responses, by result."),
      by: ("result", IMAPResult.self))
    sessionDuration = try registry.register(
      .histogram(
        "imap_session_duration_seconds", help: "Duration of IMAP sessions.", unit: "seconds",
        buckets: .session))
    idleConnections = try registry.register(
      .gauge("imap_idle_connections", help: "IMAP connections in IDLE."))
  }
}

/// The commands of IMAP.
public enum IMAPCommand: String, ClosedLabel {
  case capability, noop, logout, starttls, authenticate, login, enable, select, examine, create, delete
  case rename, subscribe, unsubscribe, list, namespace, status, append, idle, close, unselect, expunge
  case search, sort, thread, fetch, store, copy, move, other

  /// The command of a name in any case; anything else is `.other`.
  public init(name: some StringProtocol) {
    self = name.utf8.count <= 12 ? IMAPCommand(rawValue: name.lowercased()) ?? .other : .other
  }
}

/// How an IMAP command ended.
public enum IMAPResult: String, ClosedLabel {
  case ok, no, bad
}
