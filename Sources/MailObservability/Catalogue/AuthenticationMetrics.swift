// Who logs in, and how does it end?

public import MetricInstruments

/// The families of group ``MetricGroup/authentication``.
public struct AuthenticationMetrics: Sendable {
  /// Attempts, by protocol and result.
  public let attempts: ClosedFamily2<Counter, MailProtocol, AuthenticationResult>
  /// Attempts, by mechanism.
  public let mechanisms: ClosedFamily<Counter, AuthenticationMechanism>

  init(_ registry: Registry) throws(RegistrationError) {
    attempts = try registry.register(
      .counter("authentication_attempts_total", help: "Authentication attempts, by protocol and result."),
      by: ("protocol", MailProtocol.self), ("result", AuthenticationResult.self))
    mechanisms = try registry.register(
      .counter("authentication_mechanisms_total", help: "Authentication attempts, by mechanism."),
      by: ("mechanism", AuthenticationMechanism.self))
  }
}

/// How an authentication attempt ended.
public enum AuthenticationResult: String, ClosedLabel {
  /// The client is who it says.
  case success
  /// Wrong credentials: what an attack makes many of.
  case failure
  /// Not judged: the directory did not answer. An exchange that is malformed or given up is no attempt.
  case error
  /// Not judged, because there were too many failures before.
  case rateLimited = "rate_limited"
}

/// SASL mechanisms.
public enum AuthenticationMechanism: String, ClosedLabel {
  /// PLAIN (RFC 4616).
  case plain
  /// SMTP's AUTH LOGIN, which no RFC defines, and IMAP's LOGIN command.
  case login
  /// XOAUTH2, Google's and Microsoft's bearer tokens from before RFC 7628.
  case xoauth2
  /// OAUTHBEARER (RFC 7628).
  case oauthbearer
  /// EXTERNAL: the client's certificate says who it is (RFC 4422, appendix A).
  case external
  /// Any other name.
  case other
  /// CRAM-MD5 (RFC 2195).
  case cramMD5 = "cram_md5"
  /// SCRAM-SHA-256 (RFC 7677); `init(saslName:)` takes SCRAM-SHA-256-PLUS for `other`.
  case scramSHA256 = "scram_sha_256"

  /// The mechanism of a SASL name in any case; anything else is `.other`.
  public init(saslName: some StringProtocol) {
    let name = saslName.utf8.count <= 20 ? saslName.lowercased() : ""
    self = AuthenticationMechanism(rawValue: String(name.map { $0 == "-" ? "_" : $0 })) ?? .other
  }
}
