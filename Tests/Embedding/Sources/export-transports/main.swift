// Does every span arrive, by gRPC or over TLS, and is nothing left then? `export-transports SPANS`
// Where spans go is said by the variables of OpenTelemetry.

import Foundation
import MailObservabilityOTLPGRPC
import MailObservabilityOTLPTLS

func entries(_ folder: String) -> [String] {
  (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(folder)")) ?? []
}

/// How many descriptors and threads there are. Those of Dispatch, of which the cooperative pool is a part, are left out:
/// they come and go with the load of the whole process, a few at most.
func whatIsOpen() -> (descriptors: Int, threads: Int) {
  let threads = entries("task").filter { id in
    let name = try? String(contentsOfFile: "/proc/self/task/\(id)/comm", encoding: .utf8)
    return name.map { !$0.contains("-qos") } ?? false
  }
  return (entries("fd").count, threads.count)
}

let spans = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1000
var outcomes: [String] = []
let clock = ContinuousClock()
var shutdown = Duration.zero
// What the process begins with the first round stays.
var before = (descriptors: 0, threads: 0)
for round in 0..<2 {
  let metrics = try MetricsCollector()
  let tracing = try TracingConfig(environment: nil, serviceName: "mx1", transports: [.grpc, .tls])
  if round == 1 { before = whatIsOpen() }
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
// What waits for a connection that is just being made ends when that is decided.
let patience = clock.now + .seconds(10)
var after = whatIsOpen()
while after.threads > before.threads || after.descriptors > before.descriptors, clock.now < patience {
  try await Task.sleep(for: .milliseconds(20))
  after = whatIsOpen()
}
print(
  "{\"shutdown_seconds\": \(shutdown / .seconds(1)), \"more_descriptors\": \(after.descriptors - before.descriptors), "
    + "\"more_threads\": \(after.threads - before.threads), " + outcomes.joined(separator: ", ") + "}")
