// How are messages traced?

public import ObservabilityEndpoints
public import TraceSpans

/// How spans are sampled, what they may say of people, how much is kept, and where they go.
public struct TracingConfig: Sendable {
  /// What becomes of the addresses of people in spans: senders, recipients, users, accounts and mailboxes.
  public struct Addresses: Sendable, Hashable {
    enum Rule: Sendable, Hashable { case domain, hashed(key: Key?), full }
    let rule: Rule

    /// A secret, which stands in no description or dump.
    struct Key: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
      let text: String
      var description: String { "***" }
      var debugDescription: String { description }
      var customMirror: Mirror { Mirror(self, children: [:]) }
    }

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
    public static func hashed(key: String) -> Addresses { Addresses(rule: .hashed(key: Key(text: key))) }
  }

  /// Whether anything is traced at all. While false, starting does nothing.
  public var enabled = true
  /// What the server is called in traces; not empty.
  public var serviceName: String
  /// Which traces are recorded. By default all that begin here, and of others those that their server has
  /// recorded.
  public var sampling = TraceSampler.parentBased(.alwaysOn)
  /// Which traces are kept among recent ones that are not sampled; nil, the default, for none. They are not
  /// exported.
  public var alwaysKeep: KeptTraces?
  /// What becomes of addresses.
  public var addresses = Addresses.domain
  /// Servers and clients whose traces are carried on, and that are told of ours. Empty by default: nobody else can
  /// begin, join or read a trace. Decided by the peer's address, so a network in which there is a proxy for others is
  /// none to list. A Unix-domain socket is on no network.
  public var trustedPeers: [IPNetwork] = []
  /// How traces go on to and from ``trustedPeers``: by default as W3C Trace Context has it.
  public var propagation = Propagation.traceContext
  /// How much a span holds.
  public var limits = SpanLimits()
  /// About how much memory recent traces may take, in bytes: 4 MiB by default, from 0, which keeps none, to 1
  /// GiB. Values outside of that are clamped.
  public var recentTraceBytes = 4 << 20

  /// Who gets the spans besides: by default a collector at ``endpoint``.
  public var exporter = Exporter.otlp
  /// The collector: `http://host:port`, or `unix:/path` of a socket, and with a transport for it `https://host:port`. The
  /// path `v1/traces` is added to it, but not for gRPC. By default `http://localhost:4318`, and for gRPC
  /// `http://localhost:4317`.
  public var endpoint: String {
    get { givenEndpoint ?? TracingConfig.defaultEndpoint(`protocol`) }
    set { givenEndpoint = newValue }
  }
  /// The collector for traces, with the whole path, in place of ``endpoint``.
  public var tracesEndpoint: String?
  /// How the collector is talked to. gRPC needs a transport.
  public var `protocol` = ExportProtocol.http
  /// What brings gRPC, and HTTP over TLS: `.grpc` of `MailObservabilityOTLPGRPC`, `.tls` of `MailObservabilityOTLPTLS`. None
  /// by default, and one that the protocol and the endpoint do not ask for is not used.
  public var transports: [ExportTransport] = []
  /// Certificates, where the endpoint begins with `https://`. Files are read when tracing is started.
  public var tls = TLS()
  /// Header fields of every request, such as `["Authorization": "Bearer …"]`. None by default.
  public var headers = Headers()
  /// How requests are compressed. By default they are not.
  public var compression = Compression.none
  /// How long one batch is tried, pauses between attempts included: 10 seconds by default, 1 millisecond to
  /// an hour. Then it is dropped.
  public var exportTimeout = Duration.seconds(10)
  /// How long an ended span waits for others to go with: 5 seconds by default, 0 to an hour.
  public var batchDelay = Duration.seconds(5)
  /// The most spans of a request, and how many make one leave at once: 512 by default, 1 to ``queueSize``.
  public var batchSize = 512
  /// How many ended spans may wait for the collector: 2,048 by default, 1 to 65,536. Those that find the
  /// queue full are dropped.
  public var queueSize = 2048
  /// What else the collector is told of the server, such as `["deployment.environment.name": "production"]`.
  /// Taken in place of what is found out: `service.instance.id`, `host.name`, `process.pid`. At most 1,024, with
  /// 65,536 bytes of names and values.
  public var resourceAttributes: [String: String] = [:]
  /// Hears when spans cannot be exported, and when they can again. As ``MetricsConfig/log``.
  public var log: @Sendable (LogMessage) -> Void = { _ in }

  /// Nil for the default, which depends on the protocol.
  private var givenEndpoint: String?
  /// What is to be said of the environment.
  var warnings: [String] = []
  /// By which variables settings were made.
  var names: [String: String] = [:]
  /// What variables of the environment have said.
  var asRead: ReadSettings<TracingConfig>?

  /// The defaults.
  ///
  /// - Parameter serviceName: what the server is called in traces; not empty.
  public init(serviceName: String) { self.serviceName = serviceName }

  func validate() throws(MetricsConfigError) {
    guard !serviceName.isEmpty else {
      throw MetricsConfigError(.invalidSetting, setting: "serviceName", value: serviceName, "is empty")
    }
    if case .hashed(let key?) = addresses.rule, key.text.utf8.count < 16 {
      // The key itself is nothing for a log.
      throw MetricsConfigError(
        .invalidSetting, setting: "addresses", value: "hashed", "needs a key of 16 bytes")
    }
    if let fault = TracingConfig.fault(ofResource: resourceAttributes) {
      throw MetricsConfigError(
        .invalidSetting, setting: "resourceAttributes", value: "\(resourceAttributes.count) attributes", fault
      )
    }
    _ = try exportEndpoint()
  }
}
