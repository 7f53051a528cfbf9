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
