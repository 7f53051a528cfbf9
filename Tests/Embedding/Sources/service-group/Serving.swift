// In which order does a group of services begin and end?

import Logging
import MailObservabilityServiceLifecycle
import ServiceLifecycle
import UnixSignals

/// - Parameter onStart: told where the observability server and the mail server listen.
func serve(
  _ config: MetricsConfig, mailPort: Int = 2525, delay: Duration = .seconds(5),
  onStart: @Sendable (ObservabilityServer, MailService, MetricsCollector) -> Void = { _, _, _ in }
) async throws {
  let logger = Logger(label: "mail")
  var config = config
  config.log = { message in
    logger.log(level: Logger.Level(rawValue: message.level.rawValue) ?? .warning, "\(message.text)")
  }
  let metrics = try MetricsCollector(version: "1.4.0")
  try metrics.health.declare("mail")  // not ready yet, but alive
  let server = try await metrics.startHTTPServer(config)

  let mail = try await MailService.listen(host: "127.0.0.1", port: mailPort, metrics: metrics)
  try metrics.health.add(HealthCheck("mail") { mail.isListening ? .pass : .fail("not listening") })
  onStart(server, mail, metrics)

  let group = ServiceGroup(
    services: metrics.services(serving: server, around: [mail], delay: delay),
    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
  try await group.run()
}
