// Does everything that an embedder can reach do what the documentation says? Each feature once, then one scrape.

import MailObservability

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

enum Outcome: String, ClosedLabel { case kept, dropped }

// MARK: - The catalogue

let metrics = try MetricsCollector(
  namespace: "mx", groups: [.smtp, .connections, .mail, .queue], version: "1.0")
metrics.smtp.connections.increment()
metrics.smtp.commands[.mail].increment()
let connection = metrics.connections.open(.smtp)
metrics.startMessageProcessingTimer().observe()

// MARK: - Metrics of one's own

let greylisted = try metrics.registry.register(
  .counter("greylisted_total", help: "Recipients put off by greylisting, by outcome."),
  by: ("outcome", Outcome.self))
greylisted[.kept].increment(by: 2)
let lists = try metrics.registry.register(
  .counter("list_hits_total", help: "Hits of block lists, by list."), byBounded: "list", limit: 20)
lists["zen.example"].increment(exemplar: ["trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"])
let lookup = try metrics.registry.register(
  .histogram("list_lookup_seconds", help: "Duration of look-ups.", unit: "seconds", buckets: [0.001, 0.1]))
lookup.observe(.milliseconds(3))

struct Licences: Collector {
  let name = "licences"

  func collect() async -> [CollectedFamily] {
    [CollectedFamily("mx_licences_left", .gauge, help: "Mailboxes that may still be created.", value: 7)]
  }
}
try metrics.registry.add(Licences())

// MARK: - Published variables, checks, maintenance

try metrics.variables.integer("mail/queue/putCount", "envelopes put in the queue").add(1)
try metrics.health.add(HealthCheck("storage") { .pass })
try metrics.health.add(metrics.queueDepthCheck(warnAbove: 10, failAbove: 100))
metrics.health.setMaintenance("kernel update")

// MARK: - Mounting: a request value in, a response value out

let endpoints = try metrics.endpoints()

func get(_ target: String, accept: String = "*/*") async throws -> (status: Int, text: String) {
  let request = try EndpointRequest(target: target, headers: ["Accept": accept], peer: .unix)
  let response = await endpoints.respond(to: request)
  var bytes: [UInt8] = []
  switch response.body {
  case .bytes(let all): bytes = all
  case .stream(let stream):
    while let part = try await stream.next() { bytes += part }
    stream.finished?()
  }
  return (response.status, String(decoding: bytes, as: UTF8.self))
}

let scrape = try await get("/metrics", accept: "application/openmetrics-text")
var missing = [
  "mx_smtp_connections_total 1", "mx_smtp_commands_total{command=\"mail\"} 1",
  "mx_active_connections{protocol=\"smtp\"} 1", "mx_message_processing_latency_seconds_count 1",
  "mx_greylisted_total{outcome=\"kept\"} 2",
  "mx_list_hits_total{list=\"zen.example\"} 1 # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} 1",
  "mx_list_lookup_seconds_bucket{le=\"0.1\"} 1", "mx_licences_left 7", "mail_queue_putCount 1",
].filter { !"\n\(scrape.text)".contains("\n\($0)") }
if try await get("/ready").status != 503 { missing.append("/ready in maintenance") }
metrics.health.setMaintenance(nil)
if try await get("/ready").status != 200 { missing.append("/ready after maintenance") }
if try await get("/live").status != 200 { missing.append("/live") }
connection.end()

missing += try await piecesOfYourOwn()

// MARK: - A server of its own, until a signal

let (hostEnds, hostEnd) = AsyncStream.makeStream(of: Bool.self)
let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
let running = Task {
  try await server.run(untilSignals: [SIGTERM], delay: .milliseconds(1)) {
    let isDraining = metrics.health.report().isDraining
    hostEnd.yield(isDraining)
  }
}
while !isWatched(SIGTERM) { await Task.yield() }
kill(getpid(), SIGTERM)
try await running.value
if await hostEnds.first(where: { _ in true }) != true { missing.append("unready before the host's end") }
print(missing.isEmpty ? "everything is there" : "missing: \(missing)")
if !missing.isEmpty { exit(1) }
