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

func untilASignal(server: ObservabilityServer, mailServer: MailServer) async throws {
  try await server.run(untilSignals: [SIGTERM, SIGINT], gracePeriod: .seconds(20), delay: .seconds(5)) {
    // Readiness has failed for five seconds, and load balancers have turned away.
    await mailServer.close()
  }
  // The mail server is gone, and then this one: the program can end.
}

func toTheEnd(server: ObservabilityServer, mailServer: MailServer) async {
  await server.shutdown(gracePeriod: .seconds(20), delay: .seconds(10)) {
    await mailServer.close()
  }
}

func watched(metrics: MetricsCollector, config: MetricsConfig) throws -> MetricsEndpoints {
  let watch = try metrics.watchExecutor()
  defer { watch.end() }
  let endpoints = try metrics.endpoints(config)
  return endpoints
}

func routesOfTheHost() -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "0.0.0.0:9090")
  config.routes = [
    EndpointRoute("/version", for: .everybody) { _ in .text(200, "1.4.0\n") }
  ]
  return config
}

func whereItIs() -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "0.0.0.0:9090")
  config.pathPrefix = "/internal"  // /internal/metrics, /internal/live, and the page at /internal
  config.probeAliases["/health/live"] = .live  // beside /livez, /readyz and /healthz
  return config
}

func whoIsTrusted() -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "0.0.0.0:9090")
  config.trustedNetworks += [IPNetwork("10.0.0.0/8")].compactMap { $0 }
  config.hostNames = ["mx1.example.com"]  // http://mx1.example.com:9090/debug/vars
  return config
}

func whoHasCredentials() -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "0.0.0.0:9090")
  config.basicAuth = .init(username: "prometheus", passwordHashFile: "/run/secrets/metrics-password-hash")
  config.bearerTokens = [.init(tokenFile: "/run/secrets/metrics-token")]
  return config
}

func whomRoutesAnswer(config: MetricsConfig) -> MetricsConfig {
  var config = config
  config.access["/metrics"] = .trusted.orCredentials  // this machine, and whoever has credentials
  config.access["/health"] = .trusted
  config.includesProcessMetrics = false
  config.keepsHistory = false
  return config
}

func whoSeesTheLivePage(config: MetricsConfig) -> MetricsConfig {
  var config = config
  config.access["/live-data"] = .trusted.orCredentials
  return config
}

func answered(probe request: EndpointRequest, by endpoints: MetricsEndpoints) async -> EndpointResponse {
  // In a handler on the server's own thread, before its router.
  if let atOnce = endpoints.respondAtOnce(to: request) { return atOnce }
  let response = await endpoints.respond(to: request)
  return response
}

func onAUnixSocket(metrics: MetricsCollector) async throws {
  let config = MetricsConfig(bindAddress: "unix:/run/mail/observability.sock")
  let server = try await metrics.startHTTPServer(config)
  await server.shutdown()
}

func severalListeners() -> MetricsConfig {
  // Metrics for this machine, and probes for the kubelet.
  var config = MetricsConfig(bindAddress: "127.0.0.1:9090")
  config.listeners = [ListenerConfig("[::]:8081", serving: .probes)]
  return config
}

func healthcheck(config: MetricsConfig) {
  if CommandLine.arguments.dropFirst().first == "healthcheck" {
    let outcome = config.healthcheck(CommandLine.arguments.dropFirst(2).first)
    print(outcome.message)
    exit(outcome.exitCode)
  }
}

func underSystemd() -> MetricsConfig {
  var config = MetricsConfig(bindAddress: "systemd:metrics")
  config.listeners = [ListenerConfig("systemd:probes", serving: .probes)]
  config.notifiesSystemd = true
  return config
}

func debuggingPages(metrics: MetricsCollector, queue: WaitingMessages) throws {
  try metrics.pages.add("queue") { page in
    page.table("waiting", ["message", "age", "why"], of: await queue.waiting) { [$0.id, $0.age, $0.reason] }
  }
}

func shownSettings(password: String) -> MetricsConfig {
  var config = MetricsConfig()
  config.commandLine = CommandLine.arguments
  config.secretOptions = ["--user"]
  config.hostSettings = [
    HostSetting("queue.lifetime", "5 d", from: "/etc/mail.conf"),
    HostSetting("relay.password", password, from: "environment: RELAY_PASSWORD", isSecret: true),
  ]
  return config
}
