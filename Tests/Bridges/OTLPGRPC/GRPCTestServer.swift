// How does a test play a collector that is asked by gRPC?

#if OTLPGRPC
  import ExportTestSupport
  import GRPCCore
  import GRPCNIOTransportHTTP2
  import NIOCore
  import NIOPosix
  import NIOSSL
  import ObservabilityPlatform
  import ObservabilitySockets
  import TestSupport

  /// A collector by gRPC, behind a relay. Its tasks run on a loop of its own, so that it answers while a test blocks the
  /// cooperative pool. Ends with ``stop()``.
  final class GRPCTestServer: TestCollector {
    struct Request: Sendable {
      let metadata: Metadata
      let message: [UInt8]
    }

    private struct State {
      var requests: [Request] = []
      var atOnce = 0
      var mostAtOnce = 0
      var isStopped = false
    }

    let behaviour = Locked(CollectorBehaviour.accepts)
    private let state = Locked(State())
    private let relay: Relay
    private let group: MultiThreadedEventLoopGroup
    private let loop: ObservabilitySockets.EventLoop
    private let serving: Task<Void, Never>

    /// - Parameter tls: of the relay.
    init(tls: NIOSSLContext? = nil) async throws {
      let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
      let loop = try ObservabilitySockets.EventLoop(name: "test collector")
      let transport = HTTP2ServerTransport.Posix(
        address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext,
        config: .defaults { $0.compression.enabledAlgorithms = .all }, eventLoopGroup: group)
      (self.group, self.loop) = (group, loop)
      let service = Service(behaviour, state)
      let server = GRPCServer(transport: transport, services: [service])
      serving = Task(executorPreference: loop) { try? await server.serve() }
      let address = try await transport.listeningAddress
      relay = try Relay(to: UInt16(address.ipv4?.port ?? 0), tls: tls)
      let relay = relay
      service.play.withLock { $0 = { relay.way = $0 } }
    }

    var port: UInt16 { relay.port }
    var requests: Int { state.withLock { $0.requests.count } }
    var taken: [Request] { state.withLock { $0.requests } }
    var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }
    /// Connections that were taken.
    var connections: Int { relay.accepted }
    var open: Int { relay.open }

    func stop() {
      let isFirst = state.withLock { state in
        defer { state.isStopped = true }
        return !state.isStopped
      }
      guard isFirst else { return }
      relay.stop()
      serving.cancel()
      let (serving, group, loop) = (serving, group, loop)
      Task.detached {
        await serving.value
        try? await group.shutdownGracefully()
        loop.shutdown()
      }
    }

    private final class Service: RegistrableRPCService {
      let behaviour: Locked<CollectorBehaviour>
      let state: Locked<State>
      let play = Locked<@Sendable (Relay.Way) -> Void>({ _ in })

      init(_ behaviour: Locked<CollectorBehaviour>, _ state: Locked<State>) {
        self.behaviour = behaviour
        self.state = state
      }

      func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let method = MethodDescriptor(
          fullyQualifiedService: "opentelemetry.proto.collector.trace.v1.TraceService", method: "Export")
        router.registerHandler(forMethod: method, deserializer: TestBytes(), serializer: TestBytes()) {
          [self] request, _ in
          var message: [UInt8] = []
          for try await part in request.messages { message += part }
          let taken = Request(metadata: request.metadata, message: message)
          state.withLock { state in
            state.requests.append(taken)
            state.atOnce += 1
            state.mostAtOnce = max(state.mostAtOnce, state.atOnce)
          }
          defer { state.withLock { $0.atOnce -= 1 } }
          return try await answer()
        }
      }

      private func answer() async throws -> StreamingServerResponse<[UInt8]> {
        func message(_ bytes: [UInt8]) -> StreamingServerResponse<[UInt8]> {
          StreamingServerResponse(single: ServerResponse(message: bytes))
        }
        func failure(
          _ code: RPCError.Code, _ message: String = "", retryAfter seconds: Int64? = nil
        ) -> StreamingServerResponse<[UInt8]> {
          var metadata = Metadata()
          if let seconds { metadata.addBinary(RetryInfo.status(seconds), forKey: "grpc-status-details-bin") }
          return StreamingServerResponse(error: RPCError(code: code, message: message, metadata: metadata))
        }
        let partial = CollectorBehaviour.partial
        switch behaviour.withLock({ $0 }) {
        case .accepts: return message([])
        case .acceptsWithoutContent:
          return StreamingServerResponse(of: [UInt8].self, metadata: [:]) { _ in [:] }
        case .acceptsInJSON: return message(Array("{}".utf8))
        case .acceptsWithRubbish: return message([0xFF, 0xFF, 0x07, 0x0A])
        case .rejectsSome: return message(partial(256, "too old"))
        case .rejectsMoreThanThereWere: return message(partial(1 << 40, "all of them"))
        case .rejectsNegative: return message(partial(UInt64(bitPattern: -5), ""))
        case .warns: return message(partial(0, "slow down"))
        case .badRequest: return failure(.invalidArgument, "bad")
        case .unauthorized: return failure(.unauthenticated)
        case .repeatsTheSecret:
          return failure(.unauthenticated, "no such token: \(CollectorBehaviour.secret)")
        case .tooLarge: return failure(.resourceExhausted, "too large")
        case .serverError: return failure(.internalError)
        case .throttlesForThreeSeconds: return failure(.resourceExhausted, retryAfter: 3)
        case .throttlesUntilADate: return failure(.unavailable, retryAfter: 567_000_000)
        case .throttlesForDecades: return failure(.resourceExhausted, retryAfter: 1_000_000_000)
        case .throttlesForNoTime: return failure(.resourceExhausted, retryAfter: 0)
        case .throttles: return failure(.unavailable)
        case .unavailable: return failure(.unavailable)
        case .badGateway: return failure(.aborted)
        case .gatewayTimeout: return failure(.deadlineExceeded)
        case .answersAByteASecond:
          play.withLock { $0 }(.trickle)
          return message([UInt8](repeating: 0, count: 100_000))
        case .answersFiveMebibytes: return message([UInt8](repeating: 0x20, count: 5 << 20))
        case .resets:
          play.withLock { $0 }(.reset)
          return message([])
        case .isABlackHole, .refusesConnections:
          let (ends, end) = AsyncStream.makeStream(of: Never.self)
          // Until the request is cancelled.
          for await _ in ends {}
          end.finish()
          throw CancellationError()
        }
      }
    }
  }

  /// Messages as they are.
  struct TestBytes: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) -> Bytes { Bytes(message) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> [UInt8] {
      bytes.withUnsafeBytes { Array($0) }
    }
  }

  /// `google.rpc.RetryInfo`, as a collector puts it into a status.
  enum RetryInfo {
    static func status(_ seconds: Int64) -> [UInt8] {
      func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2, UInt8(bytes.count)] + bytes
      }
      var duration: [UInt8] = []
      if seconds != 0 {
        duration = [0x08]
        var rest = UInt64(bitPattern: seconds)
        while rest >= 0x80 {
          duration.append(UInt8(rest & 0x7F) | 0x80)
          rest >>= 7
        }
        duration.append(UInt8(rest))
      }
      let detail =
        field(1, Array("type.googleapis.com/google.rpc.RetryInfo".utf8)) + field(2, field(1, duration))
      return [0x08, 8] + field(3, detail)
    }
  }
#endif
