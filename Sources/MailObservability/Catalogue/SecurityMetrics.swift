// TLS, authentication, and what is checked about senders.

public import MetricInstruments

/// The families of group ``MetricGroup/tls``.
public struct TLSMetrics: Sendable {
  /// Sessions of clients, by whether and how they used TLS.
  public let sessions: Family<Counter, TLSUse>
  /// Sessions with other servers, by how well TLS protected them.
  public let outgoingSessions: Family<Counter, OutgoingTLSStatus>
  /// Handshakes that failed, by who opened the connection.
  public let handshakeErrors: Family<Counter, ConnectionDirection>
  /// When a certificate ends, in seconds since 1970, by the name that the host gives it.
  public let certificateNotAfter: BoundedFamily<Gauge, OneLabel>

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
        unit: "seconds"), byOpen: "certificate")
  }
}

/// The families of group ``MetricGroup/authentication``.
public struct AuthenticationMetrics: Sendable {
  /// Attempts, by protocol and result.
  public let attempts: Family2<Counter, MailProtocol, AuthenticationResult>
  /// Attempts, by mechanism.
  public let mechanisms: Family<Counter, AuthenticationMechanism>

  init(_ registry: Registry) throws(RegistrationError) {
    attempts = try registry.register(
      .counter("authentication_attempts_total", help: "Authentication attempts, by protocol and result."),
      by: ("protocol", MailProtocol.self), ("result", AuthenticationResult.self))
    mechanisms = try registry.register(
      .counter("authentication_mechanisms_total", help: "Authentication attempts, by mechanism."),
      by: ("mechanism", AuthenticationMechanism.self))
  }
}

/// The families of group ``MetricGroup/policy``.
public struct PolicyMetrics: Sendable {
  /// Results of SPF (RFC 7208).
  public let spf: Family<Counter, SenderCheckResult>
  /// Results of DKIM (RFC 6376).
  public let dkim: Family<Counter, SenderCheckResult>
  /// Results of DMARC (RFC 7489).
  public let dmarc: Family<Counter, SenderCheckResult>
  /// Results of ARC (RFC 8617).
  public let arc: Family<Counter, SenderCheckResult>
  /// Whether connections kept the security level seen before.
  public let securityLevelChecks: Family2<Counter, ConnectionDirection, CheckResult>
  /// Checks against a domain's MTA-STS policy (RFC 8461), by the policy's mode and result.
  public let mtaSTSChecks: Family2<Counter, MTASTSMode, CheckResult>
  /// What the cache of MTA-STS policies did.
  public let mtaSTSCache: MTASTSCacheMetrics
  /// Results of DANE (RFC 7672).
  public let dane: Family<Counter, DANEResult>
  /// What alias hooks answered.
  public let aliasHooks: Family2<Counter, AliasHook, AliasHookResult>

  init(_ registry: Registry) throws(RegistrationError) {
    func results(_ name: String, _ title: String) throws(RegistrationError) -> Family<
      Counter, SenderCheckResult
    > {
      try registry.register(
        .counter("\(name)_results_total", help: "Results of \(title) checks."),
        by: ("result", SenderCheckResult.self))
    }
    spf = try results("spf", "SPF")
    dkim = try results("dkim", "DKIM")
    dmarc = try results("dmarc", "DMARC")
    arc = try results("arc", "ARC")
    securityLevelChecks = try registry.register(
      .counter(
        "security_level_checks_total",
        help: "Checks of a connection's security level, by direction and result."),
      by: ("direction", ConnectionDirection.self), ("result", CheckResult.self))
    mtaSTSChecks = try registry.register(
      .counter("mta_sts_checks_total", help: "MTA-STS checks, by the policy's mode and result."),
      by: ("mode", MTASTSMode.self), ("result", CheckResult.self))
    mtaSTSCache = try MTASTSCacheMetrics(registry)
    dane = try registry.register(
      .counter("dane_results_total", help: "Results of DANE checks."), by: ("result", DANEResult.self))
    aliasHooks = try registry.register(
      .counter("alias_hook_results_total", help: "Results of alias hooks, by hook."),
      by: ("hook", AliasHook.self), ("result", AliasHookResult.self))
  }
}

/// What a cache of MTA-STS policies did.
public struct MTASTSCacheMetrics: Sendable {
  /// Look-ups.
  public let fetches: Counter
  /// Look-ups answered from the cache.
  public let hits: Counter
  /// Entries found expired.
  public let expired: Counter
  /// Entries found invalid.
  public let invalid: Counter
  /// Fetches of a policy that failed.
  public let failedFetches: Counter
  /// Errors of reading or writing the cache.
  public let ioErrors: Counter
  /// Errors of encoding an entry.
  public let marshalErrors: Counter
  /// Errors of decoding an entry.
  public let unmarshalErrors: Counter
  /// Entries refreshed.
  public let refreshes: Counter
  /// Rounds of refreshing.
  public let refreshCycles: Counter
  /// Refreshes that failed.
  public let refreshErrors: Counter

  init(_ registry: Registry) throws(RegistrationError) {
    func counter(_ name: String, _ what: String) throws(RegistrationError) -> Counter {
      try registry.register(.counter("mta_sts_cache_\(name)_total", help: "MTA-STS cache: \(what)."))
    }
    fetches = try counter("fetches", "look-ups")
    hits = try counter("hits", "look-ups answered from the cache")
    expired = try counter("expired", "entries found expired")
    invalid = try counter("invalid", "entries found invalid")
    failedFetches = try counter("failed_fetches", "fetches that failed")
    ioErrors = try counter("io_errors", "errors of reading or writing")
    marshalErrors = try counter("marshal_errors", "errors of encoding an entry")
    unmarshalErrors = try counter("unmarshal_errors", "errors of decoding an entry")
    refreshes = try counter("refreshes", "entries refreshed")
    refreshCycles = try counter("refresh_cycles", "rounds of refreshing")
    refreshErrors = try counter("refresh_errors", "refreshes that failed")
  }
}

/// How a client session used TLS.
public enum TLSUse: String, ClosedLabel {
  case yes, no, starttls
}

/// How well TLS protected a session with another server.
public enum OutgoingTLSStatus: String, ClosedLabel {
  case plain, insecure, secure
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

/// Results of SPF, DKIM, DMARC and ARC (RFC 8601).
public enum SenderCheckResult: String, ClosedLabel {
  case pass, fail, softfail, neutral, none, temperror, permerror, policy
}

/// Whether a check passed.
public enum CheckResult: String, ClosedLabel {
  case pass, fail
}

/// Modes of an MTA-STS policy.
public enum MTASTSMode: String, ClosedLabel {
  case enforce, testing, none
}

/// Results of DANE.
public enum DANEResult: String, ClosedLabel {
  case pass, fail, none, error
}

/// What an alias hook was asked.
public enum AliasHook: String, ClosedLabel {
  case exists, resolve, other
}

/// How an alias hook ended.
public enum AliasHookResult: String, ClosedLabel {
  case success, failure, error
}
