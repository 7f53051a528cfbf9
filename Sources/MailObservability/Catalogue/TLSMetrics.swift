// How were connections protected by TLS?

public import MetricInstruments

/// The families of group ``MetricGroup/tls``.
public struct TLSMetrics: Sendable {
  /// Sessions of clients, by whether and how they used TLS.
  public let sessions: ClosedFamily<Counter, TLSUse>
  /// Sessions with other servers, by how well TLS protected them.
  public let outgoingSessions: ClosedFamily<Counter, OutgoingTLSStatus>
  /// Handshakes that failed, by who opened the connection.
  public let handshakeErrors: ClosedFamily<Counter, ConnectionDirection>
  /// When a certificate ends, in seconds since 1970, by the name that the host gives it.
  public let certificateNotAfter: BoundedFamily<Gauge, String>

  init(_ registry: Registry) throws(RegistrationError) {
    sessions = try registry.register(
      .counter("tls_sessions_total", help: "Client sessions, by use of TLS."), by: ("tls", TLSUse.self))
    outgoingSessions = try registry.register(
      .counter("tls_outgoing_sessions_total", help: "Sessions with other servers, by status of TLS."),
      by: ("status", OutgoingTLSStatus.self))
    handshakeErrors = try registry.register(
      .counter("tls_handshake_errors_total", help: "TLS handshakes that failed, by direction."),
      by: ("direction", ConnectionDirection.self))
    certificateNotAfter = try registry.register(
      .gauge(
        "tls_certificate_not_after_timestamp_seconds", help: "When a certificate ends, in Unix time.",
        unit: "seconds"), byBounded: "certificate")
  }
}

/// How a client session used TLS.
public enum TLSUse: String, ClosedLabel {
  /// TLS from the first byte, as on ports 465 and 993 (RFC 8314).
  case yes
  /// The session ended without TLS, whether or not it was offered.
  case no
  /// TLS after a STARTTLS command (RFC 3207, RFC 9051).
  case starttls
}

/// How well TLS protected a session with another server.
public enum OutgoingTLSStatus: String, ClosedLabel {
  /// No TLS: the receiving server offered none, or its handshake failed and the mail was sent without.
  case plain
  /// TLS whose certificate was not verified: a passive listener sees nothing, an active one is not kept out.
  case insecure
  /// TLS with a certificate verified by a public authority, MTA-STS or DANE.
  case secure
}
