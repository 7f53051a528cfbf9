// How does one request go to a collector by HTTP over TLS?

#if OTLPTLS
  import AsyncHTTPClient
  import CollectorConnections
  import NIOCore
  import NIOHTTP1
  import NIOSSL
  import OTLPExport
  import ObservabilityHTTP
  import ObservabilityPlatform
  import ObservabilitySockets

  /// A client of one address by HTTP and TLS. It tries nothing again: the export does.
  final class TLSCollector: CollectorClient {
    struct Settings: Sendable {
      let url: String
      /// The host of the URL: the name that the collector's certificate has to have.
      let name: String?
      let fields: [(String, String)]
      let secrets: ExportSecrets
      let configuration: TLSConfiguration

      init(_ target: ExportTarget) throws(TransportFault) {
        configuration = try target.tls.configuration(protocols: ["http/1.1"])
        name = target.tls.name(at: target.endpoint)
        secrets = ExportSecrets(target.headers)
        fields = [("Host", target.endpoint.host)] + OTLPHTTPExporter.fields(target.headers)
        // Under the name by which the certificate is judged; the address is given to the client.
        switch target.endpoint.place {
        case .name(let host, let port): url = "https://\(name ?? host):\(port)\(target.endpoint.target)"
        case .address(let address):
          let host = if case .v6 = address { "[\(address.host)]" } else { address.host }
          url = "https://\(name ?? host):\(address.port ?? 443)\(target.endpoint.target)"
        }
      }
    }

    private let settings: Settings
    private let address: ObservabilitySockets.SocketAddress
    private let connections = OpenConnections()
    private let thread: ConnectionThread
    private let client: HTTPClient

    init(
      _ settings: Settings, address: ObservabilitySockets.SocketAddress, connecting: Duration,
      on loop: ObservabilitySockets.EventLoop, _ thread: ConnectionThread
    ) {
      self.settings = settings
      self.address = address
      self.thread = thread
      var configuration = HTTPClient.Configuration(
        tlsConfiguration: settings.configuration, redirectConfiguration: .disallow,
        timeout: .init(connect: .nanoseconds(max(1_000_000, connecting.clampedNanoseconds))),
        connectionPool: .init(idleTimeout: .seconds(60)), proxy: nil, ignoreUncleanSSLShutdown: false,
        decompression: .disabled)
      configuration.httpVersion = .http1Only
      configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1
      configuration.connectionPool.retryConnectionEstablishment = false
      // Spans of the export would be exported, and so on.
      configuration.tracing.tracer = nil
      if let name = settings.name { configuration.dnsOverride = [name: address.host] }
      configuration.http1_1ConnectionDebugInitializer = { [connections] channel in
        connections.add(channel)
        connections.use()
        return channel.eventLoop.makeSucceededVoidFuture()
      }
      client = HTTPClient(eventLoopGroupProvider: .shared(thread.group), configuration: configuration)
    }

    var hasConnected: Bool { connections.uses > 0 }

    func send(_ body: ExportBody, spans: Int, within limit: Duration) async -> CollectorOutcome {
      // A connection that is there takes the request; otherwise one has to be made.
      let (hadConnection, before) = (!connections.isEmpty, connections.uses)
      let answer: ExportAnswer
      do {
        var request = try HTTPClient.Request(
          url: settings.url, method: .POST, headers: HTTPHeaders(settings.fields),
          body: .byteBuffer(ByteBuffer(bytes: body.bytes)))
        if body.isCompressed { request.headers.add(name: "Content-Encoding", value: "gzip") }
        let response = try await response(to: request, within: limit)
        answer = response.answer(sent: spans, without: settings.secrets)
      } catch {
        answer = .refused(refusal(error))
      }
      return CollectorOutcome(answer, isSent: hadConnection || connections.uses != before)
    }

    /// By the client's calls that need no task, which would run on the cooperative pool.
    private func response(to request: HTTPClient.Request, within limit: Duration) async throws
      -> ExportResponse
    {
      let cancel = CancelledOnce()
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          let reader = AnswerReader(continuation)
          let reading = client.execute(
            request: request, delegate: reader,
            deadline: .now() + .nanoseconds(max(1_000_000, limit.clampedNanoseconds)))
          // A request that is refused at once is no matter for its delegate.
          reading.futureResult.whenFailure { reader.finish($0) }
          cancel.set { reading.cancel() }
        }
      } onCancel: {
        cancel.cancel()
      }
    }

    private func refusal(_ error: any Error) -> ExportRefusal {
      switch error {
      case let error as HTTPClientError:
        switch error {
        case .cancelled, .alreadyShutdown: ExportRefusal(ClientError.cancelled)
        case .deadlineExceeded where !hasConnected: ExportRefusal(ClientError.timedOut(.connecting))
        case .deadlineExceeded, .readTimeout: ExportRefusal(ClientError.timedOut(.answering))
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
          ExportRefusal(ClientError.timedOut(.connecting))
        case .remoteConnectionClosed, .uncleanShutdown:
          ExportRefusal(ClientError.brokenBeforeAnswer("the collector has closed it"))
        // Not the whole of it, in which values of header fields may be.
        default: ExportRefusal("the request has failed: \(error.shortDescription)", isRetryable: false)
        }
      case HTTPParserError.invalidEOFState:
        ExportRefusal(ClientError.brokenInAnswer("the collector has closed it"))
      case let error as HTTPParserError:
        ExportRefusal("the answer is not HTTP/1.1: \("\(error)".oneLine(atMost: 256))", isRetryable: false)
      default:
        ExportRefusal(
          "\(hasConnected ? "the connection" : "connecting") to \(address): "
            + settings.secrets.shown("\(error)".oneLine(atMost: 512)),
          isRetryable: true)
      }
    }

    func end(then done: @escaping @Sendable () -> Void) {
      client.shutdown(queue: thread.queue) { _ in done() }
      connections.cut()
    }
  }

  /// A cancellation that may come before there is something to cancel.
  private final class CancelledOnce: Sendable {
    private struct State {
      var isCancelled = false
      var action: (@Sendable () -> Void)?
    }

    private let state = Locked(State())

    func set(_ action: @escaping @Sendable () -> Void) {
      let isLate = state.withLock { state in
        if !state.isCancelled { state.action = action }
        return state.isCancelled
      }
      if isLate { action() }
    }

    func cancel() {
      let action = state.withLock { state in
        state.isCancelled = true
        defer { state.action = nil }
        return state.action
      }
      action?()
    }
  }
#endif
