// When does a check of the queue warn or fail?

import TestSupport
import MailObservability
import Testing

@Suite("The queue checks")
struct QueueCheckTests {
  private func state(of check: HealthCheck, _ metrics: MetricsCollector) async throws -> HealthCheckReport {
    try metrics.health.add(check)
    defer { metrics.health.remove(check.name) }
    // In the background an immediate check is asked when it is added.
    metrics.health.start()
    defer { metrics.health.stop() }
    return try #require(metrics.health.report().checks.first)
  }

  @Test(
    "judge the queue by the collector's own gauges",
    arguments: [
      (0, HealthState.pass), (-3, .pass), (10, .pass), (11, .warn), (100, .warn), (101, .fail),
      (Int.max, .fail),
    ])
  func limits(value: Int, expected: HealthState) async throws {
    let metrics = try MetricsCollector()
    metrics.queue.size.set(value)
    let depth = try await state(of: metrics.queueDepthCheck(warnAbove: 10, failAbove: 100), metrics)
    #expect(depth.state == expected)
    metrics.queue.oldestMessageAge.set(value)
    let age = try await state(
      of: metrics.queueAgeCheck(warnAbove: .seconds(10), failAbove: .seconds(100)), metrics)
    #expect(age.state == expected)
    if value == 101 {
      #expect(depth.reason == "101 messages in the queue")
      #expect(age.reason == "the oldest message has been in the queue for 101 s")
    }
  }

  @Test("pass when the host records nothing, even without the group of the queue")
  func nothingRecorded() async throws {
    let metrics = try MetricsCollector(groups: [.smtp])
    #expect(try await state(of: metrics.queueDepthCheck(warnAbove: 0, failAbove: 0), metrics).state == .pass)
    #expect(
      try await state(of: metrics.queueAgeCheck(warnAbove: .zero, failAbove: .zero), metrics).state == .pass)
  }

  @Test("degrade the server and leave it in service, unless it is set otherwise")
  func impact() async throws {
    let metrics = try MetricsCollector()
    metrics.queue.size.set(1000)
    try metrics.health.add(metrics.queueDepthCheck(warnAbove: 10, failAbove: 100))
    var config = MetricsConfig.patient
    config.executorThreshold = nil
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let replies = await onThread { ["/ready", "/health"].map { HTTPClient.get($0, at: address) } }
    #expect(replies[0]?.status == 200)
    #expect(replies[1]?.status == 200)
    #expect(replies[1]?.body == #"{"status":"degraded","checks":{"queue_depth":"unhealthy"}}"#)

    // The gauge as it is now, not as it was at the last period.
    metrics.queue.size.set(10)
    #expect(
      await onThread { HTTPClient.get("/health", at: address) }?.body.contains("healthy\",\"checks\"") == true
    )

    metrics.queue.size.set(1000)
    metrics.health.remove("queue_depth")
    try metrics.health.add(metrics.queueDepthCheck(warnAbove: 10, failAbove: 100, settings: .init()))
    #expect(await onThread { HTTPClient.get("/ready", at: address) }?.status == 503)
    await server.shutdown()
  }

  @Test("refuse limits that make no sense", arguments: [(-1, 5), (6, 5)])
  func badLimits(warn: Int, fail: Int) throws {
    let metrics = try MetricsCollector()
    let depth = #expect(throws: HealthError.self) {
      _ = try metrics.queueDepthCheck(warnAbove: warn, failAbove: fail)
    }
    #expect(depth?.code == .invalidSetting)
    #expect(depth?.check == "queue_depth")
    #expect(throws: HealthError.self) {
      _ = try metrics.queueAgeCheck(warnAbove: .seconds(warn), failAbove: .seconds(fail))
    }
  }
}
