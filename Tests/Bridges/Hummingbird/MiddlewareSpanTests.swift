// Is each request one span, by OpenTelemetry's conventions, and of nobody's business?

#if Hummingbird
  import HTTPTypes
  import Hummingbird
  import HummingbirdTesting
  @testable import MailObservabilityHummingbird
  import NIOCore
  import ObservabilityPlatform
  import TestSupport
  import Testing
  @testable import TraceSpans

  @Suite("The middleware's spans", .timeLimit(.minutes(30)))
  struct MiddlewareSpanTests {
    struct Broken: Error {}

    let metrics: MetricsCollector
    let seen = Locked<[TraceSpan]>([])

    init() throws { metrics = try MetricsCollector() }

    func trace(trusting: String? = nil, sampling: TraceSampler = .parentBased(.alwaysOn)) throws {
      var config = TracingConfig(serviceName: "test")
      config.exporter = .none
      config.sampling = sampling
      if let trusting { config.trustedPeers = [try #require(IPNetwork(trusting))] }
      try metrics.startTracing(config)
    }

    func recorded(_ details: HTTPSpanDetails = [.peer]) throws -> Application<
      RouterResponder<PeerRequestContext>
    > {
      let seen = seen
      return try application { router in
        router.add(middleware: try ObservabilityMiddleware(metrics, details: details))
        router.add(middleware: Noting(seen: seen))
        router.get("/users/{id}") { _, _ in "user" }
        router.get("/throws") { _, _ -> String in throw Broken() }
        router.get("/late") { _, _ in HTTPResponse.Status.badGateway }
        router.get("/stream") { _, _ in
          Response(
            status: .ok,
            body: ResponseBody { writer in
              if let span = TraceSpan.current { seen.withLock { $0.append(span) } }
              try await writer.finish(nil)
            })
        }
      }
    }

    /// One request, of an application of its own.
    func ask(_ path: String, _ headers: HTTPFields = [:]) async throws {
      _ = try await recorded().test(.live) { try await $0.execute(uri: path, method: .get, headers: headers) }
    }

    /// Keeps the span that handlers have.
    struct Noting: RouterMiddleware {
      typealias Context = PeerRequestContext
      let seen: Locked<[TraceSpan]>
      func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
      ) async throws -> Response {
        if let span = TraceSpan.current { seen.withLock { $0.append(span) } }
        return try await next(request, context)
      }
    }

    /// The spans that have ended, in the order of their requests.
    func spans(_ count: Int) async throws -> [TraceSpan] {
      #expect(await eventually { seen.withLock { $0.count == count && $0.allSatisfy { !$0.isRecording } } })
      let spans = seen.withLock { $0 }
      try #require(spans.count == count)
      return spans
    }

    @Test("have the name, the kind and the attributes of the conventions")
    func attributes() async throws {
      try trace()
      try await recorded().test(.live) { client async throws in
        try await client.execute(
          uri: "/users/alice@example.com?token=secret", method: .get, headers: [.userAgent: "agent"])
        try await client.execute(uri: "/throws", method: .get)
        try await client.execute(uri: "/late", method: .get)
        try await client.execute(uri: "/nothing/here", method: .put)
        // NIO reads no method that it does not know, and the conventions know fewer.
        try await client.execute(uri: "/users/1", method: try #require(.init("PROPFIND")))
        let spans = try await spans(5)
        let recordings = spans.compactMap(\.recording)
        #expect(recordings.map(\.name) == ["GET /users/{id}", "GET /throws", "GET /late", "PUT", "HTTP"])
        #expect(recordings.allSatisfy { $0.kind == .server && $0.parent == nil })
        let first = spans[0]
        #expect(first["http.request.method"] == "GET" && first["http.route"] == "/users/{id}")
        #expect(first["http.response.status_code"] == 200 && first["url.scheme"] == "http")
        #expect(first["server.address"] == "localhost" && (first["server.port"] as Int?) == nil)
        #expect(first["network.peer.address"] == "127.0.0.1" && (first["network.peer.port"] as Int?) != nil)
        #expect(first.status == .unset && (first["error.type"] as String?) == nil)
        for key in [
          "url.path", "url.query", "url.full", "user_agent.original", "http.request.method_original",
        ] {
          #expect((first[key] as String?) == nil, "\(key)")
        }
        #expect(
          spans[1]["error.type"] == "Broken" && spans[1].status == .error("")
            && spans[1]["http.response.status_code"] == 500)
        #expect(spans[2]["error.type"] == "502" && spans[2].status == .error(""))
        // A client's mistake is no failure of the server.
        #expect(spans[3].status == .unset && (spans[3]["http.route"] as String?) == nil)
        #expect(spans[3]["http.response.status_code"] == 404)
        #expect(spans[4]["http.request.method"] == "_OTHER")
        #expect(spans[4]["http.request.method_original"] == "PROPFIND")
      }
    }

    @Test("cut a method that is too long to be one")
    func longMethod() async throws {
      try trace()
      _ = try await recorded().test(.router) { client in
        try await client.execute(
          uri: "/users/1", method: try #require(.init(String(repeating: "X", count: 8192))))
      }
      let original: String? = try await spans(1)[0]["http.request.method_original"]
      #expect(original?.utf8.count == 64)
    }

    @Test("have the name of a route that is found after the middleware")
    func lateRoute() async throws {
      try trace()
      let span = metrics.tracing.tracer.startSpan("GET", kind: .server)
      let recorded = RecordedRequest(
        try HTTPServerMetrics(metrics.registry, limit: 1), .get, .http, span: span)
      recorded.answered(200, route: "/users/{id}")
      recorded.end()
      #expect(span.recording?.name == "GET /users/{id}")
    }

    @Test("say the path and the client's name where the host wants them, and never the query")
    func details() async throws {
      try trace()
      _ = try await recorded([.path, .userAgent]).test(.live) { client async throws in
        try await client.execute(uri: "/users/1?token=secret", method: .get, headers: [.userAgent: "agent"])
      }
      let span = try await spans(1)[0]
      #expect(span["url.path"] == "/users/1" && span["user_agent.original"] == "agent")
      #expect((span["network.peer.address"] as String?) == nil)
    }

    static let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test(
      "belong to what a trusted client sent, and to nothing otherwise",
      arguments: [
        ("127.0.0.0/8", 1, true), ("127.0.0.0/8", 2, false), ("192.0.2.0/24", 1, false),
      ])
    func parent(_ trusted: String, _ fields: Int, _ isChild: Bool) async throws {
      try trace(trusting: trusted)
      var headers = HTTPFields()
      for _ in 0..<fields {
        headers.append(.init(name: try .named("traceparent"), value: MiddlewareSpanTests.sent))
      }
      headers.append(.init(name: try .named("tracestate"), value: "vendor=1"))
      try await ask("/users/1", headers)
      let recording = try #require(try await spans(1)[0].recording)
      #expect((recording.parent?.spanID.description == "b7ad6b7169203331") == isChild)
      #expect((recording.context.traceID.description == "0af7651916cd43dd8448eb211c80319c") == isChild)
      #expect((recording.context.state.text == "vendor=1") == isChild)
    }

    @Test("are the current one in closures that write bodies, and end after them")
    func body() async throws {
      try trace()
      try await ask("/stream")
      let spans = try await spans(2)
      #expect(spans[0].context == spans[1].context)
    }

    @Test("lead from a bucket to the trace")
    func exemplars() async throws {
      try trace()
      try await ask("/users/1")
      let id = try #require(try await spans(1)[0].context?.traceID.description)
      #expect(await metrics.registry.text(.openMetrics).contains("trace_id=\"\(id)\""))
    }

    @Test(
      "cost nothing and are nobody's parent before the start, and have an identity when they are not sampled")
    func unsampled() async throws {
      try await ask("/users/1")
      #expect(seen.withLock { $0.isEmpty })
      try trace(sampling: .alwaysOff)
      try await ask("/users/1")
      let spans = seen.withLock { $0 }
      #expect(spans.count == 1 && spans.first?.isRecording == false && spans.first?.context != nil)
    }

    @Test(
      "take an authority apart as a client wrote it",
      arguments: [
        ("localhost", "localhost", nil), ("mx.example.com:8080", "mx.example.com", 8080),
        ("[::1]:25", "::1", 25), ("[::1]", "::1", nil), ("[]", "[]", nil), ("a:b", "a:b", nil),
        ("a:99999", "a:99999", nil), (":", ":", nil),
      ] as [(String, String, Int?)])
    func authority(_ text: String, _ host: String, _ port: Int?) throws {
      let parts = try #require(TraceSpan.parts(of: text))
      #expect(parts.host == host && parts.port == port)
      #expect(TraceSpan.parts(of: "") == nil && TraceSpan.parts(of: ":1") == nil)
      #expect(TraceSpan.parts(of: String(repeating: "a", count: 263)) == nil)
    }
  }
#endif
