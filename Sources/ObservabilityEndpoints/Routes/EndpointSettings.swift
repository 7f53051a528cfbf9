// What can be set about the endpoints?

package import EndpointMessages
package import HealthProbes
package import MetricInstruments
package import ObservabilityPlatform

/// What an embedder can set.
package struct EndpointSettings: Sendable {
  /// What every path begins with; empty, or a path without a slash at its end.
  package var pathPrefix = ""
  /// Where the exposition is, below the prefix as all paths are.
  package var metricsPath = "/metrics"
  /// Further paths of probes.
  package var probeAliases: [String: HealthProbe] = [:]
  /// What the host serves besides.
  package var hostRoutes: [EndpointRoute] = []
  /// The host's own debugging pages.
  package var pages = DebugPages()
  /// Those of the library.
  package var ownPages: [OwnPage] = []
  /// How long a route of the host may take.
  package var hostRouteDeadline: Duration = .seconds(30)
  /// Who sees details: `/metrics.json`, `/debug/vars`, and why a check fails.
  package var trust = Trust(networks: IPNetwork.loopback)
  /// Whom routes answer where that is not left to them, by their paths below the prefix.
  package var access: [String: AccessRule] = [:]
  /// What listeners besides the first serve, in their order.
  package var listeners: [ListenerRoutes] = []
  /// What requests with credentials are compared with; nil where there are none.
  package var secrets: SecretsInForce?
  /// Whether there are, or will be, such secrets: they are read when all else is known to be right.
  package var hasCredentials = false
  /// What clients show when they ask for a password: without quotes.
  package var realm = "metrics"
  /// How many scrapes may be under way.
  package var maximumConcurrentScrapes = 4
  /// How many compressors scrapes may have, if not as many as may be under way.
  var maximumCompressors: Int?
  /// The longest that collectors and encoding may take.
  package var scrapeDeadline: Duration = .seconds(20)
  /// How many bytes may be encoded ahead of slow readers, of all scrapes together.
  package var maximumSpooledBytes = 16 << 20
  /// The longest that the reader of one scrape may take; a scraper has given up long before.
  package var readDeadline: Duration = .seconds(120)
  /// How long the cooperative pool may run nothing before a scrape waits no longer for the collectors that need it, when
  /// it was not busy before.
  package var poolPatience: Duration = .milliseconds(500)
  /// How long the cooperative pool has run nothing, as far as somebody watches it. Called from any thread.
  package var poolDelay: @Sendable () -> Duration = { .zero }
  /// What hands a collector's run to the cooperative pool, if not the runtime, and by which clock its delay is measured.
  var launch: (@Sendable (@escaping @Sendable () async -> Void) -> Task<Void, Never>)?
  var now: @Sendable () -> Duration = { ContinuousClock.now - EndpointSettings.start }
  private static let start = ContinuousClock.now
  /// Whether OpenMetrics has `_created` samples.
  package var includesCreatedSamples = false
  /// What compresses answers for those who ask for it; nil leaves all of them as they are.
  package var gzip: Gzip?
  /// For the page and the health documents.
  package var serviceName = "mail server"
  package var version = ""
  /// Whether there is a live page, with its data at ``LivePage/dataPath``.
  package var hasLivePage = false
  /// The data of the live page as JSON, and where its traces are looked at. Asked on a thread of the library's own, so
  /// nothing of the host's may run in it; nil leaves the plain page to everybody.
  package var liveData: (@Sendable (EndpointQuery) -> [UInt8])?
  /// Asked at each scrape beside those of the registry: what is the server's own.
  package var ownCollectors: [any SynchronousCollector] = []

  package init() {}

  /// A setting that cannot be used, and why.
  package struct Problem: Sendable {
    package let setting: String
    package let value: String
    /// To be read after the setting and its value.
    package let text: String

    init(setting: String, value: String, _ text: String) {
      self.setting = setting
      self.value = value
      self.text = text
    }
  }

  /// What is wrong with the paths, or nil. What is, leads to no trap, but to a route that nobody reaches.
  package var problem: Problem? { RouteTable.problem(of: self) }
}
