// How are messages traced?

public import ObservabilityEndpoints
public import TraceSpans

/// How spans are sampled, what they may say of people, and how much is kept.
public struct TracingConfig: Sendable {
  /// What becomes of the addresses of people in spans: senders, recipients, users, accounts and mailboxes.
  public struct Addresses: Sendable, Hashable {
    enum Rule: Sendable, Hashable { case domain, hashed(key: String?), full }
    let rule: Rule

    /// `bob@example.org` is `example.org`, and what has no domain is left out. The default.
    public static let domain = Addresses(rule: .domain)
    /// `bob@example.org` is 16 hexadecimal digits, always the same for one process and for nobody without its
    /// key.
    public static let hashed = Addresses(rule: .hashed(key: nil))
    /// Addresses as they are.
    public static let full = Addresses(rule: .full)

    /// Like ``hashed``, with a key of one's own, so that several servers and later processes have the same
    /// hashes.
    ///
    /// - Parameter key: at least 16 bytes that nobody can guess.
    public static func hashed(key: String) -> Addresses { Addresses(rule: .hashed(key: key)) }
  }

  /// What the server is called in traces; not empty.
  public var serviceName: String
  /// Which traces are recorded. By default all that begin here, and of others those that their server has
  /// recorded.
  public var sampling = TraceSampler.parentBased(.alwaysOn)
  /// What becomes of addresses.
  public var addresses = Addresses.domain
  /// Servers and clients whose traces are carried on, and that are told of ours. Empty by default: nobody else can
  /// begin, join or read a trace. Decided by the peer's address, so a network in which there is a proxy for others is
  /// none to list. A Unix-domain socket is on no network.
  public var trustedPeers: [IPNetwork] = []
  /// How much a span holds.
  public var limits = SpanLimits()
  /// About how much memory recent traces may take, in bytes: 4 MiB by default, from 0, which keeps none, to 1
  /// GiB. Values outside of that are clamped.
  public var recentTraceBytes = 4 << 20

  /// The defaults.
  ///
  /// - Parameter serviceName: what the server is called in traces; not empty.
  public init(serviceName: String) { self.serviceName = serviceName }

  func validate() throws(MetricsConfigError) {
    guard !serviceName.isEmpty else {
      throw MetricsConfigError(.invalidSetting, setting: "serviceName", value: serviceName, "is empty")
    }
    if case .hashed(let key?) = addresses.rule, key.utf8.count < 16 {
      // The key itself is nothing for a log.
      throw MetricsConfigError(
        .invalidSetting, setting: "addresses", value: "hashed", "needs a key of 16 bytes")
    }
  }
}
