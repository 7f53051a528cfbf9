// What does the cache of MTA-STS policies do?

public import MetricInstruments

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
