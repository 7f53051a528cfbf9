// How does one request go to a collector by gRPC?

#if OTLPGRPC
  import CollectorConnections
  import GRPCCore
  import GRPCNIOTransportHTTP2
  import NIOCore
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP
  import ObservabilityPlatform
  import ObservabilitySockets

  /// Why there is no further connection.
  private struct Unused: Error, CustomStringConvertible {
    var description: String { "the collector ends connections before it takes a request" }
  }

  /// A client of one address by gRPC. Its tasks run on the loop, its connection on the thread. It tries nothing again: the
  /// export does.
  final class GRPCCollector: CollectorClient {
    private typealias Transport = HTTP2ClientTransport.Posix

    /// The most bytes of an answer. Source: OTLP specification, "Response size limits".
    static let longestAnswer = 4 << 20
    private static let method = MethodDescriptor(
      fullyQualifiedService: "opentelemetry.proto.collector.trace.v1.TraceService", method: "Export")

    private let settings: Settings
    private let address: ObservabilitySockets.SocketAddress
    private let loop: ObservabilitySockets.EventLoop
    private let connections = OpenConnections()
    private let client: GRPCClient<Transport>?
    private let running: Task<Void, Never>

    init(
      _ settings: Settings, address: ObservabilitySockets.SocketAddress, connecting: Duration,
      on loop: ObservabilitySockets.EventLoop, _ thread: ConnectionThread
    ) {
      self.settings = settings
      self.address = address
      self.loop = loop
      let transport = Self.transport(settings, address, connections, thread)
      let client = transport.map { GRPCClient(transport: $0) }
      self.client = client
      running = Task(executorPreference: loop) { try? await client?.runConnections() }
    }

    /// Nil where the transport knows no such address, which there is none.
    private static func transport(
      _ settings: Settings, _ address: ObservabilitySockets.SocketAddress, _ connections: OpenConnections,
      _ thread: ConnectionThread
    ) -> Transport? {
      var config = Transport.Config.defaults
      config.http2.authority = settings.authority
      // Without the waiting for more to be sent that it begins with.
      config.connection = .init(maxIdleTime: .seconds(60), keepalive: nil)
      // What is sent may be compressed; grpc-swift inflates nothing that a collector sends.
      config.compression = .init(algorithm: settings.isCompressed ? .gzip : .none, enabledAlgorithms: .none)
      config.channelDebuggingCallbacks.onCreateTCPConnection = { channel in
        guard connections.add(channel) else { return channel.eventLoop.makeFailedFuture(Unused()) }
        guard let tls = settings.tls else { return channel.eventLoop.makeSucceededVoidFuture() }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: tls, serverHostname: settings.serverName), position: .first)
        }
      }
      config.channelDebuggingCallbacks.onCreateHTTP2Stream = { channel in
        connections.use()
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AnswerMending(), position: .first)
        }
      }
      let security: Transport.TransportSecurity = settings.tls == nil ? .plaintext : .customSecure
      return switch address {
      case .v4(_, let port):
        try? Transport(
          target: .ipv4(address: address.host, port: Int(port)), transportSecurity: security, config: config,
          eventLoopGroup: thread.group)
      case .v6(_, _, _, let port):
        try? Transport(
          target: .ipv6(address: address.host, port: Int(port)), transportSecurity: security, config: config,
          eventLoopGroup: thread.group)
      case .unix(let path):
        try? Transport(
          target: .unixDomainSocket(path: path), transportSecurity: security, config: config,
          eventLoopGroup: thread.group)
      }
    }

    var hasConnected: Bool { connections.uses > 0 }

    func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> CollectorOutcome {
      let (settings, before) = (settings, connections.uses)
      var metadata = settings.metadata
      metadata.addString(Self.timeout(limit), forKey: "grpc-timeout")
      var options = CallOptions.defaults
      options.waitForReady = false
      // What is called that of requests is that of answers in this transport.
      options.maxRequestMessageBytes = Self.longestAnswer
      options.maxResponseMessageBytes = Self.longestAnswer
      let answer: ExportAnswer
      do {
        guard let client else { throw RPCError(code: .internalError, message: "no transport") }
        answer = try await client.serverStreaming(
          request: GRPCCore.ClientRequest(message: body.bytes, metadata: metadata), descriptor: Self.method,
          serializer: RawBytes(), deserializer: RawBytes(), options: options
        ) { response in try await Self.answer(of: response, spans: spans, settings) }
      } catch {
        answer = .refused(refusal(error, isSent: connections.uses != before))
      }
      return CollectorOutcome(answer, isSent: connections.uses != before)
    }

    /// Reads to the status, which decides, and keeps the first message.
    private static func answer(
      of response: StreamingClientResponse<[UInt8]>, spans: Int, _ settings: Settings
    ) async throws -> ExportAnswer {
      var message: [UInt8]?
      var size = 0
      for try await part in try response.accepted.get().bodyParts {
        guard case .message(let bytes) = part else { continue }
        // With what stands before each, so that empty ones come to an end too.
        size += bytes.count + 5
        guard size <= longestAnswer else {
          let reason = "the collector has answered with more than \(longestAnswer) bytes"
          return .refused(ExportRefusal(reason, isRetryable: false, isAnswer: true))
        }
        if message == nil { message = bytes }
      }
      // The collector has the spans; what cannot be read changes nothing.
      let read = message.flatMap { settings.inflated($0) }
        .flatMap { try? TraceExportResponse($0, sent: spans) }
      return .accepted(
        rejected: read?.rejectedSpans ?? 0, message: settings.secrets.shown(read?.message ?? ""))
    }

    private func refusal(_ error: any Error, isSent: Bool) -> ExportRefusal {
      guard let error = error as? RPCError else { return ExportRefusal(ClientError.closed) }
      if isSent {
        let details = error.metadata[binaryValues: "grpc-status-details-bin"].first { _ in true } ?? []
        return GRPCRefusal(code: error.code.rawValue, message: error.message, details: details)
          .refusal(without: settings.secrets)
      }
      let cause = error.cause.map { settings.secrets.shown("\($0)".oneLine(atMost: 512)) } ?? error.message
      return ExportRefusal("connecting to \(address): \(cause.oneLine(atMost: 512))", isRetryable: true)
    }

    /// Eight digits at most, and a unit. Source: gRPC over HTTP2, "Timeout".
    private static func timeout(_ limit: Duration) -> String {
      let milliseconds = max(1, min(limit.clampedNanoseconds / 1_000_000, 99_999_999))
      return "\(milliseconds)m"
    }

    func end(then done: @escaping @Sendable () -> Void) {
      client?.beginGracefulShutdown()
      running.cancel()
      connections.cut()
      let running = running
      Task(executorPreference: loop) {
        await running.value
        done()
      }
    }
  }

  /// Messages as they are.
  private struct RawBytes: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) -> Bytes { Bytes(message) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> [UInt8] {
      bytes.withUnsafeBytes { Array($0) }
    }
  }
#endif
