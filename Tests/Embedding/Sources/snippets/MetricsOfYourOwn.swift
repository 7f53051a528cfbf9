// Do the blocks of the article on metrics of one's own compile? One function a block.

import MailObservability

func aCounterAndAGauge(metrics: MetricsCollector) throws {
  let greylisted = try metrics.registry.register(
    .counter("greylisted_total", help: "Recipients put off by greylisting."))
  let spoolFiles = try metrics.registry.register(
    .gauge("spool_files", help: "Files in the spool directory."))

  greylisted.increment()
  spoolFiles.set(17)
}

func aHistogram(metrics: MetricsCollector) throws {
  let lookup = try metrics.registry.register(
    .histogram(
      "list_lookup_duration_seconds", help: "Duration of look-ups in block lists.", unit: "seconds",
      buckets: [0.001, 0.01, 0.1, 1]))

  let timer = lookup.startTimer()
  // ... ask the list ...
  timer.observe()
}

func aClosedFamily(metrics: MetricsCollector) throws {
  let verdicts = try metrics.registry.register(
    .counter("scanner_verdicts_total", help: "Messages scanned, by verdict."), by: ("verdict", Verdict.self))

  verdicts[.spam].increment()
}

func aBoundedFamily(metrics: MetricsCollector) throws {
  let hits = try metrics.registry.register(
    .counter("list_hits_total", help: "Hits of block lists, by list."), byBounded: "list", limit: 20)

  hits["zen.example"].increment()
}

struct MailboxQuota: Collector {
  let name = "mailbox_quota"

  func collect() async throws -> [CollectedFamily] {
    let left = try await Quota.ask()
    return [CollectedFamily("mx_mailboxes_left", .gauge, help: "Mailboxes left.", value: Double(left))]
  }
}

func aCollector(metrics: MetricsCollector) throws {
  try metrics.registry.add(MailboxQuota())
}

enum Quota {
  static func ask() async throws -> Int { 7 }
}

func aGaugeThatIsRead(metrics: MetricsCollector, pool: ConnectionPool) throws {
  try metrics.registry.gauge("pool_connections", help: "Connections of the pool.") {
    Double(await pool.count)
  }
}

actor ConnectionPool {
  var count: Int { 3 }
}

func oneValue(metrics: MetricsCollector) async -> [Double?] {
  let mails = await metrics.registry.value("mx_smtp_commands_total", ["command": "mail"])
  let quick = await metrics.registry.value("mx_list_lookup_seconds_bucket", ["le": "0.1"])
  return [mails, quick]
}

func aClosedLabelBesideABoundedOne(metrics: MetricsCollector) throws {
  let scans = try metrics.registry.register(
    .counter("scans_total", help: "Scans, by verdict and engine."), by: ("verdict", Verdict.self),
    byBounded: "engine", limit: 20)

  scans[.clean, "clamav"].increment()
}

func labelsNamedAtRunTime(metrics: MetricsCollector) throws {
  let hits = try metrics.registry.registerSparse(.counter("http_hits_total", help: "Hits."))

  hits[["route": "/", "status": "200"]].increment()
  hits.series([("route", "/")]).increment()
}

func bucketsOfTheCatalogue() throws -> MetricsCollector {
  var buckets = CatalogueBuckets()
  buckets.imapCommand = .exponential(start: 0.0001, factor: 2, count: 16)
  let metrics = try MetricsCollector(buckets: buckets)
  return metrics
}

func furtherFacts(metrics: MetricsCollector) throws -> InfoMetric {
  let deployment = try metrics.registry.info(
    "deployment_info", help: "Where this server runs.", ["site": "berlin", "tier": "edge"])
  return deployment
}

func inThreeLines(metrics: MetricsCollector) throws {
  let greylisted = try metrics.registry.register(
    .counter("greylisted_total", help: "Recipients put off by greylisting."))
  greylisted.increment()
}
