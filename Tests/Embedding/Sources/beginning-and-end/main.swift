// Does the documentation's whole program compile, in which everything begins and ends in the right order?

import MailObservability

let metrics = try MetricsCollector(version: "1.4.0")
// Not ready before there is something to be ready for, but alive.
try metrics.health.declare("mail")
let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "0.0.0.0:9090"))

let mailServer = try await MailServer.start()
try metrics.health.add(HealthCheck("mail") { await mailServer.isListening ? .pass : .fail("not listening") })

// SIGTERM or SIGINT: readiness fails at once, and everything is served.
try await server.run(untilSignals: [15, 2], gracePeriod: .seconds(20), delay: .seconds(10)) {
  // Ten seconds later: load balancers have turned away, and here are 20 seconds for the sessions there are.
  await mailServer.close()
}
// The mail server has gone first, and then the observability server.
