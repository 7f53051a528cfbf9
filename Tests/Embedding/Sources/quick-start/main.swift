// Does the README's block compile and run, to the letter?

import MailObservability

let metrics = try MetricsCollector(version: "1.4.0")
try metrics.health.add(
  HealthCheck("storage") {
    try await store.ping()
    return .pass
  })
let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:9464"))

metrics.smtp.connections.increment()  // a counter
let connection = metrics.connections.open(.smtp)  // a gauge that cannot drift
let timer = metrics.startMessageProcessingTimer()  // a histogram of seconds
metrics.smtp.commands[.mail].increment()  // a label that is an enum
timer.observe()
connection.end()
await server.shutdown(delay: .seconds(5))  // drains: not ready, but alive to the end
