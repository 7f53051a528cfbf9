// Do the first blocks of the documentation compile? One function a block.

import MailObservability

func overviewOfTheDocumentation(store: Store) async throws {
  let metrics = try MetricsCollector(version: "1.4.0")
  try metrics.health.add(
    HealthCheck("storage") {
      try await store.ping()
      return .pass
    })
  let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:9090"))

  metrics.smtp.connections.increment()
  let connection = metrics.connections.open(.smtp)
  defer { connection.end() }
  let timer = metrics.startMessageProcessingTimer()
  // ... process the message ...
  timer.observe()
  await server.shutdown()
}

func overviewOfTheCollector() async throws {
  let metrics = try MetricsCollector()
  let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:9090"))

  metrics.smtp.connections.increment()
  let connection = metrics.connections.open(.smtp)
  let timer = metrics.startMessageProcessingTimer()
  // ... process the message ...
  timer.observe()
  connection.end()
  await server.shutdown()
}

func configuration() -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "127.0.0.1:9090")
  config.serviceName = "mx1"
  return config
}
