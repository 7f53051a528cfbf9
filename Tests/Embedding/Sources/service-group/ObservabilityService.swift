// What tells a group of services when the process is ready, and when it may go?

import MailObservability
import ServiceLifecycle

/// The first of the group, and so the last to end: probes and scrapes are answered until everything else is gone.
struct ObservabilityService: Service {
  let server: ObservabilityServer

  func run() async throws {
    // A group does not cancel its services, it asks them to end; the server hears of cancellation.
    try await cancelWhenGracefulShutdown { try await server.run(gracePeriod: .seconds(5)) }
  }
}

/// The last of the group, and so the first to end: unready, while load balancers turn away and all is still served.
struct ReadinessService: Service {
  let health: HealthRegistry
  let delay: Duration

  func run() async throws {
    try await gracefulShutdown()
    health.setDraining(true)
    try await Task.sleep(for: delay)
  }
}
