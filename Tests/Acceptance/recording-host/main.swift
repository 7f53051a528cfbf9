// What does a host look like that has any namespace and any groups, and records into everything that it exports?
//
//     recording-host NAMESPACE GROUP,…
//
// Serves its metrics on a free port, which it prints, and records until its standard input ends.

import MailObservability
import MetricInstruments
import ObservabilityPlatform
import Synchronization

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 2 else { preconditionFailure("usage: recording-host NAMESPACE GROUP,…") }
let groups =
  arguments[1] == "all"
  ? Set.all : Set(arguments[1].split(separator: ",").compactMap { MetricGroup(rawValue: String($0)) })
let metrics = try MetricsCollector(
  namespace: arguments[0], groups: groups, version: "1.0.0", revision: "a1b2c3")
// Nobody listens there: exports are made, and fail.
var tracing = TracingConfig(serviceName: "recording-host")
tracing.endpoint = "http://127.0.0.1:9"
tracing.batchDelay = .milliseconds(500)
tracing.exportTimeout = .milliseconds(500)
try metrics.startTracing(tracing)

/// Gives each family with values that are named at run time some of them.
func name(_ mirror: Mirror, depth: Int = 0) {
  guard depth < 4 else { return }
  let values = ["one.example", "two.example"]
  for child in mirror.children {
    switch child.value {
    case let family as BoundedFamily<Counter, String>:
      for value in ["250", "354", "451", "550"] + values { family[value].increment() }
    case let family as BoundedFamily<Gauge, String>: for value in values { family[value].set(1) }
    case let family as BoundedFamily<Histogram, String>: for value in values { family[value].observe(0.02) }
    default: name(Mirror(reflecting: child.value), depth: depth + 1)
    }
  }
}
name(Mirror(reflecting: metrics))
try metrics.health.add(.diskSpace(path: "/"))
let state = Atomic<Int>(0)
try metrics.health.add(
  HealthCheck("host", period: .seconds(1)) {
    state.add(1, ordering: .relaxed).newValue / 5 % 4 == 3 ? .warn("it is the fourth time") : .pass
  })
metrics.tls.certificateNotAfter["mail.example"].set(epochSeconds() + 30 * 86_400)

let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
guard let address = server.boundAddress else { preconditionFailure("no address") }
print("listening \(address)")
fflush(nil)

/// Something into every instrument there is, as a busy server would.
@Sendable func record(turn: Int) {
  for family in metrics.registry.families {
    // What the library records itself.
    if family.descriptor.name.contains("observability_last") || family.descriptor.name.contains("_series") {
      continue
    }
    if family.descriptor.name.hasSuffix("not_after_timestamp_seconds") { continue }
    var index = 0
    switch family.read() {
    case .counters(let series):
      series.forEach {
        $0.increment(by: 1 + (turn + index) % 3)
        index += 1
      }
    case .gauges(let series):
      let isLimit = family.descriptor.name.hasSuffix("connections_limit")
      series.forEach {
        $0.set(isLimit ? 100 : Double(1 + (turn + 7 * index) % 40))
        index += 1
      }
    case .histograms(let series):
      let bounds = Array(family.descriptor.bounds.values)
      series.forEach {
        $0.observe(bounds[min(bounds.count - 1, bounds.count / 3 + (turn * 7 + index) % 4)])
        index += 1
      }
    case .variables, .info, .stateSet: break
    }
  }
  for command in [IMAPCommand.fetch, .select, .search, .idle] {
    metrics.imap.commandDuration[command].observe(0.004)
  }
  for command in [SMTPCommand.mail, .rcpt, .data] { metrics.smtp.commandDuration[command].observe(0.003) }
  metrics.storage.operationDuration[.read].observe(0.0002)
  metrics.delivery.attemptDuration[.remote].observe(0.8)
  metrics.top.senderDomains.record("one.example")
  metrics.top.recipientDomains.record("two.example")
  metrics.tracing.startSMTPTransaction().end()
  // Out of service for two seconds twice a minute: boards show the worst of several seconds, and it is to be in service too.
  metrics.health.setMaintenance(turn / 10 % 30 == 2 ? "the host is being tried" : nil)
  metrics.health.setDraining(turn / 10 % 30 == 4)
}

@Sendable func epochSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Double(now.tv_sec)
}

let hasEnded = Atomic<Bool>(false)
let recorder = try SystemThread.start(name: "recorder") {
  var turn = 0
  while !hasEnded.load(ordering: .relaxed) {
    record(turn: turn)
    turn &+= 1
    usleep(200_000)
  }
}
await withCheckedContinuation { continuation in
  let waiting = try? SystemThread.start(name: "input") {
    var byte: UInt8 = 0
    while read(0, &byte, 1) > 0 {}
    continuation.resume()
  }
  waiting?.detach()
}
hasEnded.store(true, ordering: .relaxed)
recorder.join()
await server.shutdown(gracePeriod: .zero)
