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
  case success, failure, error
  case rateLimited = "rate_limited"
}

/// SASL mechanisms.
public enum AuthenticationMechanism: String, ClosedLabel {
  case plain, login, xoauth2, oauthbearer, external, other
  case cramMD5 = "cram_md5"
  case scramSHA256 = "scram_sha_256"

  /// The mechanism of a SASL name in any case; anything else is `.other`.
  public init(saslName: some StringProtocol) {
    let name = saslName.utf8.count <= 20 ? saslName.lowercased() : ""
    self = AuthenticationMechanism(rawValue: String(name.map { $0 == "-" ? "_" : $0 })) ?? .other
  }
}
