// Are probes answered in a server that is not ours, while the pool is blocked?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Testing

@Suite("Watching the executor without a server", .timeLimit(.minutes(30)))
struct ExecutorWatchTests {
  private func text(_ response: EndpointResponse?) -> String? {
    guard case .bytes(let bytes)? = response?.body else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func request(_ target: String) throws -> EndpointRequest {
    try EndpointRequest(target: target, headers: ["Host": "localhost"], peer: .unix)
  }

  @Test("answers probes at once and names the executor, while every thread of the pool is blocked")
  func blockedPool() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.add(HealthCheck("storage", mode: .onDemand, deadline: .seconds(600)) { .pass })
    let watch = try metrics.watchExecutor(threshold: .milliseconds(200))
    defer { watch.end() }
    var config = MetricsConfig.patient
    config.pathPrefix = "/internal"
    config.poolPatience = .milliseconds(100)
    let endpoints = try metrics.endpoints(config)
    let answers = try await onThread { () -> Result<[String: EndpointResponse], any Error> in
      Result {
        let isOver = blockPool()
        defer { isOver.set() }
        let paths = [
          "/live", "/live?verbose", "/livez", "/live/executor", "/live/nothing", "/ready", "/ready/storage",
          "/startup", "/health", "/health?verbose", "/metrics", "/nothing",
        ]
        // Until what other tests have on the pool is through, and as the heartbeat's thread sees it, which may be late.
        let end = ContinuousClock.now + patience
        var answers: [String: EndpointResponse] = [:]
        repeat {
          usleep(1000)
          answers = [:]
          for path in paths {
            answers[path] = endpoints.respondAtOnce(to: try Self.request("/internal" + path))
          }
        } while (answers.count < paths.count - 2 || answers["/live"]?.status != 503)
          && ContinuousClock.now < end
        return answers
      }
    }.get()
    for (path, status) in [
      ("/live", 503), ("/livez", 503), ("/live/executor", 503), ("/live/nothing", 404), ("/ready", 503),
      ("/ready/storage", 503), ("/startup", 200), ("/health", 503), ("/health?verbose", 503),
    ] {
      #expect(answers[path]?.status == status, "\(path)")
    }
    #expect(
      text(answers["/live?verbose"])?.hasPrefix(
        "[-]executor failed: no task has run on the cooperative pool for ") == true)
    #expect(text(answers["/health?verbose"])?.contains("\"executor\":{\"status\":\"unhealthy\"") == true)
    #expect(answers["/metrics"] == nil && answers["/nothing"] == nil)
    // And when it can run again, so it says.
    #expect(
      await eventually { (try? endpoints.respondAtOnce(to: Self.request("/internal/live")))??.status == 200 })
  }

  @Test("leaves to a task what has to run first, as long as there can be one")
  func leavesRest() async throws {
    let metrics = try MetricsCollector(health: .timeless())
    try metrics.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
    let endpoints = try metrics.endpoints(.patient)
    #expect(endpoints.respondAtOnce(to: try Self.request("/live"))?.status == 200)
    #expect(endpoints.respondAtOnce(to: try Self.request("/ready")) == nil)
    #expect(endpoints.respondAtOnce(to: try Self.request("/metrics")) == nil)
    #expect(await endpoints.respond(to: try Self.request("/ready")).status == 200)
    #expect(endpoints.respondAtOnce(to: try Self.request("/ready"))?.status == 200)
    var posted = try Self.request("/live")
    posted.method = "POST"
    #expect(endpoints.respondAtOnce(to: posted) == nil)
  }

  @Test("has its check as long as it lasts, ended or let go, and takes no part in draining")
  func lifeTime() async throws {
    let metrics = try MetricsCollector()
    func names() -> [String] { metrics.health.report().checks.map(\.name) }
    #expect(names().isEmpty)
    let first = try metrics.watchExecutor(threshold: .seconds(1_000_000))
    #expect(names() == ["executor"])
    do {
      let second = try metrics.watchExecutor(threshold: .seconds(1_000_000))
      #expect(names() == ["executor"])
      withExtendedLifetime(second) {}
    }
    #expect(names() == ["executor"])
    // A server that drains is not held back by somebody who only watches.
    let server = try await metrics.startHTTPServer(.patient)
    #expect(names() == ["executor"])
    await server.shutdown()
    #expect(metrics.health.report().isDraining)
    first.end()
    first.end()
    #expect(names().isEmpty)
    #expect(metrics.health.report().isDraining)
  }

  @Test("drives checks in the background, and measures the delays")
  func background() async throws {
    let metrics = try MetricsCollector()
    let runs = FlagCount()
    try metrics.health.add(
      HealthCheck("storage") {
        runs.add()
        return .pass
      })
    let watch = try metrics.watchExecutor(threshold: .seconds(1_000_000))
    #expect(await eventually { runs.value > 0 })
    #expect(
      await eventually {
        await metrics.registry.value("rusmes_executor_delay_seconds_count") ?? 0 > 0
      })
    watch.end()
  }

  @Test("tells the log what the host's check of its name means, and needs a threshold that makes sense")
  func mistakes() throws {
    let metrics = try MetricsCollector()
    let log = LogRecorder()
    try metrics.health.add(HealthCheck("executor") { .pass })
    let watch = try metrics.watchExecutor(threshold: .seconds(1_000_000), log: log.record)
    #expect(log.messages.contains { $0.text.contains("executor is not watched") })
    watch.end()
    for threshold in [Duration.zero, .seconds(-1), .seconds(Int64.min), .milliseconds(9)] {
      let error = #expect(throws: MetricsConfigError.self) {
        _ = try metrics.watchExecutor(threshold: threshold)
      }
      #expect(error?.setting == "threshold" && error?.code == .invalidSetting)
    }
    for threshold in [Duration.milliseconds(10), .seconds(1), .seconds(Int64.max)] {
      try metrics.watchExecutor(threshold: threshold).end()
    }
  }
}
