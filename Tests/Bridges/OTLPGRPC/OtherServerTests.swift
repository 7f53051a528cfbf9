// Does the export stand collectors by gRPC whose server is not grpc-swift's?

#if OTLPGRPC
  import CollectorConnections
  import ExportTestSupport
  import MailObservabilityOTLPGRPC
  import NIOEmbedded
  import OTLPExport
  import ObservabilityPlatform
  import TestSupport
  import Testing

  /// Frames of HTTP/2, as bytes.
  enum RawHTTP2 {
    static let settings = frame(4)

    static func frame(
      _ type: UInt8, flags: UInt8 = 0, on stream: UInt32 = 0, _ payload: [UInt8] = []
    ) -> [UInt8] {
      var frame = Array(bytes(of: UInt32(payload.count)).dropFirst())
      frame += [type, flags]
      frame += bytes(of: stream)
      frame += payload
      return frame
    }

    /// Header fields of less than 127 bytes each, neither indexed nor compressed.
    static func headers(_ fields: [(String, String)], on stream: UInt32, isLast: Bool = false) -> [UInt8] {
      var block: [UInt8] = []
      for (name, value) in fields {
        block.append(0)
        for text in [name, value] {
          block.append(UInt8(text.utf8.count))
          block += text.utf8
        }
      }
      return frame(1, flags: isLast ? 5 : 4, on: stream, block)
    }

    static func message(_ message: [UInt8], isCompressed: Bool, on stream: UInt32) -> [UInt8] {
      var framed: [UInt8] = [isCompressed ? 1 : 0]
      framed += bytes(of: UInt32(message.count))
      framed += message
      return frame(0, on: stream, framed)
    }

    /// Answers what comes on a connection, once it is whole; nothing of it is read.
    static func serve(_ peer: ScriptedPeer, _ answer: (_ stream: UInt32) -> [UInt8]) {
      peer.send(settings)
      var received: [UInt8] = []
      func take(_ count: Int) -> [UInt8]? {
        while received.count < count {
          let more = peer.read()
          if more.isEmpty { return nil }
          received += more
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
      }
      guard take(24) != nil else { return }
      while let head = take(9) {
        let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
        guard take(length) != nil else { return }
        let (type, flags) = (head[3], head[4])
        if type == 4, flags & 1 == 0 { peer.send(frame(4, flags: 1)) }
        if type <= 1, flags & 1 == 1 { peer.send(answer(head[5...].reduce(0) { $0 << 8 | UInt32($1) })) }
      }
    }

    private static func bytes(of number: UInt32) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
  }

  @Suite("OTLP by gRPC, to another server")
  struct OtherServerTests {
    static let head = [(":status", "200"), ("content-type", "application/grpc")]

    private static func server(
      _ answer: @escaping @Sendable (_ stream: UInt32) -> [UInt8]
    ) -> ScriptedServer {
      ScriptedServer(Array(repeating: { peer in RawHTTP2.serve(peer, answer) }, count: 16))
    }

    @Test("stands a message that ends with a percent sign, and shows it")
    func percent() async throws {
      let server = Self.server { stream in
        let status = [("grpc-status", "3"), ("grpc-message", "the disk is full to 100%")]
        return RawHTTP2.headers(Self.head + status, on: stream, isLast: true)
      }
      let world = try ExportWorld(through: OTLPGRPCTests.exporter(port: server.port, isSecure: false))
      world.record(1)
      #expect(await !world.export.flush(within: .seconds(3600)))
      #expect(world.export.statistics.totals.dropped == 1)
      #expect(
        world.said.withLock { $0 } == [
          "spans cannot be exported: the collector has answered INVALID_ARGUMENT: the disk is full to 100%"
        ])
      await world.export.shutdown(within: .zero)
      server.stop()
    }

    enum Answer: CaseIterable, Sendable { case whole, cut, uncompressed }

    @Test("reads an answer that is compressed as the request was", arguments: Answer.allCases)
    func compressed(answer: Answer) async throws {
      let partial = CollectorBehaviour.partial(rejected: 1, "too old")
      let gzip = try #require(try Gzip().compress(partial))
      let message =
        switch answer {
        case .whole: gzip
        case .cut: Array(gzip.dropLast(9))
        case .uncompressed: partial
        }
      let server = Self.server { stream in
        RawHTTP2.headers(Self.head + [("grpc-encoding", "gzip")], on: stream)
          + RawHTTP2.message(message, isCompressed: answer != .uncompressed, on: stream)
          + RawHTTP2.headers([("grpc-status", "0")], on: stream, isLast: true)
      }
      let world = try ExportWorld(
        through: OTLPGRPCTests.exporter(port: server.port, isSecure: false, isCompressed: true))
      world.record(2)
      _ = await world.export.flush(within: .seconds(3600))
      // The collector has the spans; what cannot be read changes nothing.
      let totals = world.export.statistics.totals
      #expect(totals.rejected == (answer == .cut ? 0 : 1) && totals.exported == 2 - totals.rejected)
      #expect(totals.dropped == 0)
      await world.export.shutdown(within: .zero)
      server.stop()
    }

    @Test("goes on where the collector turns each connection away")
    func turnedAway() async throws {
      let server = ScriptedServer(
        Array(
          repeating: { peer in
            // GOAWAY, of which no stream is taken.
            peer.send(RawHTTP2.settings + RawHTTP2.frame(7, [UInt8](repeating: 0, count: 8)))
            peer.waitForEnd()
          }, count: 1024))
      let world = try ExportWorld(through: OTLPGRPCTests.exporter(port: server.port, isSecure: false)) {
        $0.timeout = .seconds(60)
      }
      world.record(512)
      let hangs = { @Sendable in server.accepted > 0 }
      #expect(await world.pass(whileHanging: hangs) { world.export.statistics.totals.settled == 512 })
      #expect(world.export.statistics.totals.dropped == 512 && world.isAccountedFor)
      await world.export.shutdown(within: .zero)
      #expect(await eventually { server.clients == 0 })
      server.stop()
    }

    @Test("makes few connections in a row that take no request")
    func unused() {
      let (connections, channels) = (OpenConnections(), (0..<6).map { _ in EmbeddedChannel() })
      #expect(channels[..<4].map { connections.add($0) } == [true, true, false, false])
      connections.use()
      #expect(connections.add(channels[4]) && connections.uses == 1 && !connections.isEmpty)
      connections.cut()
      #expect(!connections.add(channels[5]))
      for channel in channels { channel.embeddedEventLoop.run() }
      #expect(connections.isEmpty)
    }
  }
#endif
