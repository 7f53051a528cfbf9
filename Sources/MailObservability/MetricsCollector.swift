// What does a mail server hold to record, export and check everything?

public import HealthProbes
public import MetricInstruments
public import ObservabilityEndpoints
import ProcessMetrics

/// The metrics and health of a mail server: what it records into, and what scrapes and probes read.
///
/// ```swift
/// let metrics = try MetricsCollector()
/// let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:9090"))
///
/// metrics.smtp.connections.increment()
/// let connection = metrics.connections.open(.smtp)
/// let timer = metrics.startMessageProcessingTimer()
/// // ... process the message ...
/// timer.observe()
/// connection.end()
/// await server.shutdown()
/// ```
///
/// Share one instance; it may be used from any thread. Instruments never trap, whatever is recorded: what
/// they refuse is counted in `rusmes_observability_rejected_total{reason}`.
///
/// The instruments of a group that was not asked for work as well, but are not exported.
public final class MetricsCollector: Sendable {
  /// What SMTP, submission and LMTP servers record.
  public let smtp: SMTPMetrics
  /// What IMAP servers record.
  public let imap: IMAPMetrics
  /// What JMAP servers record.
  public let jmap: JMAPMetrics
  /// Push notifications.
  public let push: PushMetrics
  /// The processing of messages.
  public let mail: MailMetrics
  /// The mail queue.
  public let queue: QueueMetrics
  /// Deliveries out of the queue.
  public let delivery: DeliveryMetrics
  /// Who is connected.
  public let connections: ConnectionMetrics
  /// TLS of clients and to other servers.
  public let tls: TLSMetrics
  /// Authentication of clients.
  public let authentication: AuthenticationMetrics
  /// What is checked about senders.
  public let policy: PolicyMetrics
  /// The mail store.
  public let storage: StorageMetrics
  /// Version and build of the program.
  public let build: BuildMetrics
  /// Who was seen most often lately.
  public let top: TopLists
  /// What becomes of one message: spans, once ``startTracing(_:)`` was called.
  public let tracing = MailTracing()

  /// What the host publishes under names of its own, in the manner of Go's `expvar`.
  public let variables: PublishedVariables

  /// Debugging pages of the host's own, such as the state of its queue.
  public let pages = DebugPages()

  /// Every metric there is: register the host's own here too.
  public let registry: Registry
  /// The checks behind `/health`, `/ready`, `/live` and `/startup`.
  public let health: HealthRegistry

  let own: ObservabilityMetrics
  let perDomain: PerDomainSource
  let healthDriver: HealthDriver

  /// Creates the catalogue.
  ///
  /// - Parameters:
  ///   - namespace: what every name begins with; `rusmes` is the prefix that rusmes-metrics has, whose names
  ///     differ in part.
  ///   - constantLabels: what every series has besides; none of the names of the catalogue's labels.
  ///   - groups: the parts of the catalogue to export.
  ///   - version: the host's version, for `build_info`.
  ///   - revision: the revision of the host's source, for `build_info`.
  ///   - buckets: those of the catalogue's histograms.
  ///   - top: how the lists of the most frequent are kept.
  ///   - health: the checks; give one of your own for another deadline of answers.
  ///   - clock: what timers read.
  /// - Throws: ``RegistrationError`` when the namespace cannot begin a metric's name, or is `queue`, with which two names of
  ///   the catalogue would be one, for buckets that cannot be used, and for a constant label that the catalogue has.
  public init(
    namespace: String = "rusmes", constantLabels: KeyValuePairs<String, String> = [:],
    groups: Set<MetricGroup> = .all, version: String = "",
    revision: String = "", buckets: CatalogueBuckets = CatalogueBuckets(),
    top: TopListSettings = TopListSettings(),
    health: HealthRegistry = HealthRegistry(), clock: MonotonicClock = .system
  ) throws(RegistrationError) {
    let registry = try Registry(namespace: namespace, constantLabels: constantLabels, clock: clock)
    // What the library's own collectors return is checked at each scrape only.
    for labels in [
      HealthCollector.labels, TopListCollector.labels, PerDomainSource.labels, TracingCollector.labels,
      ExportMetrics.labels, ProcessCollector.labels,
    ] {
      if let problem = registry.constantLabels.problem(beside: labels) {
        throw RegistrationError(.invalidLabels, of: namespace, problem)
      }
    }
    // Where the instruments of other groups live: recorded into, never read.
    let unexported = try Registry(namespace: namespace, clock: clock)
    func home(of group: MetricGroup) -> Registry { groups.contains(group) ? registry : unexported }

    smtp = try SMTPMetrics(home(of: .smtp), buckets)
    imap = try IMAPMetrics(home(of: .imap), buckets)
    jmap = try JMAPMetrics(home(of: .jmap), buckets)
    push = try PushMetrics(home(of: .push))
    mail = try MailMetrics(home(of: .mail), buckets)
    queue = try QueueMetrics(home(of: .queue), buckets)
    delivery = try DeliveryMetrics(home(of: .delivery), buckets)
    connections = try ConnectionMetrics(home(of: .connections))
    tls = try TLSMetrics(home(of: .tls))
    authentication = try AuthenticationMetrics(home(of: .authentication))
    policy = try PolicyMetrics(home(of: .policy))
    storage = try StorageMetrics(home(of: .storage), buckets)
    build = try BuildMetrics(home(of: .build), version: version, revision: revision)
    own = try ObservabilityMetrics(registry, buckets)
    self.health = health
    healthDriver = HealthDriver(health: health)
    perDomain = PerDomainSource(family: registry.fullName("messages_per_domain_total"))
    self.top = TopLists(top, clock: clock, registry: registry)
    variables = PublishedVariables(registry)
    self.registry = registry
    registry.reserveCollectors(named: [
      HealthCollector.reservedName, ServerCollector.reservedName, PerDomainSource.reservedName,
      TopListCollector.reservedName, TracingCollector.reservedName, CredentialsCollector.reservedName,
      ProcessCollector.reservedName,
    ])
    if groups.contains(.mail) {
      registry.set(own: TopListCollector(lists: self.top, namespace: namespace))
    }
  }

  /// Starts a timer whose `observe()` records into `message_processing_latency_seconds`.
  public func startMessageProcessingTimer() -> Histogram.Timer { mail.processingLatency.startTimer() }

  /// Starts a timer whose `observe()` records into `smtp_session_duration_seconds`.
  public func startSMTPSessionTimer() -> Histogram.Timer { smtp.sessionDuration.startTimer() }
}
