// Do the endpoints answer on a router of Hummingbird's as they do on a port of their own?

#if Hummingbird
  import HTTPTypes
  import Hummingbird
  import HummingbirdTesting
  @testable import MailObservabilityHummingbird
  import NIOCore
  import TestSupport
  import Testing

  @Suite("The endpoints on a router", .timeLimit(.minutes(30)))
  struct MountingTests {
    let metrics: MetricsCollector

    init() throws {
      metrics = try MetricsCollector(version: "1.0")
      metrics.smtp.connections.increment()
      try metrics.health.add(HealthCheck("storage", mode: .onDemand) { .pass })
    }

    func mounted(_ config: MetricsConfig = MetricsConfig(), group: RouterPath? = nil) throws
      -> Application<RouterResponder<PeerRequestContext>>
    {
      let endpoints = try metrics.endpoints(config)
      return application { router in
        if let group { router.group(group).mount(endpoints) } else { router.mount(endpoints) }
        router.get("/hello") { _, _ in "hello" }
      }
    }

    static let answers: [(path: String, status: Int, text: String)] = [
      ("/metrics", 200, "\nrusmes_smtp_connections_total 1\n"), ("/metrics.json", 200, "{"),
      ("/metrics?name[]=rusmes_smtp_connections_total", 200, "_total 1\n"),
      ("/debug/vars", 200, "{"), ("/health", 200, #""storage":"healthy""#), ("/healthz", 200, ""),
      ("/health?verbose", 200, #""storage""#), ("/live", 200, #"{"alive":true}"#), ("/livez", 200, ""),
      ("/ready", 200, #"{"ready":true}"#), ("/readyz?verbose", 200, "[+]storage ok"),
      ("/ready/storage", 200, ""), ("/ready/nothing", 404, ""), ("/startup", 200, ""),
    ]

    @Test(
      "answer every path, at the root, below a prefix, in a group, and in a group below a prefix",
      arguments: [("", nil), ("/internal", nil), ("", "/internal"), ("/b", "/a/{c}")] as [(String, String?)])
    func paths(_ prefix: String, _ group: String?) async throws {
      var config = MetricsConfig()
      config.pathPrefix = prefix
      let base = (group ?? "").replacing("{c}", with: "anything") + prefix
      try await mounted(config, group: group.map { RouterPath($0) }).test(.live) { client async throws in
        for (path, status, text) in MountingTests.answers {
          let answer = try await client.execute(uri: base + path, method: .get)
          #expect(answer.status.code == status, "\(base + path)")
          #expect(text.isEmpty || answer.text.contains(text), "\(base + path): \(answer.text.prefix(200))")
          let head = try await client.execute(uri: base + path, method: .head)
          #expect(head.status.code == status && head.body.readableBytes == 0, "HEAD \(base + path)")
          #expect(try await client.execute(uri: base + path, method: .options).status.code == 204)
        }
        #expect(try await client.execute(uri: "/hello", method: .get).text == "hello")
        if !base.isEmpty { #expect(try await client.execute(uri: "/live", method: .get).status == .notFound) }
        // Every link of the page leads somewhere.
        let page = try await client.execute(uri: base + "/", method: .get)
        #expect(page.status == .ok && page.text.contains("href=\"./metrics\""))
      }
    }

    @Test("link from the page without a slash at its end, too")
    func page() async throws {
      var config = MetricsConfig()
      config.pathPrefix = "/internal"
      try await mounted(config).test(.live) { client async throws in
        #expect(
          try await client.execute(uri: "/internal", method: .get).text.contains(
            "href=\"./internal/metrics\""))
      }
      try await mounted(group: "/a/b").test(.router) { client async throws in
        let answer = try await client.execute(uri: "/a/b", method: .get)
        #expect(answer.status.code == 308 && answer.headers[.location] == "./b/")
      }
    }

    @Test("negotiate forms and compression, and frame nothing themselves")
    func negotiation() async throws {
      try await mounted().test(.live) { client async throws in
        let open = try await client.execute(
          uri: "/metrics", method: .get, headers: [.accept: "application/openmetrics-text; version=1.0.0"])
        #expect(open.headers[.contentType]?.hasPrefix("application/openmetrics-text; version=1.0.0") == true)
        #expect(open.text.hasSuffix("# EOF\n"))
        let plain = try await client.execute(uri: "/metrics", method: .get)
        #expect(plain.headers[.contentType]?.hasPrefix("text/plain; version=0.0.4") == true)
        #expect(plain.headers[.cacheControl] == "no-store")
        let gzip = try await client.execute(
          uri: "/metrics", method: .get, headers: [.acceptEncoding: "gzip"])
        #expect(gzip.headers[.contentEncoding] == "gzip")
        #expect(gzip.headers[values: .date].count == 1)
        #expect(gzip.body.readableBytes < plain.body.readableBytes / 3)
        let head = try await client.execute(uri: "/health", method: .head)
        #expect(
          head.headers[.contentLength]
            == String(try await client.execute(uri: "/health", method: .get).body.readableBytes))
      }
    }

    @Test("tell details to whom a port of their own would")
    func access() async throws {
      let forwarded: HTTPFields = [try .named("X-Forwarded-For"): "127.0.0.1"]
      try await mounted().test(.live) { client async throws in
        #expect(try await client.execute(uri: "/debug/vars", method: .get).status == .ok)
        #expect(
          try await client.execute(uri: "/debug/vars", method: .get, headers: forwarded).status == .forbidden)
      }
      // Without a connection nobody knows who asks.
      try await mounted().test(.router) { client async throws in
        #expect(try await client.execute(uri: "/debug/vars", method: .get).status == .forbidden)
        #expect(try await client.execute(uri: "/ready", method: .get).status == .ok)
      }
      var config = MetricsConfig()
      config.trustedNetworks = [try #require(IPNetwork("192.0.2.0/24"))]
      config.access["/metrics"] = .trusted
      try await mounted(config).test(.live) { client async throws in
        #expect(try await client.execute(uri: "/metrics", method: .get).status == .forbidden)
      }
    }

    @Test("answer what is no request with 400, and what is no status with 500")
    func bad() async throws {
      try await mounted().test(.live) { client async throws in
        #expect(try await client.execute(uri: "/ready/%zz", method: .get).status == .badRequest)
        #expect(try await client.execute(uri: "/metrics?a=%zz", method: .get).status == .badRequest)
      }
      for status in [Int.min, -1, 0, 99, 199, 600, 1000, Int.max] {
        #expect(await Response(EndpointResponse(status: status), isHead: false).status.code == 500)
      }
    }

    @Test("leave out segments of a path as a group of routes does")
    func segments() {
      #expect("/a/b/c?d=/e".droppingSegments(2) == "/c?d=/e")
      #expect("//a//b".droppingSegments(1) == "//b")
      #expect("/a".droppingSegments(1) == "/")
      #expect("/a?b=1".droppingSegments(1) == "/?b=1")
      #expect("".droppingSegments(3) == "/")
      #expect("/a/b".droppingSegments(-1) == "/a/b")
    }

    @Test("know peers of every kind")
    func peers() throws {
      #expect(
        EndpointPeer(try SocketAddress(ipAddress: "192.0.2.7", port: 25)) == .ip([192, 0, 2, 7], port: 25))
      #expect(
        EndpointPeer(try SocketAddress(ipAddress: "::ffff:192.0.2.7", port: 0))
          == .ip([192, 0, 2, 7], port: 0))
      #expect(EndpointPeer(try SocketAddress(unixDomainSocketPath: "/x")) == .unix)
      #expect(EndpointPeer(nil) == .unknown)
    }
  }
#endif
