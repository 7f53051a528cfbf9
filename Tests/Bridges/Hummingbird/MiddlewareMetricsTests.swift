// Is each request counted once, by route, and measured to the end of its body?

#if Hummingbird
  import HTTPTypes
  import Hummingbird
  import HummingbirdTesting
  @testable import MailObservabilityHummingbird
  import NIOCore
  import NIOEmbedded
  import ObservabilityPlatform
  import TestSupport
  import Testing

  @Suite("The middleware's metrics", .timeLimit(.minutes(30)))
  struct MiddlewareMetricsTests {
    struct Broken: Error {}

    let clock = ManualClock()
    let metrics: MetricsCollector

    init() throws {
      let clock = clock
      metrics = try MetricsCollector(clock: MonotonicClock { UInt64(clock.elapsed / .nanoseconds(1)) })
    }

    func recorded(_ seriesLimit: Int = 500, _ add: (Routes) -> Void) throws
      -> Application<RouterResponder<PeerRequestContext>>
    {
      try application { router in
        router.add(middleware: try ObservabilityMiddleware(metrics, seriesLimit: seriesLimit))
        add(router)
      }
    }

    /// The value of the sample that has these labels and no others; nil when there is none.
    func sample(_ end: String, _ labels: Set<String>) async -> Double? {
      for line in await metrics.registry.text().split(separator: "\n") {
        let name = "rusmes_http_server_request_duration_seconds\(end){"
        guard line.hasPrefix(name) else { continue }
        let all = line.dropFirst(name.count).prefix { $0 != " " }.dropLast()
        if Set(all.split(separator: ",").map(String.init)) == labels {
          return line.split(separator: " ").last.flatMap { Double($0) }
        }
      }
      return nil
    }

    func labels(_ method: String, _ status: Int, _ route: String, _ error: String) -> Set<String> {
      var labels: Set = [
        "http_request_method=\"\(method)\"", "http_response_status_code=\"\(status)\"", "url_scheme=\"http\"",
      ]
      if !route.isEmpty { labels.insert("http_route=\"\(route)\"") }
      if !error.isEmpty { labels.insert("error_type=\"\(error)\"") }
      return labels
    }

    func count(_ method: String, _ status: Int, route: String = "", error: String = "") async -> Double? {
      await sample("_count", labels(method, status, route, error))
    }

    var sum: Double {
      get async {
        await metrics.registry.text().split(separator: "\n")
          .filter { $0.hasPrefix("rusmes_http_server_request_duration_seconds_count") }
          .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
      }
    }

    func active(_ method: String = "GET") async -> Double? {
      await metrics.registry.value(
        "rusmes_http_server_active_requests", ["http_request_method": method, "url_scheme": "http"])
    }

    @Test("tell requests apart by the template, the method, the status and the kind of error")
    func labels() async throws {
      let app = try recorded { router in
        router.get("/users/{id}") { _, context in try context.parameters.require("id") }
        router.get("/throws") { _, _ -> String in throw Broken() }
        router.get("/teapot") { _, _ -> String in throw HTTPError(.init(code: 418)) }
        router.get("/late") { _, _ in HTTPResponse.Status.gatewayTimeout }
        router.group("/a").group("/b").post("/*") { _, _ in HTTPResponse.Status.created }
      }
      try await app.test(.router) { client async throws in
        for id in ["1", "2", "alice@example.com"] {
          try await client.execute(uri: "/users/\(id)?q=1", method: .get)
        }
        try await client.execute(uri: "/throws", method: .get)
        try await client.execute(uri: "/teapot", method: .get)
        try await client.execute(uri: "/late", method: .get)
        try await client.execute(uri: "/a/b/c", method: .post)
        try await client.execute(uri: "/nothing", method: .get)
        try await client.execute(uri: "/users/1", method: .delete)
        try await client.execute(uri: "/users/1", method: .init("get")!)
      }
      #expect(await count("GET", 200, route: "/users/{id}") == 3)
      #expect(await count("GET", 500, route: "/throws", error: "Broken") == 1)
      #expect(await count("GET", 418, route: "/teapot") == 1)
      #expect(await count("GET", 504, route: "/late", error: "504") == 1)
      #expect(await count("POST", 201, route: "/a/b/*") == 1)
      #expect(await count("GET", 404) == 1)
      #expect(await count("DELETE", 404) == 1)
      #expect(await count("_OTHER", 404) == 1)
      #expect(await sum == 10)
      #expect(await active() == 0)
      let text = await metrics.registry.text()
      #expect(!text.contains("alice") && !text.contains("q=1"))
    }

    @Test("have a bounded number of series, whatever clients send")
    func hostile() async throws {
      let app = try recorded { router in
        router.get("/users/{id}") { _, _ in "user" }
        router.get("/any/**") { _, _ in "any" }
      }
      let source = ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: app.logger)
      func ask(_ path: String, _ method: HTTPRequest.Method = .get) async {
        let head = HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path)
        _ = try? await app.responder.respond(
          to: Request(head: head, body: RequestBody(buffer: ByteBuffer())),
          context: PeerRequestContext(source: source))
      }
      for number in 0..<100_000 { await ask("/\(number)") }
      let long = String(repeating: "a", count: 1 << 20)
      for path in ["/", "/users/", "/any/"] { await ask(path + long) }
      for number in 0..<100 {
        let method = "M\(number)" + String(repeating: "X", count: 8192)
        await ask("/users/1", try #require(HTTPRequest.Method(method)))
      }
      #expect(await count("GET", 404) == 100_001)
      #expect(await count("GET", 200, route: "/users/{id}") == 1)
      #expect(await count("GET", 200, route: "/any/**") == 1)
      #expect(await count("_OTHER", 404) == 100)
      let lines = await metrics.registry.text().split(separator: "\n")
        .filter { $0.hasPrefix("rusmes_http_server_request_duration_seconds_count") }
      #expect(lines.count == 4)
    }

    @Test("record what has no room under other, and count it each time")
    func full() async throws {
      let app = try recorded(2) { router in
        for name in ["a", "b", "c", "d"] { router.get(RouterPath(name)) { _, _ in name } }
      }
      try await app.test(.router) { client async throws in
        for _ in 0..<3 {
          for name in ["a", "b", "c", "d"] { try await client.execute(uri: "/" + name, method: .get) }
        }
      }
      #expect(await count("GET", 200, route: "/b") == 3)
      #expect(await sum == 12)
      let family = "rusmes_http_server_request_duration_seconds"
      #expect(await metrics.registry.value("rusmes_observability_overflow_total", ["family": family]) == 6)
    }

    @Test("measure to the last byte of the body, in the conventions' buckets")
    func duration() async throws {
      let (clock, entered) = (clock, Gate())
      let app = try recorded { router in
        router.get("/slow") { _, _ in
          clock.advance(by: .seconds(1))
          return Response(
            status: .ok,
            body: ResponseBody { writer in
              try await writer.write(ByteBuffer(string: "one"))
              await entered.pass()
              clock.advance(by: .seconds(3))
              try await writer.finish(nil)
            })
        }
      }
      try await app.test(.live) { client async throws in
        async let answer = client.execute(uri: "/slow", method: .get)
        await entered.entered()
        #expect(await active() == 1)
        #expect(await count("GET", 200, route: "/slow") == nil)
        entered.open()
        #expect(try await answer.text == "one")
        #expect(await eventually { await active() == 0 })
      }
      let labels = labels("GET", 200, "/slow", "")
      #expect(await sample("_sum", labels) == 4)
      let bounds = ["0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1.0", "2.5"]
      for bound in bounds {
        #expect(await sample("_bucket", labels.union(["le=\"\(bound)\""])) == 0, "\(bound)")
      }
      for bound in ["5.0", "7.5", "10.0", "+Inf"] {
        #expect(await sample("_bucket", labels.union(["le=\"\(bound)\""])) == 1, "\(bound)")
      }
    }

    @Test("say that a client went away, and that making a body failed; each request once")
    func broken() async throws {
      let app = try recorded { router in
        router.get("/endless") { _, _ in
          Response(
            status: .ok,
            body: ResponseBody { writer in
              while true { try await writer.write(ByteBuffer(repeating: 97, count: 1 << 16)) }
            })
        }
        router.get("/failing") { _, _ in
          Response(
            status: .ok,
            body: ResponseBody { writer in
              try await writer.write(ByteBuffer(string: "one"))
              throw Broken()
            })
        }
      }
      try await app.test(.live) { client async throws in
        let port = try #require(client.port)
        let leaving = try await RawClient(port: port)
        try await leaving.send("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await eventually { leaving.count > 1 << 16 })
        #expect(await active() == 1)
        await leaving.close()
        #expect(await eventually { await active() == 0 })
        let cut = try await RawClient(port: port)
        try await cut.send("GET /failing HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await eventually { !cut.isOpen })
        #expect(await eventually { await active() == 0 })
      }
      #expect(await count("GET", 200, route: "/endless", error: "client_closed_connection") == 1)
      #expect(await count("GET", 200, route: "/failing", error: "Broken") == 1)
      #expect(await sum == 2)
    }

    @Test("count a request whose body nobody writes")
    func unwritten() async throws {
      let metrics = metrics
      let router = Router(context: PeerRequestContext.self, options: .autoGenerateHeadEndpoints)
      router.add(middleware: try ObservabilityMiddleware(metrics))
      router.get("/page") { _, _ in "page" }
      try await Application(router: router).test(.router) { client async throws in
        #expect(try await client.execute(uri: "/page", method: .head).headers[.contentLength] == "4")
      }
      #expect(await count("HEAD", 200, route: "/page") == 1)
      #expect(await active("HEAD") == 0)
    }

    @Test("are shared by middlewares of one collector and limit, and a name that is taken is an error")
    func twice() throws {
      _ = try ObservabilityMiddleware<PeerRequestContext>(metrics)
      _ = try ObservabilityMiddleware<BasicRequestContext>(metrics)
      #expect(throws: RegistrationError.self) {
        try ObservabilityMiddleware<BasicRequestContext>(metrics, seriesLimit: 1)
      }
      let other = try MetricsCollector()
      _ = try other.registry.register(.gauge("http_server_active_requests", help: "Another."))
      #expect(throws: RegistrationError.self) { try ObservabilityMiddleware<BasicRequestContext>(other) }
    }

    @Test("say https where the host says that clients come by TLS, and never what a client says")
    func scheme() async throws {
      #expect(HTTPSchemeName(of: nil) == .http && HTTPSchemeName(of: "https") == .https)
      #expect(HTTPSchemeName(of: String(repeating: "x", count: 10_000)) == .other)
      let metrics = metrics
      let app = try application { router in
        router.add(middleware: try ObservabilityMiddleware(metrics, isSecure: true))
        router.get("/a") { _, _ in "a" }
      }
      _ = try await app.test(.router) { try await $0.execute(uri: "/a", method: .get) }
      #expect(await metrics.registry.text().contains("url_scheme=\"https\""))
    }
  }
#endif
