// What can be set about the endpoints?

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
