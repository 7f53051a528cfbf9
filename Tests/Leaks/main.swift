// Is everything given back when registries, servers and what hangs on them are dropped?
//
// Makes and drops them as often as the argument says (1,000 times unless told). Under the leak sanitizer it fails for what
// nobody can reach any more: cycles. What is reachable and grows shows in the resident memory that it prints.

import MailObservability
import ObservabilityPlatform
import TestSupport

enum Colour: String, ClosedLabel { case red, green }

struct Failure: Error {}

/// A collector that fails every other time, and holds as much as a host's might.
final class HostCollector: Collector {
  let name = "host"
  private let ballast = [UInt8](repeating: 1, count: 1000)

  func collect() async throws -> [CollectedFamily] {
    guard Bool.random() else { throw Failure() }
    return [CollectedFamily("host_bytes", .gauge, help: "", unit: "bytes", value: Double(ballast.count))]
  }
}

/// Something of everything that can be registered, recorded into, removed and kept.
func use(_ metrics: MetricsCollector) throws -> GaugeGuard {
  let registry = metrics.registry
  let domains = try registry.register(
    .counter("domains_total", help: ""), byBounded: "domain", limit: 20, idleTimeout: .seconds(1))
  for number in 0..<40 { domains["\(number).example"].increment(by: 1, exemplar: ["trace_id": "\(number)"]) }
  let kept = domains["1.example"]
  domains.remove("1.example")
  kept.increment()
  domains.expireIdle(after: .zero)
  domains.expireIdle(after: .zero)
  let waits = try registry.register(.histogram("waits_seconds", help: ""), byBounded: "a", "b")
  for number in 0..<10 { waits["\(number)", "x"].startTimer().observe() }
  _ = try registry.register(.counter("colours_total", help: ""), by: ("colour", Colour.self))
  registry.unregister("colours_total")
  _ = try registry.info("program_info", help: "", ["version": "1"])
  try registry.stateSet("phase", help: "", of: Colour.self).setOnly(.green)
  try metrics.variables.map("results")["pass"].add(1)
  try metrics.variables.string("mood").set("good")
  registry.setExemplarSource { ["trace_id": "1"] }
  try registry.add(HostCollector())
  try metrics.health.add(HealthCheck("store", mode: .onDemand) { .pass })
  metrics.setPerDomainSource { [("x.example", 1)] }
  metrics.smtp.connections.increment()
  let open = metrics.connections.open(.smtp)
  _ = open
  let sessions = try registry.register(.gauge("sessions", help: ""), byBounded: "a")
  return sessions["x"].track()
}

func round(_ number: Int) async throws {
  let metrics = try MetricsCollector()
  let held = try use(metrics)
  try exportSpans()
  switch number % 5 {
  case 0:
    let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
    guard let address = server.boundAddress else { throw Failure() }
    let paths = ["/metrics", "/metrics.json", "/debug/vars", "/health", "/ready", "/"]
    let replies = await onThread { paths.map { HTTPClient.get($0, at: address)?.status } }
    guard replies.allSatisfy({ $0 != nil }) else { throw Failure() }
    await server.shutdown(gracePeriod: .zero)
  case 1:
    let endpoints = try metrics.endpoints()
    let request = try EndpointRequest(target: "/metrics", headers: ["Accept": "application/openmetrics-text"])
    let response = await endpoints.respond(to: request)
    if case .stream(let stream) = response.body {
      // Given up in the middle.
      _ = try await stream.next()
      stream.finished?()
    }
  case 2:
    // Watched without a server, and let go without an end.
    let watch = try metrics.watchExecutor()
    var config = MetricsConfig()
    config.routes = [EndpointRoute("/version") { _ in .text(200, "1") }]
    let endpoints = try metrics.endpoints(config)
    _ = endpoints.respondAtOnce(to: try EndpointRequest(target: "/live"))
    _ = await endpoints.respond(to: try EndpointRequest(target: "/version", peer: .unix))
    withExtendedLifetime(watch) {}
  case 3:
    // Ended with the host's end inside, whose time is far from over, and by a cancelled task.
    var config = MetricsConfig(bindAddress: "127.0.0.1:0")
    config.enabled = number % 2 == 0
    let server = try await metrics.startHTTPServer(config)
    let running = Task { try await server.run(gracePeriod: .seconds(600)) { await Task.yield() } }
    running.cancel()
    try await running.value
  default: break
  }
  held.end()
}

/// Resident memory, in KiB; 0 where there is no `/proc`.
func residentMemory() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var text = [CChar](repeating: 0, count: 200)
  guard fgets(&text, Int32(text.count), file) != nil else { return 0 }
  let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
    separator: " ")
  return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
}

let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1000
var before = 0
for number in 0..<rounds {
  try await round(number)
  if number == rounds / 10 { before = residentMemory() }
}
let after = residentMemory()
print("\(rounds) rounds, resident \(before) KiB after a tenth of them, \(after) KiB at the end")
