// Do the documentation's blocks about health compile? One function a block.

import MailObservability

func checksOfAServer(metrics: MetricsCollector, store: Store) async throws {
  let health = metrics.health
  try health.add(
    HealthCheck("storage", probes: [.ready, .startup]) {
      try await store.ping()
      return .pass
    })
  try health.add(.diskSpace(path: "/var/mail"))
  try health.add(.tcpConnect("relay", host: "relay.example.com", port: 25))
  try health.add(metrics.queueDepthCheck(warnAbove: 1_000, failAbove: 50_000))
  let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "0.0.0.0:9090"))
  await server.shutdown()
}

func checksByConfiguration() -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "0.0.0.0:9090")
  config.healthChecks["relay"] = HealthCheck.Overrides()
  config.healthChecks["relay"]?.isEnabled = false  // not run, in no answer
  config.healthChecks["storage"] = HealthCheck.Overrides()
  config.healthChecks["storage"]?.deadline = .seconds(3)
  config.healthChecks["storage"]?.failureThreshold = 3
  config.healthChecks["storage"]?.groups = ["mail-store"]  // /health?group=mail-store
  return config
}

func overrides(metrics: MetricsCollector) throws {
  var slow = HealthCheck.Overrides()
  slow.deadline = .seconds(3)
  slow.failureThreshold = 3
  var off = HealthCheck.Overrides()
  off.isEnabled = false
  try metrics.health.configure(["storage": slow, "relay": off])
}

func outOfService(metrics: MetricsCollector, server: ObservabilityServer) async throws {
  metrics.health.setMaintenance("kernel update")  // /ready is 503, /live stays 200
  metrics.health.setMaintenance(nil)

  // At SIGTERM. Balancers take a moment to hear that /ready is 503: until then everything is still served.
  await server.shutdown(gracePeriod: .seconds(20), delay: .seconds(10))
}

func aRegistryOfChecks(store: Store) throws {
  let health = HealthRegistry()
  try health.declare("storage")  // not ready, not started, but alive
  try health.add(
    HealthCheck("storage") {
      try await store.ping()
      return .pass
    })
  health.setMaintenance("kernel update")  // out of the load balancer
  health.setMaintenance(nil)  // and back
}

func aCheck(health: HealthRegistry, store: Store) throws {
  let storage = try HealthCheck("storage", probes: [.ready], deadline: .seconds(1)) {
    try await store.ping()
    return .pass
  }
  try health.add(storage)
}

func theQueue(metrics: MetricsCollector) throws {
  try metrics.health.add(metrics.queueDepthCheck(warnAbove: 1_000, failAbove: 50_000))
}
