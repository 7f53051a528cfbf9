// Do the blocks of the article on exporting from anything compile? One function a block.

import MailObservability

/// What an article's reader has of his own.
enum Volume {
  static func usage(of path: String) throws -> Double { 0.5 }
}

enum Appliance {
  static func ask(_ target: String, within limit: Duration) async throws -> [CollectedFamily] { [] }
}

struct SpoolFacts: Sendable {
  var files: [String: Int]
  var readAt: Double
}

/// The facts of somebody else's spool, by queue.
struct SpoolCollector: Collector {
  let name = "spool"
  let familyNames: Set<String> = ["spool_files"]
  let facts: @Sendable () async throws -> SpoolFacts

  func collect() async -> [CollectedFamily] {
    do {
      let facts = try await facts()
      let samples = facts.files.map { queue, count in
        CollectedSample(Double(count), ["queue": queue], timestamp: facts.readAt)
      }
      return [CollectedFamily("spool_files", .gauge, help: "Files by queue.", samples: samples)]
    } catch {
      return [.failed("spool_files", error)]
    }
  }
}

func anExporter(facts: @escaping @Sendable () async throws -> SpoolFacts) async throws {
  let exporter = try MetricsCollector(namespace: "exporter", groups: [])
  try exporter.registry.add(SpoolCollector(facts: facts))
  let server = try await exporter.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:9137"))
  try await server.run(untilSignals: [15, 2])
}

func whatMayBlock() async throws {
  let calls = BlockingCalls(limit: 8)
  let usage = try await calls.run("/srv", within: .seconds(2)) { try Volume.usage(of: "/srv") }
  print(usage)
}

func manyTargets(config: MetricsConfig) -> MetricsConfig {
  var config = config
  config.path = "/exporter"
  config.routes = [
    .metrics("/metrics", atMost: 64) { request in
      guard let target = request.query["target"] else { throw EndpointRefusal(400, "missing target") }
      return try await Appliance.ask(target, within: request.scrapeTimeout ?? .seconds(5))
    }
  ]
  return config
}

func manyTargetsElsewhere(config: MetricsConfig) -> MetricsConfig {
  var config = config
  config.routes = [
    .metrics("/appliance", atMost: 64) { request in
      guard let target = request.query["target"] else { throw EndpointRefusal(400, "missing target") }
      return try await Appliance.ask(target, within: request.scrapeTimeout ?? .seconds(5))
    }
  ]
  return config
}

func severalRegistries(config: MetricsConfig) throws -> MetricsConfig {
  var config = config
  let tenants = ["berlin": try Registry(), "lisbon": try Registry()]
  config.routes = tenants.map { name, registry in .metrics("/metrics/\(name)", of: registry) }
  return config
}

func aRefusal(request: EndpointRequest) throws -> String {
  guard let target = request.query["target"] else { throw EndpointRefusal(400, "missing target") }
  return target
}
