// Do the endpoints answer in a Hummingbird application, beside its own routes and below a prefix? And its probes, while
// every thread of the cooperative pool is blocked?

import Foundation
import Hummingbird
import MailObservabilityHummingbird

// MARK: - An application beside Hummingbird's own types

func application(
  _ metrics: MetricsCollector, _ endpoints: MetricsEndpoints, onRunning: @escaping @Sendable (Int) -> Void
) throws -> some ApplicationProtocol {
  let router = Router(context: PeerRequestContext.self)
  router.mount(endpoints)
  router.add(middleware: try ObservabilityMiddleware(metrics))
  router.get("/hello") { _, _ in "hello" }
  return Application(
    router: router,
    server: .http1(configuration: .init(additionalChannelHandlers: [ObservabilityProbeHandler(endpoints)])),
    configuration: .init(address: .hostname("127.0.0.1", port: 0)),
    onServerRunning: { onRunning($0.localAddress?.port ?? 0) })
}

// MARK: - What it answers

/// What was not as it should be.
func mistakes() async throws -> [String] {
  let metrics = try MetricsCollector(version: "1.0")
  metrics.smtp.connections.increment()
  try metrics.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
  var config = MetricsConfig()
  config.pathPrefix = "/internal"
  // A real one waits longer: 30 s by default.
  let watch = try metrics.watchExecutor(threshold: .seconds(1))
  defer { watch.end() }

  let (ports, port) = AsyncStream.makeStream(of: Int.self)
  let application = try application(metrics, try metrics.endpoints(config)) { port.yield($0) }
  let running = Task { try await application.runService(gracefulShutdownSignals: []) }
  guard let number = await ports.first(where: { _ in true }) else { return ["it did not start"] }

  var wrong: [String] = []
  let expected: [(path: String, host: String, status: Int, text: String)] = [
    ("/internal/metrics", "localhost", 200, "\nrusmes_smtp_connections_total 1\n"),
    ("/internal/live", "localhost", 200, #"{"alive":true}"#), ("/internal/livez", "localhost", 200, ""),
    ("/internal/ready", "localhost", 200, ""), ("/internal/ready/storage", "localhost", 200, ""),
    ("/internal/ready/nothing", "localhost", 404, ""),
    ("/internal/health?verbose", "localhost", 200, "\"storage\""),
    ("/internal/debug/vars", "localhost", 200, ""), ("/internal/debug/vars", "attacker.example", 403, ""),
    ("/internal/", "localhost", 200, "href=\"./metrics\""),
    ("/internal", "localhost", 200, "href=\"./internal/metrics\""), ("/live", "localhost", 404, ""),
    ("/hello", "localhost", 200, "hello"),
    // The routes of the host are recorded, and nothing else is.
    ("/internal/metrics", "localhost", 200, "http_route=\"/hello\"} 1\n"),
    ("/internal/metrics", "localhost", 200, "rusmes_http_server_active_requests{"),
  ]
  for (path, host, status, text) in expected {
    let reply = await onThread { get(path, port: number, host: host) }
    if reply.status != status || !(text.isEmpty || reply.text.contains(text)) {
      wrong.append("\(path): \(reply)")
    }
  }
  wrong += await onThread { mistakesWhileBlocked(port: number) }

  // What was blocked is over, and so it says.
  var last = 0
  for _ in 0..<600 where last != 200 {
    last = await onThread { get("/internal/live", port: number).status }
    if last != 200 { try await Task.sleep(for: .milliseconds(100)) }
  }
  if last != 200 { wrong.append("/internal/live after the block: \(last)") }
  running.cancel()
  _ = await running.result
  return wrong
}

/// Asks while every thread of the pool is blocked.
func mistakesWhileBlocked(port: Int) -> [String] {
  // One connection asks on: of new ones NIO accepts a few.
  guard let client = Client(port: port) else { return ["no connection"] }
  let isOver = blockPool()
  defer { isOver.set() }
  var live = client.ask("/internal/live")
  for _ in 0..<600 where live.status == 200 {
    usleep(100_000)
    live = client.ask("/internal/live")
  }
  var wrong: [String] = []
  if live.status != 503 { wrong.append("/internal/live while blocked: \(live)") }
  let verbose = client.ask("/internal/live?verbose")
  if !verbose.text.contains("[-]executor failed: no task has run on the cooperative pool for") {
    wrong.append("the executor is not named: \(verbose)")
  }
  // Known from before, or too old by now; but told.
  for path in ["/internal/ready", "/internal/readyz?verbose", "/internal/health", "/internal/startup"] {
    let reply = client.ask(path)
    if reply.status != 200, reply.status != 503 { wrong.append("\(path) while blocked: \(reply)") }
  }
  let another = get("/internal/livez", port: port)
  if another.status != 503 { wrong.append("a new connection while blocked: \(another)") }
  return wrong
}

let wrong = try await mistakes()
print(wrong.isEmpty ? "everything is there" : "wrong: \(wrong)")
if !wrong.isEmpty { exit(1) }
