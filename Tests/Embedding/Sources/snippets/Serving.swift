// Do the documentation's blocks about serving compile? One function a block.

import MailObservability

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

func mounted(metrics: MetricsCollector) async throws -> EndpointResponse {
  let endpoints = try metrics.endpoints()
  // In a handler of the host's server:
  let request = try EndpointRequest(method: "GET", target: "/metrics?name[]=up", headers: ["Accept": "*/*"])
  let response = await endpoints.respond(to: request)
  return response
}

func untilASignal(server: ObservabilityServer) async throws {
  try await server.run(untilSignals: [SIGTERM, SIGINT], delay: .seconds(5))
  // Readiness fails since the signal, and load balancers have turned away: end the mail server here.
}
