// What does the documentation say of a group of services?

import Logging
import MailObservabilityServiceLifecycle
import ServiceLifecycle
import UnixSignals

func serveInAGroup(
  metrics: MetricsCollector, config: MetricsConfig, mail: any Service, logger: Logger
) async throws {
  let server = try await metrics.startHTTPServer(config)  // probes are answered from here on
  let group = ServiceGroup(
    services: metrics.services(serving: server, around: [mail], delay: .seconds(10)),
    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
  try await group.run()
}

func serveFromTheGroup(
  metrics: MetricsCollector, config: MetricsConfig, queue: any Service, mail: any Service, logger: Logger
) async throws {
  let services: [any Service] = [
    TracingService(metrics.tracing),  // ends last
    ObservabilityService(metrics, config),
    queue,
    mail,
    ReadinessService(metrics.health, delay: .seconds(10)),  // ends first
  ]
  try await ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm], logger: logger).run()
}
