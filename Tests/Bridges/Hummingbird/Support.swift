// What do tests of the bridge have in common?

#if Hummingbird
  import HTTPTypes
  import Hummingbird
  import HummingbirdTesting
  import Logging
  @testable import MailObservabilityHummingbird
  import NIOCore
  import NIOPosix
  import ObservabilityPlatform
  import TestSupport
  import Testing

  typealias Routes = Router<PeerRequestContext>

  /// An application with the routes that a test adds, on a free port where it is live.
  func application(_ add: (Routes) throws -> Void) rethrows -> Application<
    RouterResponder<PeerRequestContext>
  > {
    let router = Router(context: PeerRequestContext.self)
    try add(router)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
  }

  extension TestResponse {
    var text: String { String(buffer: body) }
  }

  extension HTTPField.Name {
    static func named(_ name: String) throws -> HTTPField.Name { try #require(HTTPField.Name(name)) }
  }

  /// A client that sends bytes, reads when it is told to, and goes away.
  struct RawClient: Sendable {
    private let channel: any Channel
    private let received = Locked<[UInt8]>([])

    private final class Reader: ChannelInboundHandler {
      typealias InboundIn = ByteBuffer
      let received: Locked<[UInt8]>
      init(_ received: Locked<[UInt8]>) { self.received = received }
      func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(buffer: unwrapInboundIn(data))
        received.withLock { $0 += bytes }
      }
    }

    /// - Parameter reads: whether what comes is read, or left to fill the connection.
    init(port: Int, reads: Bool = true) async throws {
      let received = received
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelOption(ChannelOptions.autoRead, value: reads)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(Reader(received))
          }
        }
        .connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }
    func close() async { try? await channel.close() }
    var text: String { String(decoding: received.withLock { $0 }, as: UTF8.self) }
    var count: Int { received.withLock { $0.count } }
    var isOpen: Bool { channel.isActive }
  }
#endif
