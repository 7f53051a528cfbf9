// Do health checks appear in a scrape?

import MailObservability
import MetricInstruments
import Synchronization
import TestSupport
import Testing

/// How often a check ran.
private final class Runs: Sendable {
  private let value = Atomic<Int>(0)
  var count: Int { value.load(ordering: .relaxed) }
  func add() { value.add(1, ordering: .relaxed) }
}

@Suite("Health in logs and metrics", .timeLimit(.minutes(30)))
struct HealthMetricsTests {
  struct Broken: Error, CustomStringConvertible {
    let description = "the spindle is stuck"
  }

  private func get(_ path: String, _ server: ObservabilityServer) async throws -> Reply {
    let address = try #require(server.boundAddress)
    return try #require(await onThread { HTTPClient.get(path, at: address) })
  }

  @Test("A failure is logged with its reason, once, also by the second server of a collector")
  func logged() async throws {
    let metrics = try MetricsCollector(health: .timeless())
    // One run for each server: none of its periods ends.
    for _ in 0..<2 {
      try metrics.health.add(
        HealthCheck("storage") { throw Broken() })
      let log = LogRecorder()
      var config = MetricsConfig.patient
      config.log = log.record
      let server = try await metrics.startHTTPServer(config)
      let expected = "health check storage failed: the spindle is stuck"
      #expect(await eventually { log.messages.contains { $0.text == expected && $0.level == .warning } })
      await server.shutdown()
      #expect(log.messages.filter { $0.text == expected }.count == 1)
      metrics.health.remove("storage")
    }
  }

  @Test("A scrape reads stored results and runs no check")
  func scrapeRunsNothing() async throws {
    let metrics = try MetricsCollector(health: .timeless())
    let runs = Runs()
    try metrics.health.add(
      HealthCheck("storage", mode: .onDemand) {
        runs.add()
        return .warn("slow")
      })
    let server = try await metrics.startHTTPServer(.patient)
    let before = try await get("/metrics", server).body
    #expect(runs.count == 0)
    // What nobody has asked about yet has no state, which is not the same as a failure.
    #expect(!before.contains("rusmes_health_check_status{check=\"storage\"}"))
    #expect(before.contains("\nrusmes_health_check_transitions_total{check=\"storage\",to=\"warn\"} 0\n"))

    #expect(try await get("/ready", server).status == 200)
    #expect(runs.count == 1)
    for _ in 0..<3 {
      let body = try await get("/metrics", server).body
      #expect(body.contains("\nrusmes_health_check_status{check=\"storage\"} 0.5\n"))
      #expect(body.contains("\nrusmes_health_check_duration_seconds{check=\"storage\"} "))
      #expect(body.contains("\nrusmes_health_check_transitions_total{check=\"storage\",to=\"warn\"} 1\n"))
      #expect(body.contains("\nrusmes_probe_requests_total{probe=\"ready\",result=\"pass\"} 1\n"))
    }
    #expect(runs.count == 1)
    #expect(metrics.health.statistics.runsStarted == 1)
    await server.shutdown()
  }

  @Test("A disk check feeds the gauges of its file system, once for each path")
  func filesystems() async throws {
    let metrics = try MetricsCollector(health: .timeless())
    let settings = HealthCheck.Settings(mode: .onDemand)
    try metrics.health.add(.diskSpace("disk", path: "/", settings: settings))
    try metrics.health.add(.diskSpace("disk_again", path: "/", settings: settings))
    let server = try await metrics.startHTTPServer(.patient)
    #expect(try await !get("/metrics", server).body.contains("rusmes_filesystem_"))
    _ = try await get("/ready", server)
    let body = try await get("/metrics", server).body
    let lines = body.split(separator: "\n").filter { $0.hasPrefix("rusmes_filesystem_") }
    func value(_ name: String) throws -> Double {
      let matching = lines.filter { $0.hasPrefix("rusmes_filesystem_\(name){path=\"/\"} ") }
      #expect(matching.count == 1, "\(name)")
      return try #require(matching.first?.split(separator: " ").last.flatMap { Double($0) })
    }
    let size = try value("size_bytes")
    let available = try value("avail_bytes")
    #expect(size > 0)
    #expect(available >= 0)
    #expect(available <= size)
    // Some file systems do not count files.
    #expect(lines.count == 3 || lines.count == 2)
    await server.shutdown()
  }
}
