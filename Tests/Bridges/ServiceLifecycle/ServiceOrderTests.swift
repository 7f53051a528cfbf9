// In which order does a group of services end, and how does it end when something goes wrong?

#if ServiceLifecycle
  import Logging
  import MailObservabilityServiceLifecycle
  import ObservabilityPlatform
  import ServiceLifecycle
  import TestSupport
  import Testing

  /// A server of a host, which is told to end and ends when it may.
  final class Host: Service {
    struct Failure: Error {}

    let metrics: MetricsCollector
    let runs = Flag()
    let asked = Flag()
    let mayEnd = Gate()
    private let hasFailed = Flag()
    private let failing = Locked<(@Sendable () -> Void)?>(nil)
    private let onEnd: @Sendable () -> Void

    init(_ metrics: MetricsCollector, onEnd: @escaping @Sendable () -> Void = {}) {
      self.metrics = metrics
      self.onEnd = onEnd
    }

    /// Has the service throw, which has to run.
    func fail() {
      hasFailed.set()
      failing.withLock { $0 }?()
    }

    func run() async throws {
      let (ends, end) = AsyncStream.makeStream(of: Never.self)
      failing.withLock { $0 = { end.finish() } }
      await withGracefulShutdownHandler {
        runs.set()
        for await _ in ends {}
      } onGracefulShutdown: { [asked] in
        asked.set()
        end.finish()
      }
      if hasFailed.isSet { throw Failure() }
      if Task.isCancelled { return }
      await mayEnd.pass()
      metrics.tracing.withSpan(.smtp(.quit)) { _ in }
      onEnd()
    }
  }

  @Suite("A group of services", .serialized)
  struct ServiceOrderTests {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let accepted = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)

    static func config() -> MetricsConfig { MetricsConfig(bindAddress: "127.0.0.1:0") }

    static func tracing(to collector: RawServer) -> TracingConfig {
      var config = TracingConfig(serviceName: "mx1")
      config.endpoint = "http://127.0.0.1:\(collector.port)"
      config.batchDelay = .seconds(3600)
      return config
    }

    static func status(_ path: String, at address: String) async -> Int? {
      await onThread { HTTPClient.get(path, at: address)?.status }
    }

    @Test("is unready before its host closes, probed to its end, and heard by the collector last")
    func order() async throws {
      let metrics = try MetricsCollector()
      let server = try await metrics.startHTTPServer(Self.config())
      let address = try #require(server.boundAddress)
      let events = Locked<[String]>([])
      let collector = RawServer { _ in
        // Nobody listens any more.
        let probe = HTTPClient.get("/live", at: address)?.status
        events.withLock { $0.append("spans, probe \(probe.map { "\($0)" } ?? "refused")") }
        return .answer(Self.accepted)
      }
      defer { collector.stop() }
      try metrics.startTracing(Self.tracing(to: collector))
      let host = Host(metrics) { events.withLock { $0.append("host ended") } }
      let group = ServiceGroup(
        services: metrics.services(serving: server, around: [host], delay: .zero, flushLimit: .seconds(3600)),
        logger: Self.logger)
      let running = Task { try await group.run() }
      #expect(await eventually { host.runs.isSet })
      #expect(await Self.status("/ready", at: address) == 200)
      await group.triggerGracefulShutdown()
      #expect(await eventually { host.asked.isSet })
      // It is asked to close, and has not.
      #expect(await Self.status("/ready", at: address) == 503)
      #expect(await Self.status("/live", at: address) == 200)
      #expect(await Self.status("/metrics", at: address) == 200)
      host.mayEnd.open()
      try await running.value
      #expect(events.withLock { $0 } == ["host ended", "spans, probe refused"])
      let exported = await metrics.registry.value(
        "rusmes_observability_spans_total", ["outcome": "exported"])
      #expect(exported == 1)
    }

    @Test("serves mail for as long as load balancers have, and a cancellation ends that")
    func delay() async throws {
      let metrics = try MetricsCollector()
      let server = try await metrics.startHTTPServer(Self.config())
      let address = try #require(server.boundAddress)
      let host = Host(metrics)
      let group = ServiceGroup(
        services: metrics.services(serving: server, around: [host], delay: .seconds(Int64.max)),
        logger: Self.logger)
      let running = Task { try await group.run() }
      #expect(await eventually { host.runs.isSet })
      await group.triggerGracefulShutdown()
      #expect(await eventually { await Self.status("/ready", at: address) == 503 })
      #expect(!host.asked.isSet)
      running.cancel()
      _ = await running.result
      #expect(await Self.status("/live", at: address) == nil)
    }

    @Test("ends with nothing left when it is cancelled")
    func cancelled() async throws {
      let metrics = try MetricsCollector()
      let collector = RawServer { _ in .answer(Self.accepted) }
      defer { collector.stop() }
      try metrics.startTracing(Self.tracing(to: collector))
      let server = try await metrics.startHTTPServer(Self.config())
      let address = try #require(server.boundAddress)
      let host = Host(metrics)
      let group = ServiceGroup(
        services: metrics.services(serving: server, around: [host], flushLimit: .seconds(3600)),
        logger: Self.logger)
      let running = Task { try await group.run() }
      #expect(await eventually { host.runs.isSet })
      metrics.tracing.withSpan(.smtp(.data)) { _ in }
      running.cancel()
      _ = await running.result
      #expect(await Self.status("/live", at: address) == nil)
      #expect(collector.requests == 1 && metrics.health.report().isDraining)
    }

    @Test("that an error of the host ends throws that error, and sends what spans there are")
    func failed() async throws {
      let metrics = try MetricsCollector()
      let collector = RawServer { _ in .answer(Self.accepted) }
      defer { collector.stop() }
      try metrics.startTracing(Self.tracing(to: collector))
      let server = try await metrics.startHTTPServer(Self.config())
      let address = try #require(server.boundAddress)
      let host = Host(metrics)
      let group = ServiceGroup(
        services: metrics.services(serving: server, around: [host], flushLimit: .seconds(3600)),
        logger: Self.logger)
      let running = Task { try await group.run() }
      #expect(await eventually { host.runs.isSet })
      metrics.tracing.withSpan(.smtp(.data)) { _ in }
      host.fail()
      await #expect(throws: Host.Failure.self) { try await running.value }
      #expect(await Self.status("/live", at: address) == nil)
      #expect(collector.requests == 1)
    }

    @Test("that cannot have its port throws, and ends the host's services")
    func taken() async throws {
      let metrics = try MetricsCollector()
      let server = try await metrics.startHTTPServer(Self.config())
      let address = try #require(server.boundAddress)
      let host = Host(metrics)
      let group = ServiceGroup(
        services: metrics.services(serving: MetricsConfig(bindAddress: address), around: [host]),
        logger: Self.logger)
      await #expect(throws: MetricsConfigError.self) { try await group.run() }
      // That of somebody else goes on.
      #expect(await Self.status("/live", at: address) == 200)
      await server.shutdown()
    }

    @Test("is bounded where the collector is a black hole and a request hangs")
    func hanging() async throws {
      let metrics = try MetricsCollector()
      let collector = RawServer { _ in .hang }
      defer { collector.stop() }
      try metrics.startTracing(Self.tracing(to: collector))
      let inRequest = Gate()
      defer { inRequest.open() }
      var config = Self.config()
      config.routes.append(
        EndpointRoute("/hangs") { _ in
          await inRequest.pass()
          return EndpointResponse(status: 200, headers: [:], body: .bytes([]))
        })
      let server = try await metrics.startHTTPServer(config)
      let client = try TestClient(try #require(server.boundAddress))
      try await client.send("GET /hangs HTTP/1.1\r\nHost: localhost\r\n\r\n")
      await inRequest.entered()
      metrics.tracing.withSpan(.smtp(.data)) { _ in }
      let host = Host(metrics)
      host.mayEnd.open()
      let group = ServiceGroup(
        services: metrics.services(
          serving: server, around: [host], delay: .zero, gracePeriod: .milliseconds(1), flushLimit: .zero),
        logger: Self.logger)
      let running = Task { try await group.run() }
      #expect(await eventually { host.runs.isSet })
      await group.triggerGracefulShutdown()
      try await running.value
      let dropped = await metrics.registry.value(
        "rusmes_observability_spans_total", ["outcome": "dropped_shutdown"])
      #expect(dropped == 2)
    }
  }
#endif
