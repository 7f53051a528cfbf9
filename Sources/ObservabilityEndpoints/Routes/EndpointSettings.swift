// What can be set about the endpoints?

package import MetricInstruments

/// What an embedder can set.
package struct EndpointSettings: Sendable {
  /// Where the exposition is.
  package var metricsPath = "/metrics"
  /// Who sees details: `/metrics.json`, `/debug/vars`, and why a check fails.
  package var trustedNetworks = IPNetwork.loopback
  /// How many scrapes may be under way.
  package var maximumConcurrentScrapes = 4
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
  /// For the page and the health documents.
  package var serviceName = "mail server"
  package var version = ""
  /// Asked at each scrape beside those of the registry: what is the server's own.
  package var ownCollectors: [any SynchronousCollector] = []

  package init() {}
}
