// Does the export stand every collector by gRPC, in plain text and over TLS?

#if OTLPGRPC
  import ExportTestSupport
  import GRPCCore
  import MailObservability
  import MailObservabilityOTLPGRPC
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP
  import ObservabilityPlatform
  import ObservabilitySockets
  import TestSupport
  import Testing

  @Suite("OTLP by gRPC")
  struct OTLPGRPCTests {
    static func exporter(
      port: UInt16, isSecure: Bool, headers: [(String, String)] = [], isCompressed: Bool = false,
      _ change: (inout TLSMaterial) -> Void = { _ in }
    ) throws -> (ObservabilitySockets.EventLoop, Duration) throws -> any SpanExporter {
      var target = ExportTarget(try ClientEndpoint("\(isSecure ? "https" : "http")://127.0.0.1:\(port)"))
      target.headers = headers
      target.isCompressed = isCompressed
      if isSecure { target.tls.trustRoots = Array(TestCertificates.root.utf8) }
      change(&target.tls)
      return { [target] loop, timeout in
        var target = target
        target.timeout = timeout
        return try ExportTransport.grpc.make(target, loop)
      }
    }

    private static func server(
      isSecure: Bool, asksClients: Bool = false, hasAddress: Bool = true
    ) async throws -> GRPCTestServer {
      let tls =
        isSecure
        ? try NIOSSLContext.testServer(protocols: ["h2"], asksClients: asksClients, hasAddress: hasAddress)
        : nil
      return try await GRPCTestServer(tls: tls)
    }

    @Test(
      "accounts for each span, with every behaviour, and ends in time",
      arguments: CollectorBehaviour.allCases,
      [false, true])
    func everyBehaviour(behaviour: CollectorBehaviour, isSecure: Bool) async throws {
      let server = try await Self.server(isSecure: isSecure)
      server.behaviour.withLock { $0 = behaviour }
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: isSecure))
      let problems = await world.play(behaviour, by: server)
      #expect(problems.isEmpty, "\(problems), said: \(world.said.withLock { $0 })")
    }

    @Test(
      "sends the encoder's bytes and what the protocol asks for, on a connection that is kept",
      arguments: [false, true])
    func request(isCompressed: Bool) async throws {
      let server = try await Self.server(isSecure: true)
      let headers = [
        ("Authorization", "Bearer geheim"), ("content-type", "text/plain"), ("X-Tenant", "mail"),
      ]
      let world = try ExportWorld(
        through: Self.exporter(
          port: server.port, isSecure: true, headers: headers, isCompressed: isCompressed))
      for _ in 0..<3 {
        world.record(1)
        #expect(await world.export.flush(within: .seconds(3600)))
      }
      #expect(server.connections == 1 && server.requests == 3)
      let request = try #require(server.taken.first)
      // What grpc-swift and this library say themselves is not doubled by what the host gives.
      #expect(Array(request.metadata[stringValues: "authorization"]) == ["Bearer geheim"])
      #expect(Array(request.metadata[stringValues: "x-tenant"]) == ["mail"])
      #expect(Array(request.metadata[stringValues: "user-agent"]) == [OTLPExport.userAgent])
      #expect(Array(request.metadata[stringValues: "content-type"]) != ["text/plain"])
      let timeout = request.metadata[stringValues: "grpc-timeout"].first { _ in true }
      #expect(timeout?.last == "m" && (timeout?.count ?? 0) <= 9, "\(String(describing: timeout))")
      // A request with one batch of one resource.
      #expect(request.message.first == 0x0A && request.message.count > 100)
      await world.export.shutdown(within: .seconds(3600))
      #expect(await eventually { server.open == 0 }, "nothing is left open")
      server.stop()
    }

    @Test("goes on by itself when the collector is back, and says so")
    func recovery() async throws {
      let server = try await Self.server(isSecure: false)
      server.behaviour.withLock { $0 = .unavailable }
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: false))
      world.record(512)
      #expect(await world.pass { server.requests >= 2 })
      server.behaviour.withLock { $0 = .accepts }
      #expect(await world.pass { world.export.statistics.totals.settled == 512 })
      #expect(world.export.statistics.totals.exported == 512)
      #expect(
        world.said.withLock { $0 } == [
          "spans cannot be exported: the collector has answered UNAVAILABLE",
          "the collector takes spans again",
        ])
      await world.export.shutdown(within: .seconds(3600))
      server.stop()
    }

    @Test("waits as long as RetryInfo asks for")
    func retryInfo() async throws {
      let server = try await Self.server(isSecure: false)
      server.behaviour.withLock { $0 = .throttlesForDecades }
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: false))
      world.record(512)
      #expect(await eventually { world.said.withLock { !$0.isEmpty } })
      // Of the five minutes that are believed, real time takes its part.
      world.loop.advanceClock(by: .seconds(100))
      // The loop has done by then what was due.
      #expect(!world.isSending && server.requests == 1)
      server.behaviour.withLock { $0 = .accepts }
      #expect(await world.pass { world.export.statistics.totals.exported == 512 })
      await world.export.shutdown(within: .zero)
      server.stop()
    }

    @Test("says nothing of a secret, whatever goes wrong", arguments: CollectorBehaviour.allCases)
    func secrets(behaviour: CollectorBehaviour) async throws {
      let server = try await Self.server(isSecure: false)
      server.behaviour.withLock { $0 = behaviour }
      let headers = [("Authorization", "Bearer \(CollectorBehaviour.secret)")]
      let world = try ExportWorld(
        through: Self.exporter(port: server.port, isSecure: false, headers: headers)
      ) {
        $0.timeout = .seconds(2)
      }
      if behaviour == .refusesConnections { server.stop() }
      world.record(512)
      let hangs = { @Sendable in behaviour.hangs && server.requests > 0 }
      #expect(await world.pass(whileHanging: hangs) { world.export.statistics.totals.settled == 512 })
      await world.export.shutdown(within: .zero)
      for text in world.said.withLock({ $0 }) {
        #expect(!text.contains(CollectorBehaviour.secret), "\(text)")
      }
      server.stop()
    }

    enum Trust: CaseIterable, Sendable {
      case byRoot, byOtherRoot, byTheSystem, byName, byWrongName, withoutClient, withClient
    }

    @Test("trusts whom it is told to, and shows who it is", arguments: Trust.allCases)
    func trust(trust: Trust) async throws {
      let asksClients = trust == .withoutClient || trust == .withClient
      let hasAddress = trust != .byName && trust != .byWrongName
      let server = try await Self.server(isSecure: true, asksClients: asksClients, hasAddress: hasAddress)
      let exporter = try Self.exporter(port: server.port, isSecure: true) { tls in
        switch trust {
        case .byRoot, .withoutClient: break
        case .byOtherRoot: tls.trustRoots = Array(TestCertificates.otherRoot.utf8)
        case .byTheSystem: tls.trustRoots = nil
        case .byName: tls.serverName = "collector.example"
        case .byWrongName: tls.serverName = "other.example"
        case .withClient:
          tls.certificates = Array(TestCertificates.client.utf8)
          tls.privateKey = Array(TestCertificates.clientKey.utf8)
        }
      }
      let world = try ExportWorld(through: exporter)
      let isTrusted = [.byRoot, .byName, .withClient].contains(trust)
      world.record(512)
      #expect(await world.pass { world.export.statistics.totals.settled == 512 })
      #expect(world.export.statistics.totals.exported == (isTrusted ? 512 : 0))
      #expect(isTrusted ? server.requests == 1 : server.requests == 0)
      #expect(world.said.withLock { $0.isEmpty } == isTrusted, "\(world.said.withLock { $0 })")
      await world.export.shutdown(within: .zero)
      server.stop()
    }

    @Test("is not held up, and ends, where the collector speaks no HTTP/2", arguments: [true, false])
    func otherProtocols(isSilent: Bool) async throws {
      let server = ScriptedServer(
        Array(
          repeating: { peer in
            if !isSilent { peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") }
            peer.waitForEnd()
          }, count: 1024))
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: false))
      world.record(512)
      let hangs = { @Sendable in server.accepted > 0 }
      #expect(await world.pass(whileHanging: hangs) { world.export.statistics.totals.settled == 512 })
      #expect(world.export.statistics.totals.dropped == 512 && world.isAccountedFor)
      await world.export.shutdown(within: .zero)
      #expect(await eventually { server.clients == 0 })
      server.stop()
    }

    @Test("exports and ends while every thread of the cooperative pool is blocked")
    func blockedPool() async throws {
      let server = try await Self.server(isSecure: true)
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: true))
      let exported = await onThread {
        let blocking = blockPool()
        world.record(512)
        let began = ContinuousClock.now
        while world.export.statistics.totals.exported < 512, ContinuousClock.now - began < patience {
          usleep(1000)
        }
        let isOver = Flag()
        Task(executorPreference: world.loop) {
          await world.export.shutdown(within: .seconds(600))
          isOver.set()
        }
        isOver.waitBlocking()
        let exported = world.export.statistics.totals.exported
        blocking.set()
        return exported
      }
      #expect(exported == 512)
      #expect(await eventually { server.open == 0 })
      server.stop()
    }

    @Test(
      "refuses header fields that gRPC has no room for",
      arguments: [("grpc-timeout", "1S"), ("Grpc-Status", "0"), ("x", "é geheim")])
    func headers(name: String, value: String) throws {
      let metrics = try MetricsCollector()
      var config = TracingConfig(serviceName: "mx1")
      config.protocol = .grpc
      config.transports = [.grpc]
      config.headers[name] = value
      let error = #expect(throws: MetricsConfigError.self) { try metrics.startTracing(config) }
      #expect(error?.setting == "headers" && error?.message.contains("geheim") == false)
    }

    #if os(Linux)
      @Test("leaves no thread and no descriptor, whatever the collector does")
      func leftBehind() async {
        await #expect(processExitsWith: .success) {
          let silent = ScriptedServer(Array(repeating: { $0.waitForEnd() }, count: 64))
          let gone = ScriptedServer([])
          gone.stop()
          var before: [String: Int] = [:]
          for round in 0..<24 {
            // What the process begins with the first of them stays.
            if round == 4 { before = whatIsOpen() }
            let metrics = try MetricsCollector()
            var config = TracingConfig(serviceName: "mx1")
            (config.protocol, config.transports) = (.grpc, [.grpc])
            config.endpoint = "http://127.0.0.1:\((round % 2 == 0 ? silent : gone).port)"
            try metrics.startTracing(config)
            metrics.tracing.startSpan(.smtp(.data)).end()
            _ = await metrics.tracing.flush(within: .milliseconds(20))
            await metrics.tracing.shutdown(within: .milliseconds(20))
          }
          // The ends of the collector that is played close by themselves, a little later.
          let early = before
          let isAsBefore = await eventually {
            whatIsOpen().allSatisfy { kind, count in count <= early[kind, default: 0] + 2 }
          }
          #expect(isAsBefore, "\(before), \(whatIsOpen())")
          silent.stop()
        }
      }
    #endif
  }
#endif
