// Are streamed bodies streamed, and is their end told once, whatever clients do?

#if Hummingbird
  import HTTPTypes
  import Hummingbird
  import HummingbirdTesting
  @testable import MailObservabilityHummingbird
  import NIOCore
  import ObservabilityPlatform
  import TestSupport
  import Testing

  @Suite("A streamed body", .timeLimit(.minutes(30)))
  struct StreamedBodyTests {
    struct Broken: Error {}

    let pieces = FlagCount()
    let ends = FlagCount()

    /// A route of the host's, whose stream has so many pieces; nil for no end.
    func mounted(_ count: Int?, piece: [UInt8] = [UInt8](repeating: 97, count: 1000), fails: Bool = false)
      throws
      -> Application<RouterResponder<PeerRequestContext>>
    {
      let (pieces, ends) = (pieces, ends)
      var config = MetricsConfig()
      config.routes = [
        EndpointRoute("/stream", for: .everybody) { _ in
          EndpointResponse(
            status: 200,
            body: .stream(
              EndpointBodyStream(
                next: {
                  if let count, pieces.value == count {
                    if fails { throw Broken() }
                    return nil
                  }
                  pieces.add()
                  return piece
                }, finished: { ends.add() })))
        }
      ]
      let endpoints = try MetricsCollector().endpoints(config)
      return application { router in
        router.mount(endpoints)
        router.group().add(middleware: Dropping()).get("/dropped") { request, context in
          await endpoints.respond(
            to: Request(
              head: .init(method: .get, scheme: "http", authority: "localhost", path: "/stream"),
              body: request.body), context: context)
        }
      }
    }

    /// Answers with something else.
    struct Dropping: RouterMiddleware {
      typealias Context = PeerRequestContext
      func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
      ) async throws -> Response {
        _ = try await next(request, context)
        return Response(status: .noContent)
      }
    }

    @Test("is sent whole, and ends once")
    func whole() async throws {
      try await mounted(50).test(.live) { client async throws in
        let answer = try await client.execute(uri: "/stream", method: .get)
        #expect(answer.body.readableBytes == 50_000 && answer.headers[.transferEncoding] == "chunked")
        #expect(await eventually { ends.value == 1 })
        // The connection is as good as before.
        let status = try await client.execute(uri: "/live", method: .get).status
        #expect(status == .ok)
      }
      #expect(pieces.value == 50 && ends.value == 1)
    }

    @Test("of the library's own says at HEAD how long it is")
    func head() async throws {
      let registry = try MetricsCollector()
      let many = try registry.registry.register(
        .counter("many_total", help: "Many."), byBounded: "name", limit: 20_000)
      for number in 0..<20_000 { many.increment("series number \(number)") }
      let endpoints = try registry.endpoints()
      try await application { $0.mount(endpoints) }.test(.live) { client async throws in
        let whole = try await client.execute(uri: "/metrics?name[]=rusmes_many_total", method: .get)
        #expect(whole.headers[.transferEncoding] == "chunked" && whole.body.readableBytes > 500_000)
        let head = try await client.execute(uri: "/metrics?name[]=rusmes_many_total", method: .head)
        #expect(head.headers[.contentLength] == String(whole.body.readableBytes))
        #expect(head.body.readableBytes == 0)
        let status = try await client.execute(uri: "/live", method: .get).status
        #expect(status == .ok)
      }
    }

    @Test("of the host's is not asked for a piece at HEAD, and ends once")
    func headOfHost() async throws {
      try await mounted(nil).test(.live) { client async throws in
        let head = try await client.execute(uri: "/stream", method: .head).status
        #expect(head == .ok)
        #expect(await eventually { ends.value == 1 })
        let live = try await client.execute(uri: "/live", method: .get).status
        #expect(live == .ok)
      }
      #expect(pieces.value == 0 && ends.value == 1)
    }

    @Test("ends once when a middleware answers with something else")
    func dropped() async throws {
      try await mounted(nil).test(.live) { client async throws in
        let status = try await client.execute(uri: "/dropped", method: .get).status
        #expect(status == .noContent)
        #expect(await eventually { ends.value == 1 })
      }
      #expect(pieces.value == 0 && ends.value == 1)
    }

    @Test("that fails cuts the connection, so that nobody takes a part for the whole")
    func failing() async throws {
      try await mounted(3, fails: true).test(.live) { client async throws in
        let raw = try await RawClient(port: try #require(client.port))
        try await raw.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await eventually { !raw.isOpen })
        #expect(raw.text.contains("aaaa") && !raw.text.hasSuffix("0\r\n\r\n"))
        #expect(await eventually { ends.value == 1 })
      }
    }

    @Test("without end is asked for no more than a client takes, and ends once when it goes away")
    func leaving() async throws {
      try await mounted(nil, piece: [UInt8](repeating: 97, count: 1 << 16)).test(.live) {
        client async throws in
        let raw = try await RawClient(port: try #require(client.port), reads: false)
        try await raw.send("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await eventually { pieces.value > 0 })
        // What lies between the two of them is full before long: the server has answered twenty others then, and asked for
        // nothing more.
        let before = Locked((pieces: 0, turns: 0))
        let isFull = await eventually {
          _ = try? await client.execute(uri: "/live", method: .get)
          let count = pieces.value
          return before.withLock { before in
            before = (count, before.pieces == count ? before.turns + 1 : 0)
            return before.turns == 20
          }
        }
        #expect(isFull)
        #expect(pieces.value < 1000)
        #expect(ends.value == 0)
        await raw.close()
        #expect(await eventually { ends.value == 1 })
      }
      #expect(ends.value == 1)
    }
  }
#endif
