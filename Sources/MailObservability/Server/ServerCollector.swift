// What does a scrape tell of the server itself?

import ObservabilityHTTP
import MetricInstruments
import ObservabilitySockets

/// What the server knows of itself.
struct ServerCollector: SynchronousCollector {
  weak let server: HTTPServer?
  /// And not the registry, which holds its collectors.
  let namespace: String

  static let reservedName = "http_server"
  let name = ServerCollector.reservedName

  func read() -> [CollectedFamily] {
    guard let server else { return [] }
    return [
      CollectedFamily(
        Registry.fullName("observability_http_connections", in: namespace), .gauge,
        help: "Open connections to the observability server.", value: Double(server.statistics.connections))
    ] + server.loop.statistics.families(in: namespace)
  }
}
