// Does the export stand every collector by HTTP over TLS?

#if OTLPTLS
  import ExportTestSupport
  import MailObservability
  import MailObservabilityOTLPTLS
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP
  import ObservabilityPlatform
  import ObservabilitySockets
  import TestSupport
  import Testing

  @Suite("OTLP by HTTP over TLS")
  struct OTLPTLSTests {
    /// A collector behind TLS.
    final class Server: TestCollector {
      let behaviour = Locked(CollectorBehaviour.accepts)
      let taken = Locked<[RawServer.Request]>([])
      private let server: RawServer
      private let relay: Relay

      init(asksClients: Bool = false, hasAddress: Bool = true) throws {
        server = RawServer { [behaviour, taken] request in
          taken.withLock { $0.append(request) }
          return behaviour.withLock { $0 }.reaction(spans: 512) ?? .hang
        }
        relay = try Relay(
          to: server.port,
          tls: .testServer(protocols: ["http/1.1"], asksClients: asksClients, hasAddress: hasAddress))
      }

      var port: UInt16 { relay.port }
      var requests: Int { server.requests }
      var mostAtOnce: Int { server.mostAtOnce }
      var connections: Int { server.connections }
      var open: Int { relay.open }

      func stop() {
        relay.stop()
        server.stop()
      }
    }

    private static func exporter(
      port: UInt16, headers: [(String, String)] = [], isCompressed: Bool = false, path: String = "/v1/traces",
      _ change: (inout TLSMaterial) -> Void = { _ in }
    ) throws -> (ObservabilitySockets.EventLoop, Duration) throws -> any SpanExporter {
      var target = ExportTarget(try ClientEndpoint("https://127.0.0.1:\(port)\(path)"))
      target.headers = headers
      target.isCompressed = isCompressed
      target.tls.trustRoots = Array(TestCertificates.root.utf8)
      change(&target.tls)
      return { [target] loop, timeout in
        var target = target
        target.timeout = timeout
        return try ExportTransport.tls.make(target, loop)
      }
    }

    @Test(
      "accounts for each span, with every behaviour, and ends in time", arguments: CollectorBehaviour.allCases
    )
    func everyBehaviour(behaviour: CollectorBehaviour) async throws {
      let server = try Server()
      server.behaviour.withLock { $0 = behaviour }
      let world = try ExportWorld(through: Self.exporter(port: server.port))
      let problems = await world.play(behaviour, by: server)
      #expect(problems.isEmpty, "\(problems), said: \(world.said.withLock { $0 })")
    }

    @Test("sends what the protocol asks for, on a connection that is kept", arguments: [false, true])
    func request(isCompressed: Bool) async throws {
      let server = try Server()
      let headers = [("Authorization", "Bearer geheim"), ("content-type", "text/plain")]
      let world = try ExportWorld(
        through: Self.exporter(
          port: server.port, headers: headers, isCompressed: isCompressed, path: "/t?k=v"))
      for _ in 0..<3 {
        world.record(1)
        #expect(await world.export.flush(within: .seconds(3600)))
      }
      #expect(server.connections == 1 && server.requests == 3)
      let request = try #require(server.taken.withLock { $0.first })
      let lines = request.head.split(separator: "\r\n").map { $0.lowercased() }
      #expect(lines.first == "post /t?k=v http/1.1")
      #expect(lines.filter { $0.hasPrefix("content-type:") } == ["content-type: application/x-protobuf"])
      #expect(lines.filter { $0.hasPrefix("host:") } == ["host: 127.0.0.1:\(server.port)"])
      #expect(lines.contains("user-agent: \(OTLPExport.userAgent.lowercased())"))
      #expect(lines.contains("authorization: bearer geheim"))
      #expect(lines.contains("content-encoding: gzip") == isCompressed)
      #expect(!lines.contains { $0.hasPrefix("traceparent") })
      #expect(request.body.starts(with: isCompressed ? [0x1F, 0x8B] : [0x0A]))
      await world.export.shutdown(within: .seconds(3600))
      #expect(await eventually { server.open == 0 }, "nothing is left open")
      server.stop()
    }

    @Test("follows no redirect")
    func redirect() async throws {
      let other = try Server()
      let server = RawServer { _ in
        let lines = [
          "HTTP/1.1 307 Temporary Redirect", "Location: https://127.0.0.1:\(other.port)/",
          "Content-Length: 0",
        ]
        return .answer(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
      }
      let relay = try Relay(to: server.port, tls: .testServer(protocols: ["http/1.1"]))
      let world = try ExportWorld(through: Self.exporter(port: relay.port))
      world.record(1)
      #expect(await !world.export.flush(within: .seconds(3600)))
      #expect(world.export.statistics.totals.dropped == 1 && other.requests == 0 && server.requests == 1)
      #expect(world.said.withLock { $0 } == ["spans cannot be exported: the collector has answered 307"])
      await world.export.shutdown(within: .zero)
      relay.stop()
      server.stop()
      other.stop()
    }

    @Test(
      "takes an answer for whole that ends with its connection, of which the collector does not say that it ends",
      arguments: [true, false])
    func withoutGoodbye(isLong: Bool) async throws {
      let server = ScriptedServer(
        Array(
          repeating: { peer in
            guard peer.readRequest() != nil else { return }
            peer.send("HTTP/1.0 200 OK\r\nContent-Type: application/x-protobuf\r\n\r\n")
            if isLong { peer.send(CollectorBehaviour.partial(rejected: 1, "too old")) }
          }, count: 16))
      let relay = try Relay(
        to: server.port, tls: .testServer(protocols: ["http/1.1"]), saysGoodbye: false)
      let world = try ExportWorld(through: Self.exporter(port: relay.port))
      world.record(2)
      _ = await world.export.flush(within: .seconds(3600))
      let totals = world.export.statistics.totals
      #expect(totals.rejected == (isLong ? 1 : 0) && totals.exported == 2 - totals.rejected)
      #expect(server.accepted == 1, "sent twice")
      await world.export.shutdown(within: .zero)
      relay.stop()
      server.stop()
    }

    @Test("goes on by itself when the collector is back, and says so")
    func recovery() async throws {
      let server = try Server()
      let world = try ExportWorld(through: Self.exporter(port: server.port))
      let status = "503"
      #expect(await world.playRecovery(by: server, server.behaviour, status: status).isEmpty)
    }

    @Test("says nothing of a secret, whatever goes wrong", arguments: CollectorBehaviour.allCases)
    func secrets(behaviour: CollectorBehaviour) async throws {
      let server = try Server()
      server.behaviour.withLock { $0 = behaviour }
      let headers = [("Authorization", "Bearer \(CollectorBehaviour.secret)")]
      let exporter = try Self.exporter(port: server.port, headers: headers)
      let world = try ExportWorld(through: exporter) { $0.timeout = .seconds(2) }
      let problems = await world.playSecret(behaviour, by: server)
      #expect(problems.isEmpty, "\(problems)")
    }

    @Test("trusts whom it is told to, and shows who it is", arguments: TrustCase.allCases)
    func trust(trust: TrustCase) async throws {
      let server = try Server(asksClients: trust.asksClients, hasAddress: trust.hasAddress)
      let exporter = try Self.exporter(port: server.port) { trust.change(&$0) }
      let problems = try await ExportWorld(through: exporter).play(trust, by: server)
      #expect(problems.isEmpty, "\(problems)")
    }

    @Test("is not held up, and ends, where the collector speaks no TLS", arguments: [true, false])
    func otherProtocols(isSilent: Bool) async throws {
      let server = ScriptedServer.ofAnotherProtocol(isSilent: isSilent)
      let world = try ExportWorld(through: Self.exporter(port: server.port))
      let problems = await world.play(anotherProtocolOf: server)
      #expect(problems.isEmpty, "\(problems)")
    }

    @Test("exports and ends while every thread of the cooperative pool is blocked")
    func blockedPool() async throws {
      let server = try Server()
      let world = try ExportWorld(through: Self.exporter(port: server.port))
      #expect(await world.playBlockedPool().isEmpty)
      #expect(await eventually { server.open == 0 })
      server.stop()
    }

    enum Fault: CaseIterable, Sendable {
      case missingFile, folder, noCertificate, noKey, keyWithoutCertificates, certificatesWithoutKey, otherKey
      case addressForName
    }

    @Test(
      "refuses certificates that cannot be used, names the setting, and tells nothing of them",
      arguments: Fault.allCases)
    func faults(fault: Fault) throws {
      let metrics = try MetricsCollector()
      var config = TracingConfig(serviceName: "mx1")
      config.endpoint = "https://collector.example:4318"
      config.transports = [.tls]
      let setting: String
      switch fault {
      case .missingFile:
        config.tls.trustRoots = .file("/nonexistent/root.pem")
        setting = "tls.trustRoots"
      case .folder:
        config.tls.trustRoots = .file("/")
        setting = "tls.trustRoots"
      case .noCertificate:
        config.tls.trustRoots = .text("geheim")
        setting = "tls.trustRoots"
      case .noKey:
        config.tls.certificates = .text(TestCertificates.client)
        config.tls.privateKey = .text("geheim")
        setting = "tls.privateKey"
      case .keyWithoutCertificates:
        config.tls.privateKey = .text(TestCertificates.clientKey)
        setting = "tls.privateKey"
      case .certificatesWithoutKey:
        config.tls.certificates = .text(TestCertificates.client)
        setting = "tls.certificates"
      case .otherKey:
        config.tls.certificates = .text(TestCertificates.client)
        config.tls.privateKey = .text(TestCertificates.serverKey)
        setting = "tls.privateKey"
      case .addressForName:
        config.tls.serverName = "127.0.0.1"
        setting = "tls.serverName"
      }
      let error = #expect(throws: MetricsConfigError.self) { try metrics.startTracing(config) }
      #expect(error?.setting == setting && error?.code == .invalidSetting, "\(String(describing: error))")
      for text in ["\(String(describing: error))", "\(config)", "\(config.tls)"] {
        #expect(!text.contains("geheim") && !text.contains("BEGIN"))
      }
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
            config.transports = [.tls]
            config.endpoint = "https://127.0.0.1:\((round % 2 == 0 ? silent : gone).port)"
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
