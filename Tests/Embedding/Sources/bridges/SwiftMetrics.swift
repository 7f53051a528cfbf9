// How does a host hand the metrics of its libraries to a registry? What the articles on swift-metrics say, compiled.

import CoreMetrics
import MailObservabilitySwiftMetrics
import Metrics

func installed(_ metrics: MetricsCollector, _ config: MetricsConfig) async throws {
  var configuration = RegistryMetricsFactory.Configuration()
  configuration.buckets["http.server.request.duration"] = BucketBounds([.milliseconds(5), .seconds(1)])
  configuration.log = config.log
  let factory = try RegistryMetricsFactory(metrics.registry, configuration)
  MetricsSystem.bootstrap(factory)
}

func installedForATask(_ factory: RegistryMetricsFactory, serve: () async throws -> Void) async throws {
  try await withMetricsFactory(factory) { try await serve() }
}

func mapped(_ factory: RegistryMetricsFactory) {
  let named = factory.withLabelAndDimensionsMapping { label, dimensions in
    ("library." + label, dimensions.filter { $0.0 != "peer" })
  }
  MetricsSystem.bootstrap(named)
}

func besideAnother(_ factory: RegistryMetricsFactory, _ other: any MetricsFactory) {
  MetricsSystem.bootstrap(MultiplexMetricsHandler(factories: [factory, other]))
}

/// Each line is named in the tables of the articles on migrating.
func fromABackend(_ metrics: MetricsCollector) async throws {
  let factory = try RegistryMetricsFactory(metrics.registry)
  MetricsSystem.bootstrap(factory)
  withMetricsFactory(factory) {}
  var configuration = RegistryMetricsFactory.Configuration()
  configuration.buckets = ["reply.size": [64, 1_024, 65_536]]
  configuration.timerBuckets = BucketBounds([.milliseconds(5), .seconds(1)])
  configuration.recorderBuckets = [1, 10, 100]
  configuration.labelLimit = 2_000
  configuration.seriesLimit = 1_000

  let registry = metrics.registry
  let hits = try registry.register(.counter("hits_total", help: "Hits."))
  hits.increment()
  hits.increment(by: 2)
  hits.increment(by: 0.5)
  let open = try registry.register(.gauge("connections", help: "Open connections."))
  open.set(7)
  open.increment()
  open.decrement()
  let tracked = open.track()
  tracked.end()
  let sizes = try registry.register(
    .histogram("reply_size_bytes", help: "Replies.", unit: "bytes", buckets: [64, 1_024, 65_536]))
  sizes.observe(512)
  let lookups = try registry.register(
    .histogram("lookup_duration_seconds", help: "Look-ups.", unit: "seconds", buckets: .shortLatency))
  lookups.observe(.milliseconds(3))
  lookups.measure {}
  let replies = try registry.registerSparse(.counter("replies_total", help: "Replies."))
  replies.series([("code", "250")]).increment()
  replies.remove(replies[["code": "250"]])
  _ = await registry.value("hits_total")
}
