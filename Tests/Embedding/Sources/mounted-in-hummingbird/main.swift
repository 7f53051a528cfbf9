// Do the endpoints answer in a Hummingbird application, beside its own routes?

import Foundation
import Hummingbird
import MailObservability

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

// MARK: - An application beside Hummingbird's own types

let metrics = try MetricsCollector(version: "1.0")
metrics.smtp.connections.increment()
let responder = ObservabilityResponder<Context>(endpoints: try metrics.endpoints())

let router = Router(context: Context.self)
router.get("/hello") { _, _ in "hello" }
for path in ["/metrics", "/live", "/ready", "/ready/{check}", "/health"] {
  router.get(RouterPath(path)) { try await responder.respond(to: $0, context: $1) }
}

let (ports, port) = AsyncStream.makeStream(of: Int.self)
let application = Application(
  router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
  onServerRunning: { port.yield($0.localAddress?.port ?? 0) })
let running = Task { try await application.runService(gracefulShutdownSignals: []) }
guard let number = await ports.first(where: { _ in true }) else {
  fatalError("the application did not start")
}

func get(_ path: String) async throws -> (status: Int, text: String) {
  guard let url = URL(string: "http://127.0.0.1:\(number)\(path)") else { return (0, "") }
  let (data, response) = try await URLSession.shared.data(from: url)
  return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
}

let scrape = try await get("/metrics")
var wrong: [String] = []
if scrape.status != 200 || !scrape.text.contains("\nrusmes_smtp_connections_total 1\n") {
  wrong.append("/metrics")
}
if try await get("/live").status != 200 { wrong.append("/live") }
if try await get("/ready").status != 200 { wrong.append("/ready") }
if try await get("/ready/nothing").status != 404 { wrong.append("/ready/nothing") }
if try await get("/hello").text != "hello" { wrong.append("/hello") }
running.cancel()
_ = await running.result
print(wrong.isEmpty ? "everything is there" : "wrong: \(wrong)")
if !wrong.isEmpty { exit(1) }
