// Does liveness notice that the executor is stuck, and only that?

import TestSupport
import MailObservability
import Testing

@Suite("The executor check", .timeLimit(.minutes(30)))
struct ExecutorCheckTests {
  private func body(of path: String, _ server: ObservabilityServer) async throws -> String {
    let address = try #require(server.boundAddress)
    return try #require(await onThread { HTTPClient.get(path, at: address) }).body
  }

  private let config = MetricsConfig.patient

  @Test("belongs to liveness and to the health page, and not to readiness")
  func probes() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(config)
    #expect(try await body(of: "/health", server) == #"{"status":"healthy","checks":{"executor":"healthy"}}"#)
    #expect(try await body(of: "/live?verbose", server) == "[+]executor ok\nlive check passed\n")
    #expect(try await body(of: "/ready?verbose", server) == "ready check passed\n")
    #expect(try await body(of: "/startup?verbose", server) == "startup check passed\n")
    #expect(try await body(of: "/live/executor", server) == #"{"alive":true}"#)
    await server.shutdown()
  }

  @Test("is there as long as a server is, also the second time")
  func restart() async throws {
    let metrics = try MetricsCollector()
    for _ in 0..<2 {
      #expect(metrics.health.report().checks.isEmpty)
      let server = try await metrics.startHTTPServer(config)
      #expect(metrics.health.report().checks.map(\.name) == ["executor"])
      #expect(try await body(of: "/live?verbose", server).hasPrefix("[+]executor ok\n"))
      await server.shutdown()
    }
    #expect(metrics.health.report().checks.isEmpty)
  }

  @Test("is the newest server's, and goes back to the older one when that ends", arguments: [true, false])
  func twoServers(newestEndsFirst: Bool) async throws {
    let metrics = try MetricsCollector()
    let older = try await metrics.startHTTPServer(config)
    let newer = try await metrics.startHTTPServer(config)
    let (first, second) = newestEndsFirst ? (newer, older) : (older, newer)
    await first.shutdown()
    // A heartbeat that had stopped would say so with a warning.
    #expect(try await body(of: "/live?verbose", second) == "[+]executor ok\nlive check passed\n")
    await second.shutdown()
    #expect(metrics.health.report().checks.isEmpty)
  }

  @Test("gives way to a check of the host with its name, and says so")
  func nameTaken() async throws {
    let metrics = try MetricsCollector(health: .timeless())
    let log = LogRecorder()
    var config = config
    config.log = log.record
    try metrics.health.add(
      HealthCheck("executor", probes: .ready, mode: .onDemand) { .pass })
    let server = try await metrics.startHTTPServer(config)
    #expect(metrics.health.report().checks.first?.probes == .ready)
    #expect(log.messages.contains { $0.text.contains("executor is not watched") && $0.level == .warning })
    await server.shutdown()
    // It was not the library's to remove.
    #expect(metrics.health.report().checks.map(\.name) == ["executor"])
  }

  @Test("can be left out, and the delays are measured all the same")
  func leftOut() async throws {
    let metrics = try MetricsCollector()
    var config = config
    config.executorThreshold = nil
    let server = try await metrics.startHTTPServer(config)
    #expect(metrics.health.report().checks.isEmpty)
    // The first beat is on its way since the start; the pool decides when it runs.
    let isMeasured = await eventually {
      let count = "rusmes_executor_delay_seconds_count "
      let lines = try? await body(of: "/metrics", server).split(separator: "\n")
      return lines?.contains { $0.hasPrefix(count) && $0 != count + "0" } ?? false
    }
    #expect(isMeasured)
    await server.shutdown()
  }

  @Test("needs a threshold that makes sense", arguments: [Duration.zero, .seconds(-1), .milliseconds(9)])
  func badThreshold(threshold: Duration) async throws {
    let metrics = try MetricsCollector()
    var changed = config
    changed.executorThreshold = threshold
    let config = changed
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(config)
    }
    #expect(error?.setting == "executorThreshold")
    #expect(error?.value == "\(threshold)")
  }
}
