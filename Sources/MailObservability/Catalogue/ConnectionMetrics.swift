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
  /// SMTP between servers, port 25.
  case smtp
  /// SMTP from users' clients, ports 465 and 587 (RFC 6409).
  case submission
  /// LMTP (RFC 2033).
  case lmtp
  /// IMAP, ports 143 and 993.
  case imap
  /// POP3, ports 110 and 995.
  case pop3
  /// JMAP (RFC 8620), its event source and WebSocket included.
  case jmap
  /// ManageSieve, port 4190 (RFC 5804).
  case managesieve
}

/// Which way bytes went, as the server sees it.
public enum TransferDirection: String, ClosedLabel {
  /// From the peer to this server.
  case received
  /// From this server to the peer.
  case sent
}
