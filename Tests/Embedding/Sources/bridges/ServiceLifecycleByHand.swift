// What does the documentation say of a group of services without the trait of this package?

import Logging
import MailObservability
import ServiceLifecycle
import UnixSignals

/// The first of the group, and so the last to end: probes and scrapes are answered until everything else is gone.
struct ServingByHand: Service {
  let server: ObservabilityServer

  func run() async throws {
    // A group does not cancel its services, it asks them to end; the server hears of cancellation.
    try await cancelWhenGracefulShutdown { try await server.run(gracePeriod: .seconds(5)) }
  }
}

/// The last of the group, and so the first to end: unready, while load balancers turn away and all is still served.
struct ReadinessByHand: Service {
  let health: HealthRegistry
  let delay: Duration

  func run() async throws {
    try await gracefulShutdown()
    health.setDraining(true)
    try await Task.sleep(for: delay)
  }
}

func serveByHand(
  metrics: MetricsCollector, server: ObservabilityServer, mail: any Service, delay: Duration, logger: Logger
) async throws {
  let group = ServiceGroup(
    services: [
      ServingByHand(server: server),  // ends last
      mail,
      ReadinessByHand(health: metrics.health, delay: delay),  // ends first
    ],
    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
  try await group.run()
}
