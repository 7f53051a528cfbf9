// Does each piece that a host puts together by itself do what the documentation says?

import MailObservability
import Synchronization

/// What a queue of a host's own has to say.
actor Spool {
  var depth: Int { 42 }
}

/// Nanoseconds that the host moves by hand.
final class HandClock: Sendable {
  private let now = Atomic<UInt64>(0)
  var clock: MonotonicClock { MonotonicClock { self.now.load(ordering: .relaxed) } }
  func advance(by seconds: UInt64) { now.add(seconds * 1_000_000_000, ordering: .relaxed) }
}

/// Uses each piece once; returns what was not as it should be.
func piecesOfYourOwn() async throws -> [String] {
  var wrong: [String] = []
  func check(_ isRight: Bool, _ what: String) { if !isRight { wrong.append(what) } }

  let hand = HandClock()
  var buckets = CatalogueBuckets()
  buckets.smtpCommand = .linear(start: 0.5, width: 0.5, count: 4)
  let metrics = try MetricsCollector(
    namespace: "mx", constantLabels: ["site": "berlin"], buckets: buckets, clock: hand.clock)
  let registry = metrics.registry

  // A depth that is read at each scrape.
  let spool = Spool()
  try registry.gauge("spool_depth", help: "Files in the spool.") { Double(await spool.depth) }
  check(await registry.value("mx_spool_depth") == 42, "a gauge that is read")
  try registry.counter("spool_reads_total", help: "Reads, by disk.", labels: ["disk"]) {
    [CollectedSample(3, ["disk": "sda"])]
  }
  check(await registry.value("mx_spool_reads_total", ["disk": "sda"]) == 3, "a counter that is read")

  // A timer whose outcome is known at its end.
  let scans = try registry.register(
    .histogram(
      "scan_seconds", help: "", unit: "seconds", buckets: BucketBounds([.milliseconds(1), .seconds(5)])),
    by: ("outcome", Outcome.self))
  let timer = registry.startTimer()
  hand.advance(by: 2)
  timer.observe(into: scans[.kept])
  check(
    scans[.kept].snapshot == HistogramSnapshot(bounds: [0.001, 5], counts: [0, 1, 0], sum: 2),
    "a timer whose series is chosen at its end")

  // Buckets of the catalogue.
  metrics.smtp.commandDuration[.mail].observe(0.7)
  check(
    await registry.value("mx_smtp_command_duration_seconds_bucket", ["command": "mail", "le": "1.0"]) == 1,
    "buckets of the catalogue")

  // Labels that are named at run time, and a closed one beside a bounded one.
  let hits = try registry.registerSparse(.counter("http_hits_total", help: ""))
  let route = hits[["route": "/"]]
  hits[["route": "/", "status": "200"]].increment(by: 2)
  check(await registry.value("mx_http_hits_total", ["status": "200", "route": "/"]) == 2, "sparse labels")
  check(hits.remove(route) && hits.existing(["route": "/"]) == nil, "removal by the instrument")
  let attempts = try registry.register(
    .counter("attempts_total", help: ""), by: ("outcome", Outcome.self), byBounded: "domain")
  attempts[.dropped, "example.com"].increment()
  check(
    await registry.value("mx_attempts_total", ["outcome": "dropped", "domain": "example.com"]) == 1,
    "a closed label beside a bounded one")

  // Mistakes say what they are, and a namespace is put before a name once.
  do {
    _ = try registry.register(.counter("mx_http_hits_total", help: "Hits."))
  } catch {
    check(error.message.contains("the help \"\", and now with \"Hits.\""), "a conflict: \(error.message)")
  }

  // What no label can say, and why deliveries fail.
  metrics.top.senderDomains.record("Example.com")
  check(metrics.top.senderDomains.top(1).first?.count == 1, "a list of the most frequent")
  check(
    await registry.value("mx_top_sender_domain_messages", ["domain": "example.com"]) == 1, "its export")
  metrics.delivery.failures[DeliveryFailure(replyCode: 451) ?? .other].increment()
  let text = await registry.text(.openMetrics)
  check(text.contains("mx_delivery_failures_total{reason=\"reply_4xx\",site=\"berlin\"} 1\n"), "the text")
  return wrong
}
