// What does it cost a process to export spans, and how soon does it end? `exporting-process URL SECONDS [RATE]`
// Everything else is set by the variables of OpenTelemetry.

import MailObservability
import ObservabilityPlatform

let arguments = CommandLine.arguments
guard arguments.count >= 3, let seconds = Int(arguments[2]), seconds > 0 else {
  print("usage: exporting-process URL|none SECONDS [SPANS_PER_SECOND]")
  exit(EX_USAGE)
}
let rate = arguments.count > 3 ? Int(arguments[3]) ?? 5000 : 5000

let metrics = try MetricsCollector()
var tracing = try TracingConfig(environment: nil, serviceName: "exporting-process")
if arguments[1] == "none" { tracing.exporter = .none } else { tracing.endpoint = arguments[1] }
try metrics.startTracing(tracing)

func usage() -> (seconds: Double, kibibytes: Int) {
  var usage = rusage()
  // RUSAGE_SELF, which is a type of its own on Linux.
  getrusage(0, &usage)
  func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
  return (seconds(usage.ru_utime) + seconds(usage.ru_stime), Int(usage.ru_maxrss))
}

// A hundredth of a second's spans at a time, by the clock, so that a pause is caught up with.
let clock = ContinuousClock()
let began = clock.now
var early = (seconds: 0.0, kibibytes: 0)
for turn in 0..<(seconds * 100) {
  for _ in 0..<(rate / 100) {
    let span = metrics.tracing.startSpan(.smtp(.data, user: "bob@example.org"), parent: .none)
    span["mail.size"] = turn
    span["smtp.response.status_code"] = 250
    span.end()
  }
  if turn == seconds * 25 { early = usage() }
  try? await clock.sleep(until: began + .milliseconds(10 * (turn + 1)))
}
let end = usage()
let shutdown = await clock.measure { await metrics.tracing.shutdown(within: .seconds(2)) }
var counts: [String] = []
for outcome in ["exported", "rejected", "dropped_queue", "dropped_export", "dropped_shutdown", "ended"] {
  let count = await metrics.registry.value("rusmes_observability_spans_total", ["outcome": outcome]) ?? 0
  counts.append("\"\(outcome)\": \(Int(count))")
}
print(
  "{\"cpu_seconds\": \(end.seconds), \"kibibytes_early\": \(early.kibibytes), "
    + "\"kibibytes\": \(end.kibibytes), "
    + "\"shutdown_seconds\": \(shutdown / .seconds(1)), " + counts.joined(separator: ", ") + "}")
