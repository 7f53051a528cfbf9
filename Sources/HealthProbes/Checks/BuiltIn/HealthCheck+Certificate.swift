// Is a certificate about to expire?

import ObservabilityPlatform

extension HealthCheck {
  /// A check of the time until a certificate expires.
  ///
  /// By default it takes part in no probe but `health`, and only degrades: every server has the same
  /// certificate, and taking all of them out of service is worse than the warning of a client.
  ///
  /// - Parameters:
  ///   - warnBefore: how long before its expiry it warns.
  ///   - notAfter: when it expires, as the time since 1970-01-01 UTC (`notAfter` of RFC 5280, 4.1.2.5).
  ///     Asked at each run, so a renewed certificate is noticed.
  /// - Throws: ``HealthError`` when the name or a setting makes no sense.
  public static func certificateExpiry(
    _ name: String = "certificate",
    warnBefore: Duration = .seconds(14 * 86_400),
    settings: Settings = Settings(probes: [], period: .seconds(60), impact: .degrades),
    notAfter: @escaping @Sendable () async throws -> Duration
  ) throws(HealthError) -> HealthCheck {
    guard warnBefore >= .zero else {
      throw HealthError(.invalidSetting, of: name, "it has to warn before it fails")
    }
    return try HealthCheck(name, settings: settings) {
      judgeCertificate(notAfter: try await notAfter(), now: WallClock.now, warnBefore)
    }
  }
}

func judgeCertificate(notAfter: Duration, now: Duration, _ warnBefore: Duration) -> HealthResult {
  // A host's date can be anything; subtracting the extremes would trap.
  let limit = HealthCheck.Settings.longest * 1000
  let left = min(max(notAfter, .zero - limit), limit) - now
  if left <= .zero { return .fail("expired \((.zero - left).brief) ago") }
  return left <= warnBefore ? .warn("expires in \(left.brief)") : .pass
}
