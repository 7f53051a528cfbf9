// Does every span arrive, by gRPC or over TLS, and is nothing left then? `export-transports SPANS`
// Where spans go is said by the variables of OpenTelemetry.

import Foundation
import MailObservabilityOTLPGRPC
import MailObservabilityOTLPTLS

/// The entries of a folder of `/proc`.
func count(_ folder: String) -> Int {
  (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(folder)").count) ?? 0
}

let spans = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1000
var outcomes: [String] = []
let clock = ContinuousClock()
var shutdown = Duration.zero
// What Dispatch and the cooperative pool begin with the first round stays with the process.
var before = (descriptors: 0, threads: 0)
for round in 0..<2 {
  let metrics = try MetricsCollector()
  let tracing = try TracingConfig(environment: nil, serviceName: "mx1", transports: [.grpc, .tls])
  if round == 1 { before = (count("fd"), count("task")) }
  try metrics.startTracing(tracing)
  for number in 0..<spans {
    let span = metrics.tracing.startSpan(.smtp(.data, user: "bob@example.org"), parent: .none)
    span["mail.size"] = number
    span.end()
    if number % 100 == 99 { try await Task.sleep(for: .milliseconds(5)) }
  }
  shutdown = await clock.measure { await metrics.tracing.shutdown(within: .seconds(2)) }
  guard round == 1 else { continue }
  for outcome in ["exported", "rejected", "dropped_queue", "dropped_export", "dropped_shutdown"] {
    let value = await metrics.registry.value("rusmes_observability_spans_total", ["outcome": outcome]) ?? 0
    outcomes.append("\"\(outcome)\": \(Int(value))")
  }
}
// Threads of Dispatch end by themselves, when there was nothing for them to do for five seconds.
let isOver = clock.now + .seconds(15)
while count("task") > before.threads || count("fd") > before.descriptors, clock.now < isOver {
  try await Task.sleep(for: .milliseconds(20))
}
let (descriptors, threads) = (count("fd"), count("task"))
print(
  "{\"shutdown_seconds\": \(shutdown / .seconds(1)), \"more_descriptors\": \(descriptors - before.descriptors), "
    + "\"more_threads\": \(threads - before.threads), " + outcomes.joined(separator: ", ") + "}")
