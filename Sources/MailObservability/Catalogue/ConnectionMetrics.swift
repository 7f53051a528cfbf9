// Who is connected now, and how much was transferred?

public import MetricInstruments

/// The families of group ``MetricGroup/connections``.
public struct ConnectionMetrics: Sendable {
  /// Open connections, by protocol. Use ``open(_:)`` rather than change it by hand: it cannot drift.
  public let active: ClosedFamily<Gauge, MailProtocol>
  /// How many connections are allowed, by protocol; absent until set.
  public let limit: ClosedFamily<Gauge, MailProtocol>
  /// Bytes of sessions, by protocol and direction.
  public let bytes: ClosedFamily2<Counter, MailProtocol, TransferDirection>

  init(_ registry: Registry) throws(RegistrationError) {
    active = try registry.register(
      .gauge("active_connections", help: "Open connections, by protocol."),
      by: ("protocol", MailProtocol.self))
    limit = try registry.register(
      .gauge("connections_limit", help: "Connections allowed, by protocol.", absentUntilSet: true),
      by: ("protocol", MailProtocol.self))
    bytes = try registry.register(
      .counter(
        "session_bytes_total", help: "Bytes of sessions, by protocol and direction."),
      by: ("protocol", MailProtocol.self), ("direction", TransferDirection.self))
  }

  /// Counts an open connection until the guard ends or its last reference goes away.
  public func open(_ mailProtocol: MailProtocol) -> GaugeGuard { active[mailProtocol].track() }
}

/// The protocols of mail clients.
public enum MailProtocol: String, ClosedLabel {
  case smtp, submission, lmtp, imap, pop3, jmap, managesieve
}

/// Which way bytes went, as the server sees it.
public enum TransferDirection: String, ClosedLabel {
  case received, sent
}
