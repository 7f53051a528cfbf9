// Does a started server answer, limit and end as configured?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Synchronization
import Testing

private let anyPort = MetricsConfig(bindAddress: "127.0.0.1:0")

@Suite("The server")
struct ServerTests {
  /// Asks on a thread, so that neither the pool nor the server's loop is blocked by asking.
  private func get(_ path: String, _ server: ObservabilityServer, headers: [String] = []) async throws
    -> Reply
  {
    let address = try #require(server.boundAddress)
    return try #require(await onThread { HTTPClient.get(path, at: address, headers: headers) })
  }

  /// Asks many times, all from one thread: the pool may have none for as long as something blocks.
  private func expectLife(of server: ObservabilityServer) async throws {
    let address = try #require(server.boundAddress)
    let replies = await onThread { (0..<10).map { _ in HTTPClient.get("/live", at: address) } }
    for reply in replies {
      #expect(reply?.status == 200)
      #expect(reply.map { $0.time < .milliseconds(2500) } == true)
    }
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
    // Another test may be blocking the pool at this moment, so nothing here depends on a deadline.
    let metrics = try MetricsCollector(health: HealthRegistry(answerDeadline: .seconds(30)))
    try metrics.health.add(HealthCheck("storage", mode: .onDemand, deadline: .seconds(20)) { .pass })
    try metrics.health.add(HealthCheck("queue", mode: .onDemand, deadline: .seconds(20)) { .warn("deep") })
    let server = try await metrics.startHTTPServer(anyPort)
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
    let metrics = try MetricsCollector()
    let isOver = Flag()
    try metrics.health.add(
      HealthCheck("stuck", mode: .onDemand, deadline: .milliseconds(200)) {
        isOver.waitBlocking()
        return .pass
      })
    let server = try await metrics.startHTTPServer(anyPort)
    async let ready = get("/ready", server)
    try await expectLife(of: server)
    let answer = try await ready
    #expect(answer.status == 503)
    #expect(answer.time < .milliseconds(2500))
    isOver.set()
    await server.shutdown()
  }

  @Test("keeps answering when a collector blocks its thread")
  func blockingCollector() async throws {
    struct Blocking: Collector {
      let name = "blocking"
      let isOver: Flag
      func collect() async throws -> [CollectedFamily] {
        isOver.waitBlocking()
        return []
      }
    }
    let metrics = try MetricsCollector()
    let isOver = Flag()
    try metrics.registry.add(Blocking(isOver: isOver))
    let server = try await metrics.startHTTPServer(anyPort)
    async let scrape = get("/metrics", server, headers: ["X-Prometheus-Scrape-Timeout-Seconds: 8.0"])
    try await expectLife(of: server)
    let body = try await scrape.body
    #expect(body.contains("\nrusmes_collector_success{collector=\"health\"} 1\n"))
    isOver.set()
    await server.shutdown()
  }

  @Test("keeps answering while it encodes a large exposition")
  func largeExposition() async throws {
    let metrics = try MetricsCollector()
    let family = try metrics.registry.register(
      .counter("many_total", help: ""), byBounded: "n", limit: 100_000)
    for number in 0..<100_000 { family["\(number)"].increment() }
    let server = try await metrics.startHTTPServer(anyPort)
    async let scrapes = withTaskGroup(of: Int.self) { group in
      for _ in 0..<3 { group.addTask { (try? await get("/metrics", server).body.utf8.count) ?? 0 } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    try await expectLife(of: server)
    #expect(await scrapes.allSatisfy { $0 > 100_000 * 24 })
    await server.shutdown()
  }

  @Test("keeps answering when every thread of the cooperative pool is blocked")
  func blockedPool() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.add(HealthCheck("host", mode: .onDemand, deadline: .milliseconds(200)) { .pass })
    let server = try await metrics.startHTTPServer(anyPort)
    let address = try #require(server.boundAddress)
    let replies = await onThread { () -> [Reply?] in
      // More tasks than the pool has threads, each blocking one until the answers are here.
      let isOver = Flag()
      for _ in 0..<(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) * 2) { Task.detached { isOver.waitBlocking() } }
      usleep(20_000)
      defer { isOver.set() }
      return (0..<5).map { _ in HTTPClient.get("/live", at: address) } + [
        HTTPClient.get("/ready", at: address)
      ]
    }
    for reply in replies.dropLast() {
      #expect(reply?.status == 200)
      #expect(reply.map { $0.time < .milliseconds(2500) } == true)
    }
    // The check could not run, which is a failure, but the answer came.
    let ready = try #require(replies.last ?? nil)
    #expect(ready.status == 503)
    #expect(ready.time < .milliseconds(2500))
    await server.shutdown()
  }

  @Test("is ready no more while it drains, but alive, and then gone")
  func drain() async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(anyPort)
    let address = try #require(server.boundAddress)
    #expect(try await get("/ready", server).status == 200)
    // The client asks from a thread of its own all the way through, as a kubelet does.
    let isAsking = Flag()
    async let replies = onThread { () -> [Int?] in
      var ready: Int? = 200
      while ready == 200 {
        ready = HTTPClient.get("/ready", at: address)?.status
        isAsking.set()
      }
      return [ready, HTTPClient.get("/live", at: address)?.status]
    }
    await onThread { isAsking.waitBlocking() }
    await server.shutdown(gracePeriod: .seconds(1), delay: .milliseconds(500))
    #expect(await replies == [503, 200])
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
    let first = try await metrics.startHTTPServer(anyPort)
    let address = try #require(first.boundAddress)
    await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(MetricsConfig(bindAddress: address))
    }
    await first.shutdown()
  }
}
