// Does each of the services wait until it is asked to end, and end when it is?

#if ServiceLifecycle
  import MailObservabilityServiceLifecycle
  import ObservabilityPlatform
  import ServiceLifecycle
  import ServiceLifecycleTestKit
  import TestSupport
  import Testing

  @Suite("A service that observes")
  struct SingleServiceTests {
    /// What a host may have switched off, or ended by hand.
    enum Idle: CaseIterable {
      case serverNotEnabled, serverEndedByHand, tracingNeverStarted, tracingNotEnabled, tracingWithoutExporter
      case tracingEndedByHand, readiness

      func service(_ metrics: MetricsCollector) async throws -> any Service {
        var config = MetricsConfig(bindAddress: "127.0.0.1:0")
        var tracing = TracingConfig(serviceName: "mx1")
        tracing.exporter = .none
        switch self {
        case .serverNotEnabled:
          config.enabled = false
          return ObservabilityService(try await metrics.startHTTPServer(config))
        case .serverEndedByHand:
          let server = try await metrics.startHTTPServer(config)
          await server.shutdown()
          return ObservabilityService(server)
        case .tracingNeverStarted: return TracingService(metrics.tracing)
        case .tracingNotEnabled:
          tracing.enabled = false
          try metrics.startTracing(tracing)
          return TracingService(metrics.tracing)
        case .tracingWithoutExporter:
          try metrics.startTracing(tracing)
          return TracingService(metrics.tracing)
        case .tracingEndedByHand:
          try metrics.startTracing(tracing)
          await metrics.tracing.shutdown()
          return TracingService(metrics.tracing)
        case .readiness: return ReadinessService(metrics.health, delay: .zero)
        }
      }
    }

    /// Long enough for a service that would end by itself.
    private static func pause() async { for _ in 0..<2_000 { await Task.yield() } }

    @Test("that has nothing to do does not end by itself", arguments: Idle.allCases)
    func idle(_ idle: Idle) async throws {
      let metrics = try MetricsCollector()
      let service = try await idle.service(metrics)
      let hasEnded = Flag()
      try await testGracefulShutdown { trigger in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            try await service.run()
            hasEnded.set()
          }
          await Self.pause()
          #expect(!hasEnded.isSet)
          trigger.triggerGracefulShutdown()
          try await group.waitForAll()
        }
      }
      #expect(hasEnded.isSet)
    }

    @Test("ends when its task is cancelled", arguments: Idle.allCases)
    func cancelled(_ idle: Idle) async throws {
      let metrics = try MetricsCollector()
      let service = try await idle.service(metrics)
      let running = Task { try await service.run() }
      await Self.pause()
      running.cancel()
      try await running.value
    }

    @Test("that is asked to end before it is run ends at once", arguments: Idle.allCases)
    func asked(_ idle: Idle) async throws {
      let metrics = try MetricsCollector()
      let service = try await idle.service(metrics)
      try await testGracefulShutdown { trigger in
        trigger.triggerGracefulShutdown()
        try await service.run()
        try await service.run()
      }
    }

    @Test("serves from when it is run, and each time anew")
    func twice() async throws {
      let metrics = try MetricsCollector()
      let addresses = Locked<[String]>([])
      let service = ObservabilityService(metrics, MetricsConfig(bindAddress: "127.0.0.1:0")) { server in
        addresses.withLock { $0.append(server.boundAddress ?? "") }
      }
      #expect(addresses.withLock(\.isEmpty))
      for round in 1...2 {
        try await testGracefulShutdown { trigger in
          try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { try await service.run() } }
            #expect(await eventually { addresses.withLock { $0.count } == 2 * round })
            for address in addresses.withLock({ $0 }).suffix(2) {
              #expect(await ServiceOrderTests.status("/live", at: address) == 200)
            }
            trigger.triggerGracefulShutdown()
            try await group.waitForAll()
          }
        }
      }
      for address in addresses.withLock({ $0 }) {
        #expect(await ServiceOrderTests.status("/live", at: address) == nil)
      }
    }

    @Test("of one server may be run twice")
    func shared() async throws {
      let metrics = try MetricsCollector()
      let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
      let service = ObservabilityService(server)
      try await testGracefulShutdown { trigger in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<2 { group.addTask { try await service.run() } }
          await Self.pause()
          trigger.triggerGracefulShutdown()
          try await group.waitForAll()
        }
      }
    }

    @Test("throws what keeps it from serving")
    func faulty() async throws {
      let metrics = try MetricsCollector()
      let service = ObservabilityService(metrics, MetricsConfig(bindAddress: "nonsense"))
      await #expect(throws: MetricsConfigError.self) { try await service.run() }
    }

    @Test("turns the process unready at once, without a delay however short it is", arguments: [-1, 0])
    func unready(seconds: Int) async throws {
      let metrics = try MetricsCollector()
      let service = ReadinessService(metrics.health, delay: .seconds(seconds))
      try await testGracefulShutdown { trigger in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { try await service.run() }
          await Self.pause()
          #expect(!metrics.health.report().isDraining)
          trigger.triggerGracefulShutdown()
          try await group.waitForAll()
        }
      }
      #expect(metrics.health.report().isDraining)
    }

    @Test("never run leaves nothing")
    func never() async throws {
      let metrics = try MetricsCollector()
      let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
      let address = try #require(server.boundAddress)
      do {
        _ = metrics.services(serving: MetricsConfig(bindAddress: address), around: [])
        _ = metrics.services(serving: server, around: [])
      }
      #expect(await ServiceOrderTests.status("/live", at: address) == 200)
      await server.shutdown()
    }
  }
#endif
