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
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: false))
      let status = "UNAVAILABLE"
      #expect(await world.playRecovery(by: server, server.behaviour, status: status).isEmpty)
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
      let exporter = try Self.exporter(port: server.port, isSecure: false, headers: headers)
      let world = try ExportWorld(through: exporter) { $0.timeout = .seconds(2) }
      let problems = await world.playSecret(behaviour, by: server)
      #expect(problems.isEmpty, "\(problems)")
    }

    @Test("trusts whom it is told to, and shows who it is", arguments: TrustCase.allCases)
    func trust(trust: TrustCase) async throws {
      let server = try await Self.server(
        isSecure: true, asksClients: trust.asksClients, hasAddress: trust.hasAddress)
      let exporter = try Self.exporter(port: server.port, isSecure: true) { trust.change(&$0) }
      let problems = try await ExportWorld(through: exporter).play(trust, by: server)
      #expect(problems.isEmpty, "\(problems)")
    }

    @Test("is not held up, and ends, where the collector speaks no HTTP/2", arguments: [true, false])
    func otherProtocols(isSilent: Bool) async throws {
      let server = ScriptedServer.ofAnotherProtocol(isSilent: isSilent)
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: false))
      let problems = await world.play(anotherProtocolOf: server)
      #expect(problems.isEmpty, "\(problems)")
    }

    @Test("exports and ends while every thread of the cooperative pool is blocked")
    func blockedPool() async throws {
      let server = try await Self.server(isSecure: true)
      let world = try ExportWorld(through: Self.exporter(port: server.port, isSecure: true))
      #expect(await world.playBlockedPool().isEmpty)
      #expect(await eventually { server.open == 0 })
      server.stop()
    }

    @Test(
      "refuses header fields that gRPC has no room for",
      arguments: [
        ("grpc-timeout", "1S"), ("Grpc-Status", "0"), ("x", "é geheim"), ("x-bin", "!geheim"),
        ("x-Bin", "geheimabc"), ("x-bin", "geheim="), ("x-bin", "geheim=a"),
      ])
    func headers(name: String, value: String) throws {
      let metrics = try MetricsCollector()
      var config = TracingConfig(serviceName: "mx1")
      config.protocol = .grpc
      config.transports = [.grpc]
      config.headers[name] = value
      let error = #expect(throws: MetricsConfigError.self) { try metrics.startTracing(config) }
      #expect(error?.setting == "headers" && error?.message.contains("geheim") == false)
    }

    @Test("takes bytes in header fields as they are sent", arguments: ["", "YQ", "YQ==", "YWI", "YWJj"])
    func bytes(value: String) async throws {
      let metrics = try MetricsCollector()
      var config = TracingConfig(serviceName: "mx1")
      (config.protocol, config.transports) = (.grpc, [.grpc])
      config.headers["x-bin"] = value
      try metrics.startTracing(config)
      await metrics.tracing.shutdown(within: .zero)
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
