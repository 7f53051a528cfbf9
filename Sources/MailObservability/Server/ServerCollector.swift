// What does a scrape tell of the server itself?

import ObservabilityHTTP
import MetricInstruments

/// What the server knows of itself.
struct ServerCollector: Collector {
  weak let server: HTTPServer?
  let registry: Registry

  let name = "http_server"

  func collect() async -> [CollectedFamily] {
    guard let server else { return [] }
    return [
      CollectedFamily(
        registry.fullName("observability_http_connections"), .gauge,
        help: "Open connections to the observability server.", value: Double(server.statistics.connections))
    ]
  }
}
