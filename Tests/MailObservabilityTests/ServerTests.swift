// Does a started server answer, limit and end as configured?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Synchronization
import Testing

@Suite("The server", .timeLimit(.minutes(30)))
struct ServerTests {
  /// Asks on a thread, so that neither the pool nor the server's loop is blocked by asking.
  private func get(_ path: String, _ server: ObservabilityServer) async throws -> Reply {
    let address = try #require(server.boundAddress)
    return try #require(await onThread { HTTPClient.get(path, at: address) })
  }

  /// The statuses that `/live` has now, again and again. It blocks: while something blocks the pool, a thread that is
  /// none of the pool's asks, and lets go of what is blocked only when the answers are here.
  private static func lives(at address: String) -> [Int?] {
    (0..<10).map { _ in HTTPClient.get("/live", at: address)?.status }
  }

  private static let allAlive = [Int?](repeating: 200, count: 10)

  @Test("tells a scraper what was recorded")
  func scrape() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(.patient)
    metrics.smtp.connections.increment()
    metrics.imap.commandDuration[.fetch].observe(.milliseconds(30))
    let connection = metrics.connections.open(.imap)
    let reply = try await get("/metrics", server)
    #expect(reply.status == 200)
    #expect(reply.body.contains("\nrusmes_smtp_connections_total 1\n"))
    #expect(
      reply.body.contains("\nrusmes_imap_command_duration_seconds_bucket{command=\"fetch\",le=\"0.05\"} 1\n"))
    #expect(reply.body.contains("\nrusmes_active_connections{protocol=\"imap\"} 1\n"))
    connection.end()
    let after = try await get("/metrics", server)
    #expect(after.body.contains("\nrusmes_active_connections{protocol=\"imap\"} 0\n"))
    #expect(after.body.contains("\nrusmes_observability_scrapes_total{format=\"text\"} 1\n"))
    #expect(
      after.body.contains("\nrusmes_observability_http_requests_total{route=\"metrics\",code=\"200\"} 1\n"))
    await server.shutdown()
  }

  @Test("exports its own health, probes and connections")
  func ownMetrics() async throws {
    let metrics = try MetricsCollector(health: .timeless())
    try metrics.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
    try metrics.health.add(HealthCheck("queue", mode: .onDemand) { .warn("deep") })
    let server = try await metrics.startHTTPServer(.patient)
    _ = try await get("/ready", server)
    _ = try await get("/bad request", server)
    let body = try await get("/metrics", server).body
    for line in [
      "rusmes_health_check_status{check=\"storage\"} 1", "rusmes_health_check_status{check=\"queue\"} 0.5",
      "rusmes_probe_requests_total{probe=\"ready\",result=\"pass\"} 1",
      "rusmes_observability_http_connections 1",
      "rusmes_observability_http_rejected_total{reason=\"malformed_request_line\"} 1",
      "rusmes_observability_http_requests_total{route=\"none\",code=\"400\"} 1",
      "rusmes_collector_success{collector=\"health\"} 1",
    ] {
      #expect(body.contains("\n\(line)\n"), "\(line)")
    }
    for name in [
      "wakeups_total", "busy_seconds_total", "longest_slice_seconds", "queue_length", "longest_queue",
    ] {
      #expect(body.contains("\nrusmes_observability_loop_\(name) "), "\(name)")
    }
    await server.shutdown()
  }

  @Test("keeps answering when a check blocks its thread")
  func blockingCheck() async throws {
    let metrics = try MetricsCollector(health: HealthRegistry(answerDeadline: .milliseconds(100)))
    let (isBlocked, isOver) = (Flag(), Flag())
    try metrics.health.add(
      HealthCheck("stuck", mode: .onDemand, deadline: .seconds(600)) {
        isBlocked.set()
        isOver.waitBlocking()
        return .pass
      })
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    let statuses = await onThread { () -> [Int?] in
      defer { isOver.set() }
      let ready = HTTPClient.get("/ready", at: address)?.status
      isBlocked.waitBlocking()
      return [ready] + Self.lives(at: address)
    }
    #expect(statuses == [503] + Self.allAlive)
    await server.shutdown()
  }

  @Test("keeps answering when a collector blocks its thread")
  func blockingCollector() async throws {
    struct Blocking: Collector {
      let name = "blocking"
      let isBlocked = Flag()
      let isOver = Flag()
      func collect() async throws -> [CollectedFamily] {
        isBlocked.set()
        isOver.waitBlocking()
        return []
      }
    }
    let metrics = try MetricsCollector()
    let collector = Blocking()
    try metrics.registry.add(collector)
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    async let scrape = get("/metrics", server)
    let lives = await onThread {
      defer { collector.isOver.set() }
      collector.isBlocked.waitBlocking()
      return Self.lives(at: address)
    }
    #expect(lives == Self.allAlive)
    #expect(try await scrape.body.contains("\nrusmes_collector_success{collector=\"blocking\"} 1\n"))
    await server.shutdown()
  }

  @Test("keeps answering while large expositions are under way")
  func largeExposition() async throws {
    let metrics = try MetricsCollector()
    let family = try metrics.registry.register(
      .counter("many_total", help: ""), byBounded: "n", limit: 100_000)
    for number in 0..<100_000 { family["\(number)"].increment() }
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    let (lives, sizes) = try await onThread {
      Result { () throws(TestClientError) in
        // What these have not read yet is not encoded either.
        let scrapers = try (0..<3).map { _ throws(TestClientError) in
          let scraper = try TestClient(address, receiveBuffer: 1 << 16)
          try scraper.sendNow(Array("GET /metrics HTTP/1.0\r\n\r\n".utf8))
          _ = try scraper.readNow(upTo: 1)
          return scraper
        }
        let lives = Self.lives(at: address)
        let sizes = try scrapers.map { scraper throws(TestClientError) in try scraper.readNow().utf8.count }
        return (lives, sizes)
      }
    }.get()
    #expect(lives == Self.allAlive)
    #expect(sizes.allSatisfy { $0 > 100_000 * 24 })
    await server.shutdown()
  }

  @Test("keeps answering when every thread of the cooperative pool is blocked")
  func blockedPool() async throws {
    let metrics = try MetricsCollector(health: HealthRegistry(answerDeadline: .milliseconds(100)))
    try metrics.health.add(HealthCheck("host", mode: .onDemand, deadline: .seconds(600)) { .pass })
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    let statuses = await onThread { () -> [Int?] in
      let isOver = blockPool()
      defer { isOver.set() }
      return Self.lives(at: address) + [HTTPClient.get("/ready", at: address)?.status]
    }
    // The check could not run, which is a failure, but the answer came.
    #expect(statuses == Self.allAlive + [503])
    await server.shutdown()
  }

  @Test("answers scrapes of any size when every thread of the cooperative pool is blocked")
  func blockedPoolScrape() async throws {
    let metrics = try MetricsCollector()
    let family = try metrics.registry.register(
      .counter("many_total", help: ""), byBounded: "n", limit: 8_000)
    for number in 0..<8_000 { family["\(number)"].increment() }
    metrics.setPerDomainSource { [("a.example", 1)] }
    var config = MetricsConfig.patient
    config.poolPatience = .milliseconds(500)
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let body = await onThread { () -> String? in
      let isOver = blockPool()
      defer { isOver.set() }
      return HTTPClient.get("/metrics", at: address)?.body
    }
    let text = try #require(body)
    for line in [
      "rusmes_collector_success{collector=\"health\"} 1",
      "rusmes_collector_success{collector=\"http_server\"} 1",
      "rusmes_collector_success{collector=\"per_domain\"} 0", "rusmes_observability_http_connections 1",
    ] {
      #expect(text.contains("\n\(line)\n") || text.contains("\n\(line)\r\n"), "\(line)")
    }
    #expect(text.split(separator: "rusmes_many_total{").count == 8_001)
    await server.shutdown()
  }

  @Test("is ready no more while it drains, but alive, and then gone")
  func drain() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    #expect(try await get("/ready", server).status == 200)
    async let ended: Void = server.shutdown(gracePeriod: .seconds(3600), delay: .seconds(3600))
    let statuses = await onThread { () -> [Int?] in
      var ready: Int? = 200
      while ready == 200 { ready = HTTPClient.get("/ready", at: address)?.status }
      return [ready, HTTPClient.get("/live", at: address)?.status]
    }
    #expect(statuses == [503, 200])
    // Who has less time than was given first ends it.
    await server.shutdown(gracePeriod: .zero)
    await ended
    #expect(await onThread { HTTPClient.get("/live", at: address) == nil })
    // A further end is no event.
    await server.shutdown()
    try await server.run()
  }

  @Test("drains when the task that runs it is cancelled")
  func cancellation() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(.patient)
    let task = Task { try await server.run() }
    #expect(try await get("/live", server).status == 200)
    task.cancel()
    try await task.value
    let address = try #require(server.boundAddress)
    #expect(await onThread { HTTPClient.get("/live", at: address) == nil })
  }

  @Test("can be started again, and by several collectors at once")
  func restart() async throws {
    let metrics = try MetricsCollector()
    for _ in 0..<3 {
      let server = try await metrics.startHTTPServer(.patient)
      #expect(try await get("/ready", server).status == 200)
      #expect(try await get("/metrics", server).body.contains("rusmes_observability_http_connections 1\n"))
      await server.shutdown()
    }
  }

  @Test(
    "says what it cannot use, and why",
    arguments: [
      ("", "/metrics"), ("localhost", "/metrics"), ("127.0.0.1:99999", "/metrics"),
      ("127.0.0.1:-1", "/metrics"),
      ("999.0.0.1:80", "/metrics"), ("[::1:80", "/metrics"), ("unix:", "/metrics"),
      ("192.0.2.1:1", "/metrics"),
      ("127.0.0.1:0", "/ready"), ("127.0.0.1:0", "metrics"),
    ])
  func badConfiguration(address: String, path: String) async throws {
    let metrics = try MetricsCollector()
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(MetricsConfig(bindAddress: address, path: path))
    }
    #expect(error?.description.contains("\"\(path == "/metrics" ? address : path)\"") == true)
    #expect(error?.message == error?.description)
    #expect(error?.setting == (path == "/metrics" ? "bindAddress" : "path"))
    // Documentation's address has its form, but this machine does not have it.
    #expect(error?.code == (address == "192.0.2.1:1" ? .refusedBySystem : .invalidSetting))
  }

  @Test("says that a port is taken")
  func portTaken() async throws {
    let metrics = try MetricsCollector()
    let first = try await metrics.startHTTPServer(.patient)
    let address = try #require(first.boundAddress)
    await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(MetricsConfig(bindAddress: address))
    }
    await first.shutdown()
  }
}
