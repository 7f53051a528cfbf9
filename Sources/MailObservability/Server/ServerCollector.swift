// What does a scrape tell of the server that answers it?

import MetricInstruments
import ObservabilityHTTP
import ObservabilityPlatform
import ObservabilitySockets

/// What one server knows of itself. It is asked by the scrapes of that server, and of no other.
final class ServerCollector: SynchronousCollector {
  private struct Watched {
    weak var server: HTTPServer?
  }

  private let watched = Locked(Watched())
  /// And not the registry, which holds its collectors.
  private let namespace: String

  static let reservedName = "http_server"
  let name = ServerCollector.reservedName

  init(namespace: String) { self.namespace = namespace }

  /// From now on it has something to tell.
  func watch(_ server: HTTPServer) { watched.withLock { $0.server = server } }

  func read() -> [CollectedFamily] {
    guard let server = watched.withLock({ $0.server }) else { return [] }
    return [
      CollectedFamily(
        Registry.fullName("observability_http_connections", in: namespace), .gauge,
        help: "Open connections to the observability server.", value: Double(server.statistics.connections))
    ] + server.loop.statistics.families(in: namespace)
  }
}
