// What can be set about the endpoints, and who hears of what they do.

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
  /// Whether OpenMetrics has `_created` samples.
  package var includesCreatedSamples = false
  /// For the page and the health documents.
  package var serviceName = "mail server"
  package var version = ""

  package init() {}
}

/// Who hears of what endpoints do. Called from any thread; must not block.
package struct EndpointObserver: Sendable {
  package struct ScrapeRecord: Sendable {
    package let form: ScrapeForm
    /// Of gathering and encoding; what the client takes to read is not in it.
    package let duration: Duration
    package let bytes: Int
  }

  package var scraped: @Sendable (ScrapeRecord) -> Void = { _ in }
  package var log: @Sendable (String) -> Void = { _ in }

  package init() {}
}

/// The form in which a scrape was answered.
package enum ScrapeForm: Sendable {
  case text, openMetrics, json, variables
}

/// The routes, as they are counted.
package enum Route: String, Sendable {
  case metrics
  case metricsJSON = "metrics.json"
  case debugVars = "debug/vars"
  case health, ready, live, startup, index, unknown
}
