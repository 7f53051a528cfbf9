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

  static let reservedName = "http_server"
  let name = ServerCollector.reservedName
  private let watched = Locked(Watched())
  /// As they were last read: their memory is used again.
  private let families: Locked<[CollectedFamily]>

  /// - Parameter namespace: and not the registry, which holds its collectors.
  init(namespace: String) {
    let connections = CollectedFamily(
      Registry.fullName("observability_http_connections", in: namespace), .gauge,
      help: "Open connections to the observability server.", value: 0)
    families = Locked([connections] + LoopFamilies.unread(namespace: namespace))
  }

  /// From now on it has something to tell.
  func watch(_ server: HTTPServer) { watched.withLock { $0.server = server } }

  func read() -> [CollectedFamily] {
    guard let server = watched.withLock({ $0.server }) else { return [] }
    let (connections, statistics) = (Double(server.statistics.connections), server.loop.statistics)
    return families.withLock { families in
      families[0].samples[0].value = .number(connections)
      LoopFamilies.read(statistics, into: &families, from: 1)
      return families
    }
  }
}
