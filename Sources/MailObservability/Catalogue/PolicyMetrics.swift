// What do the checks of senders, transports and aliases find?

public import MetricInstruments

/// The families of group ``MetricGroup/policy``.
public struct PolicyMetrics: Sendable {
  /// Results of SPF (RFC 7208).
  public let spf: ClosedFamily<Counter, SenderCheckResult>
  /// Results of DKIM (RFC 6376).
  public let dkim: ClosedFamily<Counter, SenderCheckResult>
  /// Results of DMARC (RFC 7489).
  public let dmarc: ClosedFamily<Counter, SenderCheckResult>
  /// Results of ARC (RFC 8617).
  public let arc: ClosedFamily<Counter, SenderCheckResult>
  /// Whether connections kept the security level seen before.
  public let securityLevelChecks: ClosedFamily2<Counter, ConnectionDirection, CheckResult>
  /// Checks against a domain's MTA-STS policy (RFC 8461), by the policy's mode and result.
  public let mtaSTSChecks: ClosedFamily2<Counter, MTASTSMode, CheckResult>
  /// What the cache of MTA-STS policies did.
  public let mtaSTSCache: MTASTSCacheMetrics
  /// Results of DANE (RFC 7672).
  public let dane: ClosedFamily<Counter, DANEResult>
  /// What alias hooks answered.
  public let aliasHooks: ClosedFamily2<Counter, AliasHook, AliasHookResult>

  init(_ registry: Registry) throws(RegistrationError) {
    func results(_ name: String, _ title: String) throws(RegistrationError) -> ClosedFamily<
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

/// Results of SPF, DKIM, DMARC and ARC (RFC 8601).
public enum SenderCheckResult: String, ClosedLabel {
  /// The check succeeded.
  case pass
  /// The sender is not authorised, or the signature does not verify.
  case fail
  /// SPF `~all`: probably not authorised (RFC 7208, section 2.6.5). A result of SPF alone.
  case softfail
  /// SPF `?all`, or a DKIM signature that could not be processed: no statement either way.
  case neutral
  /// Nothing to check: no record is published, or the message has no signature.
  case none
  /// A transient error, such as a name server without an answer: a later try may tell.
  case temperror
  /// A record or a signature that cannot be interpreted: no later try tells either.
  case permerror
  /// A valid signature that local policy does not accept, as of too short a key (RFC 8601, section 2.7.1).
  case policy
}

/// Whether a check passed.
public enum CheckResult: String, ClosedLabel {
  /// What was asked for holds.
  case pass
  /// It does not hold, whatever follows: in the MTA-STS mode `testing` the mail is delivered all the same.
  case fail
}

/// Modes of an MTA-STS policy.
public enum MTASTSMode: String, ClosedLabel {
  /// A server that does not match the policy gets no mail (RFC 8461, section 5).
  case enforce
  /// A mismatch is reported, and the mail is delivered all the same.
  case testing
  /// The domain publishes that it has no policy.
  case none
}

/// Results of DANE.
public enum DANEResult: String, ClosedLabel {
  /// A TLSA record matches the certificate (RFC 7672).
  case pass
  /// There are TLSA records, and none of them matches: the mail must not be sent.
  case fail
  /// No TLSA record, or a zone without DNSSEC.
  case none
  /// The records could not be fetched or read, which is no mismatch.
  case error
}

/// What an alias hook was asked.
public enum AliasHook: String, ClosedLabel {
  /// Whether an address exists, asked while a recipient is accepted.
  case exists
  /// To which addresses it leads, asked while a message is delivered.
  case resolve
  /// Any other question to the hook.
  case other
}

/// How an alias hook ended.
public enum AliasHookResult: String, ClosedLabel {
  /// The hook answered yes, or with addresses.
  case success
  /// The hook answered no.
  case failure
  /// The hook did not answer: it broke, or took too long.
  case error
}
