import MailObservability
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

private let anyPort = MetricsConfig(bindAddress: "127.0.0.1:0")

@Suite("The server")
struct ServerTests {
  /// Asks on a thread, so that neither the pool nor the server's loop is blocked by asking.
  private func get(_ path: String, _ server: ObservabilityServer, headers: [String] = []) async throws -> Reply {
    let address = try #require(server.boundAddress)
    return try #require(await onThread { HTTPClient.get(path, at: address, headers: headers) })
  }

  @Test("tells a scraper what was recorded")
  func scrape() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(anyPort)
    metrics.smtp.connections.increment()
    metrics.imap.commandDuration[.fetch].observe(.milliseconds(30))
    let connection = metrics.connections.open(.imap)
    let reply = try await get("/metrics", server)
    #expect(reply.status == 200)
    #expect(reply.body.contains("\nrusmes_smtp_connections_total 1\n"))
    #expect(reply.body.contains("\nrusmes_imap_command_duration_seconds_bucket{command=\"fetch\",le=\"0.05\"} 1\n"))
    #expect(reply.body.contains("\nrusmes_active_connections{protocol=\"imap\"} 1\n"))
    connection.end()
    let after = try await get("/metrics", server)
    #expect(after.body.contains("\nrusmes_active_connections{protocol=\"imap\"} 0\n"))
    #expect(after.body.contains("\nrusmes_observability_scrapes_total{format=\"text\"} 1\n"))
    #expect(after.body.contains("\nrusmes_observability_http_requests_total{route=\"metrics\",code=\"200\"} 1\n"))
    await server.shutdown()
  }

  @Test("exports its own health, probes and connections")
  func ownMetrics() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
    try metrics.health.add(HealthCheck("queue", mode: .onDemand) { .warn("deep") })
    let server = try await metrics.startHTTPServer(anyPort)
    _ = try await get("/ready", server)
    _ = try await get("/bad request", server)
    let body = try await get("/metrics", server).body
    for line in [
      "rusmes_health_check_status{check=\"storage\"} 1", "rusmes_health_check_status{check=\"queue\"} 0.5",
      "rusmes_probe_requests_total{probe=\"ready\",result=\"pass\"} 1", "rusmes_observability_http_connections 1",
      "rusmes_observability_http_rejected_total{reason=\"malformed_request_line\"} 1",
      "rusmes_observability_http_requests_total{route=\"none\",code=\"400\"} 1", "rusmes_collector_success{collector=\"health\"} 1",
    ] {
      #expect(body.contains("\n\(line)\n"), "\(line)")
    }
    await server.shutdown()
  }

  @Test("keeps answering when a check blocks its thread")
  func blockingCheck() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.add(
      HealthCheck("stuck", mode: .onDemand, deadline: .milliseconds(200)) {
        sleep(2)
        return .pass
      })
    let server = try await metrics.startHTTPServer(anyPort)
    async let ready = get("/ready", server)
    for _ in 0..<10 {
      let live = try await get("/live", server)
      #expect(live.status == 200)
      #expect(live.time < .seconds(1))
    }
    let answer = try await ready
    #expect(answer.status == 503)
    #expect(answer.time < .seconds(1))
    await server.shutdown()
  }

  @Test("keeps answering when a collector blocks its thread")
  func blockingCollector() async throws {
    struct Blocking: Collector {
      let name = "blocking"
      func collect() async throws -> [CollectedFamily] {
        sleep(2)
        return []
      }
    }
    let metrics = try MetricsCollector()
    try metrics.registry.add(Blocking())
    let server = try await metrics.startHTTPServer(anyPort)
    async let scrape = get("/metrics", server, headers: ["X-Prometheus-Scrape-Timeout-Seconds: 1.0"])
    for _ in 0..<10 {
      let live = try await get("/live", server)
      #expect(live.status == 200)
      #expect(live.time < .seconds(1))
    }
    let body = try await scrape.body
    #expect(body.contains("\nrusmes_collector_success{collector=\"blocking\"} 0\n"))
    #expect(body.contains("\nrusmes_collector_success{collector=\"health\"} 1\n"))
    await server.shutdown()
  }

  @Test("keeps answering when every thread of the cooperative pool is blocked")
  func blockedPool() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.add(HealthCheck("host", mode: .onDemand, deadline: .milliseconds(200)) { .pass })
    let server = try await metrics.startHTTPServer(anyPort)
    let address = try #require(server.boundAddress)
    let replies = await onThread { () -> [Reply?] in
      // More tasks than the pool has threads, each blocking one.
      let count = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) * 4
      for _ in 0..<count { Task.detached { usleep(400_000) } }
      usleep(20_000)
      return (0..<5).map { _ in HTTPClient.get("/live", at: address) } + [HTTPClient.get("/ready", at: address)]
    }
    for reply in replies.dropLast() {
      #expect(reply?.status == 200)
      #expect(reply.map { $0.time < .milliseconds(900) } == true)
    }
    let ready = try #require(replies.last ?? nil)
    #expect(ready.time < .seconds(2))
    await server.shutdown()
  }

  @Test("is ready no more while it drains, but alive, and then gone")
  func drain() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(anyPort)
    let address = try #require(server.boundAddress)
    #expect(try await get("/ready", server).status == 200)
    async let ended: Void = server.shutdown(gracePeriod: .seconds(1), delay: .milliseconds(500))
    var readyStatus = 200
    for _ in 0..<50 where readyStatus == 200 { readyStatus = try await get("/ready", server).status }
    #expect(readyStatus == 503)
    #expect(try await get("/live", server).status == 200)
    await ended
    #expect(await onThread { HTTPClient.get("/live", at: address) == nil })
    // A second end is no event.
    await server.shutdown()
    try await server.run()
  }

  @Test("drains when the task that runs it is cancelled")
  func cancellation() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(anyPort)
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
      let server = try await metrics.startHTTPServer(anyPort)
      #expect(try await get("/ready", server).status == 200)
      #expect(try await get("/metrics", server).body.contains("rusmes_observability_http_connections 1\n"))
      await server.shutdown()
    }
  }

  @Test("is not there when it is not enabled")
  func disabled() async throws {
    let server = try await MetricsCollector().startHTTPServer(MetricsConfig(enabled: false))
    #expect(server.boundAddress == nil)
    try await server.run()
    await server.shutdown()
  }

  @Test(
    "says what it cannot use, and why",
    arguments: [
      ("", "/metrics"), ("localhost", "/metrics"), ("127.0.0.1:99999", "/metrics"), ("127.0.0.1:-1", "/metrics"),
      ("999.0.0.1:80", "/metrics"), ("[::1:80", "/metrics"), ("unix:", "/metrics"), ("192.0.2.1:1", "/metrics"),
      ("127.0.0.1:0", "/ready"), ("127.0.0.1:0", "metrics"),
    ])
  func badConfiguration(address: String, path: String) async throws {
    let metrics = try MetricsCollector()
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(MetricsConfig(bindAddress: address, path: path))
    }
    #expect(error?.description.contains("\"\(path == "/metrics" ? address : path)\"") == true)
    #expect(error?.reason.isEmpty == false)
  }

  @Test("says that a port is taken")
  func portTaken() async throws {
    let metrics = try MetricsCollector()
    let first = try await metrics.startHTTPServer(anyPort)
    let address = try #require(first.boundAddress)
    await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(MetricsConfig(bindAddress: address))
    }
    await first.shutdown()
  }
}
