// Are probes answered before the router, in their order, and nothing else?

#if Hummingbird
  import HTTPTypes
  @testable import MailObservabilityHummingbird
  import NIOCore
  import NIOEmbedded
  import NIOHTTPTypes
  import Testing

  @Suite("The handler for probes")
  struct ProbeHandlerTests {
    let endpoints: MetricsEndpoints

    init() throws { endpoints = try MetricsCollector().endpoints() }

    /// A connection with one handler, to which nothing is answered but by a test.
    func connection() throws -> EmbeddedChannel {
      let channel = EmbeddedChannel(handler: ObservabilityProbeHandler(endpoints))
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
      return channel
    }

    func ask(
      _ channel: EmbeddedChannel, _ path: String, _ method: HTTPRequest.Method = .get,
      _ fields: HTTPFields = [:]
    ) throws {
      try channel.writeInbound(
        HTTPRequestPart.head(
          HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields)))
      try channel.writeInbound(HTTPRequestPart.end(nil))
    }

    /// What was sent so far: the status of each answer, and how many bytes of bodies.
    func answers(_ channel: EmbeddedChannel) throws -> (statuses: [Int], bytes: Int) {
      var (statuses, bytes) = ([Int](), 0)
      while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
        switch part {
        case .head(let head): statuses.append(head.status.code)
        case .body(let body): bytes += body.readableBytes
        case .end: break
        }
      }
      return (statuses, bytes)
    }

    /// What the router was given.
    func passed(_ channel: EmbeddedChannel) throws -> [String] {
      var paths: [String] = []
      while let part = try channel.readInbound(as: HTTPRequestPart.self) {
        if case .head(let head) = part { paths.append(head.path ?? "") }
      }
      return paths
    }

    @Test("answers a probe at once, and HEAD without a body")
    func atOnce() throws {
      let channel = try connection()
      try ask(channel, "/live")
      let first = try answers(channel)
      #expect(first.statuses == [200] && first.bytes > 0)
      try ask(channel, "/live", .head)
      let second = try answers(channel)
      #expect(second.statuses == [200] && second.bytes == 0)
      #expect(try passed(channel).isEmpty && channel.isActive)
    }

    @Test(
      "gives the router everything else",
      arguments: [
        ("/metrics", "GET"), ("/", "GET"), ("/hello", "GET"), ("/live", "POST"), ("/live/%zz", "GET"),
        ("", "GET"),
        ("/live?" + String(repeating: "a", count: 1 << 20), "GET"),
        ("/" + String(repeating: "live/", count: 200_000), "GET"),
      ])
    func others(_ path: String, _ method: String) throws {
      let channel = try connection()
      try ask(channel, path, try #require(HTTPRequest.Method(method)))
      #expect(try passed(channel) == [path])
      #expect(try answers(channel).statuses.isEmpty)
    }

    @Test("lets the answers to earlier requests go first")
    func order() throws {
      let channel = try connection()
      try ask(channel, "/hello")
      try ask(channel, "/live")
      #expect(try passed(channel) == ["/hello", "/live"])
      for _ in 0..<2 {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
      }
      #expect(try answers(channel).statuses == [200, 200])
      try ask(channel, "/live")
      #expect(try answers(channel).statuses == [200])
      #expect(try passed(channel).isEmpty)
    }

    @Test("is not confused by an answer to what could not be read")
    func unread() throws {
      let channel = try connection()
      try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .badRequest)))
      try channel.writeOutbound(HTTPResponsePart.end(nil))
      _ = try answers(channel)
      try ask(channel, "/hello")
      try ask(channel, "/live")
      #expect(try passed(channel) == ["/hello", "/live"])
    }

    @Test("closes when the client asks for it")
    func closing() throws {
      let channel = try connection()
      try ask(channel, "/live", .get, [.connection: "close"])
      #expect(try answers(channel).statuses == [200])
      #expect(!channel.isActive)
    }
  }
#endif
