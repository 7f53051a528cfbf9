// How does a test put TLS, slowness or a reset between a client and a server?

#if OTLPGRPC || OTLPTLS
  import NIOCore
  import NIOPosix
  package import NIOSSL
  import ObservabilityPlatform
  import TestSupport

  /// Takes connections on a free port of the loopback interface and carries their bytes to a server and back. Ends with
  /// ``stop()``, after which connections are refused.
  package final class Relay: Sendable {
    /// What becomes of the bytes that the server sends.
    package enum Way: Sendable {
      case straight
      /// One at a time, with a pause between.
      case trickle
      /// The first of them resets the connection; with further ones it is straight.
      case reset
    }

    private struct State {
      var way = Way.straight
      var channels: [ObjectIdentifier: any Channel] = [:]
      var accepted = 0
      var isStopped = false
    }

    package let port: UInt16
    private let reserve: Int32
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let listener: any Channel
    private let state: Locked<State>

    /// - Parameters:
    ///   - tls: of the server that clients see; nil for none.
    ///   - saysGoodbye: whether it says over TLS that a connection ends, when the server's does.
    package init(to server: UInt16, tls: NIOSSLContext? = nil, saysGoodbye: Bool = true) throws {
      guard let (descriptor, reserve, port) = listeningSocketAndReserve(backlog: 16) else {
        throw SystemError(code: 0, action: "listening")
      }
      self.port = port
      self.reserve = reserve
      let state = Locked(State())
      self.state = state
      let group = group
      listener = try ServerBootstrap(group: group)
        .childChannelOption(.autoRead, value: false)
        .childChannelInitializer { client in
          client.eventLoop.makeCompletedFuture {
            if let tls {
              try client.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
            }
          }.flatMap {
            state.withLock { state in
              state.accepted += 1
              state.channels[ObjectIdentifier(client)] = client
            }
            client.closeFuture.whenComplete { _ in
              state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(client)) }
            }
            return ClientBootstrap(group: client.eventLoop)
              .channelInitializer { upstream in
                upstream.eventLoop.makeCompletedFuture {
                  try client.pipeline.syncOperations.addHandler(Carrier(to: upstream))
                  try upstream.pipeline.syncOperations.addHandler(
                    Carrier(to: client, saysGoodbye: saysGoodbye) {
                      state.withLock { state in
                        defer { if case .reset = state.way { state.way = .straight } }
                        return state.way
                      }
                    })
                }
              }
              .connect(host: "127.0.0.1", port: Int(server))
              .flatMap { _ in client.setOption(.autoRead, value: true) }
          }
        }
        .withBoundSocket(descriptor).wait()
    }

    deinit { if reserve >= 0 { close(reserve) } }

    package var way: Way {
      get { state.withLock { $0.way } }
      set { state.withLock { $0.way = newValue } }
    }

    /// How many connections were taken.
    package var accepted: Int { state.withLock { $0.accepted } }

    /// How many connections are open.
    package var open: Int { state.withLock { $0.channels.count } }

    package func stop() {
      let isFirst = state.withLock { state in
        defer { state.isStopped = true }
        return !state.isStopped
      }
      if isFirst { try? group.syncShutdownGracefully() }
    }
  }

  /// Carries what one end sends to the other.
  private final class Carrier: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let other: any Channel
    private let saysGoodbye: Bool
    private let way: @Sendable () -> Relay.Way
    /// When the next byte may go.
    private let due = Locked(NIODeadline.uptimeNanoseconds(0))

    init(
      to other: any Channel, saysGoodbye: Bool = true,
      _ way: @escaping @Sendable () -> Relay.Way = { .straight }
    ) {
      self.other = other
      self.saysGoodbye = saysGoodbye
      self.way = way
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = unwrapInboundIn(data)
      switch way() {
      case .straight: other.writeAndFlush(bytes, promise: nil)
      case .reset:
        reset()
        context.close(promise: nil)
      case .trickle:
        let other = other
        for byte in bytes.readableBytesView {
          let due = due.withLock { due in
            due = max(due, .now()) + .milliseconds(5)
            return due
          }
          other.eventLoop.scheduleTask(deadline: due) {
            other.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil)
          }
        }
      }
    }

    func channelInactive(context: ChannelHandlerContext) {
      // Both ends have one event loop.
      guard !saysGoodbye,
        let tls = try? other.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
      else { return other.close(promise: nil) }
      // From here the handler of TLS is not asked.
      tls.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      // What ends with an error ends so for the other as well.
      reset()
      context.close(promise: nil)
    }

    private func reset() {
      let other = other
      guard let options = other as? any SocketOptionProvider else { return other.close(promise: nil) }
      options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in other.close(promise: nil) }
    }
  }

  extension NIOSSLContext {
    /// That of a server of ``TestCertificates``.
    ///
    /// - Parameters:
    ///   - asksClients: whether clients have to show a certificate.
    ///   - hasAddress: whether the certificate is for the address as well as for names.
    package static func testServer(
      protocols: [String], asksClients: Bool = false, hasAddress: Bool = true
    ) throws -> NIOSSLContext {
      let certificate = hasAddress ? TestCertificates.server : TestCertificates.namedServer
      let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
      let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
      configuration.applicationProtocols = protocols
      configuration.shutdownTimeout = .milliseconds(10)
      if asksClients {
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates(
          try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.root.utf8)))
      }
      return try NIOSSLContext(configuration: configuration)
    }
  }
#endif
