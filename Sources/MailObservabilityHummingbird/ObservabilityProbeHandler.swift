// How are probes answered in Hummingbird while no task can run?

#if Hummingbird
  import HTTPTypes
  public import MailObservability
  public import NIOCore
  public import NIOHTTPTypes

  /// Answers probes on the connection's event loop, before a task is needed for them, so that liveness is answered while
  /// every thread of the cooperative pool is blocked. Everything else goes on to the router, and so does a probe for which a
  /// check has to run.
  ///
  /// It needs somebody to watch the pool: `MetricsCollector/watchExecutor(threshold:log:)`. No middleware sees what it
  /// answers. A connection has one of its own:
  ///
  /// ```swift
  /// let server = HTTPServerBuilder.http1(
  ///   configuration: .init(additionalChannelHandlers: [ObservabilityProbeHandler(endpoints)]))
  /// ```
  ///
  /// While tasks do not run, NIO accepts some ten connections more and leaves new ones to the system: enough for a kubelet to
  /// hear that the executor is stuck, and to act on it. Where that does not do, the library's own server has a thread for it.
  public final class ObservabilityProbeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    /// Requests, as swift-http-types has them.
    public typealias InboundIn = HTTPRequestPart
    /// Those that are no probes.
    public typealias InboundOut = HTTPRequestPart
    /// The router's answers.
    public typealias OutboundIn = HTTPResponsePart
    /// All answers.
    public typealias OutboundOut = HTTPResponsePart

    private let endpoints: MetricsEndpoints
    /// Requests that the router has not answered yet. Their answers come first.
    private var inProgress = 0
    /// The answer to the request whose head has been read.
    private var answer: EndpointResponse?
    private var isHead = false
    private var closes = false

    /// A handler for one connection.
    public init(_ endpoints: MetricsEndpoints) { self.endpoints = endpoints }

    /// Answers a probe, and passes everything else on.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      // What follows a request that closes the connection is no request.
      guard !closes || answer != nil else { return }
      switch unwrapInboundIn(data) {
      case .head(let head):
        answer = inProgress == 0 ? probeAnswer(to: head, from: context.remoteAddress) : nil
        if answer != nil {
          isHead = head.method == .head
          closes = head.headerFields[.connection]?.lowercased() == "close"
        } else {
          inProgress += 1
          context.fireChannelRead(data)
        }
      case .body: if answer == nil { context.fireChannelRead(data) }
      case .end:
        guard let answer else { return context.fireChannelRead(data) }
        self.answer = nil
        write(answer, to: context)
      }
    }

    /// Passes an answer of the router's on.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      // An answer to what could not be read belongs to no request.
      if case .end = unwrapOutboundIn(data) { inProgress = max(0, inProgress - 1) }
      context.write(data, promise: promise)
    }

    /// Nothing more than a probe's name and some checks is as long.
    private static let longest = 4096

    private func probeAnswer(to head: HTTPRequest, from address: SocketAddress?) -> EndpointResponse? {
      guard head.method == .get || head.method == .head, let target = head.path,
        target.utf8.count <= ObservabilityProbeHandler.longest,
        // Without the fields, which most requests would be copied for in vain.
        let bare = try? EndpointRequest(target: target), endpoints.isProbe(bare),
        let request = try? EndpointRequest(head, from: address)
      else { return nil }
      return endpoints.respondAtOnce(to: request)
    }

    private func write(_ answer: EndpointResponse, to context: ChannelHandlerContext) {
      // Probes are answered with bytes.
      guard case .bytes(let bytes) = answer.body else { return context.close(promise: nil) }
      var fields = HTTPFields(answer.headers)
      fields[.contentLength] = String(bytes.count)
      if closes { fields[.connection] = "close" }
      let head = HTTPResponse(status: .init(code: answer.status), headerFields: fields)
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      if !isHead { context.write(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil) }
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
      if closes { context.close(promise: nil) }
    }
  }
#endif
