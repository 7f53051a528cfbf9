// Can a route of the host hold up the server that it is on?

import TestSupport
import ObservabilityPlatform
@testable import MailObservability
import Testing

@Suite("A server with routes of its host", .timeLimit(.minutes(30)))
struct HostRouteServerTests {
  struct Broken: Error, CustomStringConvertible { let description = "broken\nin two lines" }

  private func get(_ path: String, _ server: ObservabilityServer, headers: [String] = []) async throws
    -> Reply
  {
    let address = try #require(server.boundAddress)
    return try #require(await onThread { HTTPClient.get(path, at: address, headers: headers) })
  }

  @Test("answers all else while they throw, hang, and never come to an end")
  func hostile() async throws {
    let gate = Gate()
    let (finished, pieces, log) = (Flag(), FlagCount(), LogRecorder())
    var config = MetricsConfig.patient
    config.log = log.record
    config.routes = [
      EndpointRoute("/throws", for: .everybody) { _ in throw Broken() },
      EndpointRoute("/hangs", for: .everybody) { _ in
        await gate.pass()
        return .text(200, "late")
      },
      EndpointRoute("/endless", for: .everybody) { _ in
        let piece = [UInt8](repeating: 120, count: 1 << 20)
        let stream = EndpointBodyStream(
          next: {
            pieces.add()
            return piece
          }, finished: { finished.set() })
        return EndpointResponse(status: 200, body: .stream(stream))
      },
      EndpointRoute("/large", for: .everybody) { _ in
        EndpointResponse(status: 200, body: .bytes([UInt8](repeating: 120, count: 32 << 20)))
      },
    ]
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let hanging = (0..<4).map { _ in Task { try await get("/hangs", server) } }
    #expect(await eventually { gate.visits == 4 })
    #expect(try await get("/throws", server).status == 500)
    #expect(try await get("/large", server).body.utf8.count == 32 << 20)
    // Whoever does not read is not written for, and whoever goes is not waited for.
    let read = try await onThread { () -> Result<Int, any Error> in
      Result {
        let client = try TestClient(address, receiveBuffer: 1 << 16)
        try client.sendNow(Array("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        var read = 0
        while read < 8 << 20 { read += try client.readNow(upTo: 1 << 16).count }
        let asked = pieces.value
        for path in ["/live", "/ready", "/metrics", "/health"] {
          #expect(HTTPClient.get(path, at: address)?.status == 200, "\(path)")
        }
        #expect(pieces.value <= asked + 2)
        return read
      }
    }.get()
    #expect(read >= 8 << 20)
    #expect(await eventually { finished.isSet })
    gate.open()
    for task in hanging { #expect(try await task.value.body.hasSuffix("late")) }
    #expect(
      await eventually {
        log.messages.contains { $0.text == "the route /throws failed: broken\\nin two lines" }
      })
    let counted = try await get("/metrics?name[]=rusmes_observability_http_requests_total", server).body
    #expect(counted.contains("{route=\"host\",code=\"500\"} 1\n"))
    await server.shutdown(gracePeriod: .zero)
  }

  @Test("sends what a route says, and 500 for a status that is none")
  func statuses() async throws {
    var config = MetricsConfig.patient
    config.routes = [
      EndpointRoute("/status", for: .everybody) { request in
        let fields: EndpointFields = [
          "X-A": "1\r\nX-B: 2", "Content-Length": "7", "Transfer-Encoding": "chunked", "Connection": "close",
        ]
        return EndpointResponse(
          status: request.query["s"].flatMap { Int($0) } ?? 0, headers: fields, body: .bytes(Array("ok".utf8))
        )
      }
    ]
    let server = try await MetricsCollector().startHTTPServer(config)
    for status in [Int.min, -1, 0, 1, 99, 100, 101, 199, 600, 999, .max] {
      #expect(try await get("/status?s=\(status)", server).status == 500, "\(status)")
    }
    for status in [200, 204, 304, 404, 503, 599] {
      let reply = try await get("/status?s=\(status)", server)
      #expect(reply.status == status)
      #expect(!reply.head.contains("\r\nX-B:"))
      #expect(!reply.head.lowercased().contains("transfer-encoding"))
      let hasBody = status != 204 && status != 304
      #expect(reply.body == (hasBody ? "ok" : ""))
      #expect(reply.head.contains("Content-Length: 2") == hasBody)
    }
    await server.shutdown()
  }

  @Test("shows details by Host and by the lack of a proxy, over a real socket")
  func trust() async throws {
    let metrics = try MetricsCollector()
    var config = MetricsConfig.patient
    config.hostNames = ["mx1.example.com"]
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    func status(_ lines: [String]) async throws -> Int {
      let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
      let text = try await onThread { () -> Result<String, any Error> in
        Result {
          let client = try TestClient(address)
          try client.sendNow(bytes)
          client.shutdownWrite()
          return try client.readNow()
        }
      }.get()
      return Int(text.dropFirst(9).prefix(3)) ?? 0
    }
    let cases: [(lines: [String], status: Int)] = [
      (["GET /debug/vars HTTP/1.1", "Host: \(address)"], 200),
      (["GET /debug/vars HTTP/1.1", "Host: mx1.example.com"], 200),
      (["GET /debug/vars HTTP/1.1", "Host: [::1]:9090"], 200),
      (["GET /debug/vars HTTP/1.1", "Host: attacker.example"], 403),
      (["GET /debug/vars HTTP/1.1", "Host:"], 403),
      (["GET /debug/vars HTTP/1.1"], 400),
      (["GET /debug/vars HTTP/1.1", "Host: localhost", "Host: localhost"], 400),
      (["GET /debug/vars HTTP/1.1", "Host: localhost", "host: attacker.example"], 400),
      (["GET /debug/vars HTTP/1.1", "Host : localhost"], 400),
      (["GET /debug/vars HTTP/1.1", "Host: localhost attacker.example"], 400),
      (["GET /debug/vars HTTP/1.1", "Host: a@localhost"], 400),
      (["GET /debug/vars HTTP/1.0"], 403),
      (["GET /debug/vars HTTP/1.0", "Host: localhost"], 200),
      (["GET http://attacker.example/debug/vars HTTP/1.1", "Host: localhost"], 403),
      (["GET http://localhost/debug/vars HTTP/1.1", "Host: attacker.example"], 200),
      (["GET /debug/vars HTTP/1.1", "Host: localhost", "X-Forwarded-For: 127.0.0.1"], 403),
      (["GET /debug/vars HTTP/1.1", "Host: localhost", "vIa:"], 403),
      (["GET //debug/vars HTTP/1.1", "Host: localhost"], 404),
      (["GET /debug/../debug/vars HTTP/1.1", "Host: localhost"], 400),
      (["GET /debug/%2e%2e/debug/vars HTTP/1.1", "Host: localhost"], 400),
      (["GET /debug%2fvars HTTP/1.1", "Host: localhost"], 400),
      (["GET /debug/v%61rs HTTP/1.1", "Host: localhost"], 200),
      (["GET /debug/v%61rs HTTP/1.1", "Host: attacker.example"], 403),
      (["HEAD /debug/vars HTTP/1.1", "Host: attacker.example"], 403),
      (["GET /live HTTP/1.1", "Host: attacker.example"], 200),
      (["GET /livez HTTP/1.1", "Host: attacker.example", "Via: x"], 200),
    ]
    for (lines, expected) in cases { #expect(try await status(lines) == expected, "\(lines)") }
    await server.shutdown()
  }

  @Test(
    "refuses what cannot be, by the setting's name",
    arguments: [
      ("hostNames", "mx1:25"), ("hostNames", ""), ("hostNames", "a b"), ("hostNames", "[::1]"),
      ("hostNames", "."), ("hostNames", "http://mx1"), ("hostNames", "a/b"), ("hostNames", "a@b"),
      ("pathPrefix", "internal"), ("pathPrefix", "/internal/"), ("pathPrefix", "/"), ("routes", "/live"),
      ("routes", "/livez"), ("routes", "/livez/x"), ("routes", "x"), ("probeAliases", "/metrics"),
      ("probeAliases", ""),
    ])
  func mistakes(setting: String, value: String) async throws {
    var changed = MetricsConfig.patient
    switch setting {
    case "hostNames": changed.hostNames = ["fine.example", value]
    case "pathPrefix": changed.pathPrefix = value
    case "routes": changed.routes = [EndpointRoute(value) { _ in .text(200, "") }]
    default: changed.probeAliases[value] = .live
    }
    let config = changed
    let metrics = try MetricsCollector()
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(config)
    }
    #expect(error?.setting == setting)
    #expect(error?.value == value)
    #expect(error?.code == .invalidSetting)
    let mounted = #expect(throws: MetricsConfigError.self) { _ = try metrics.endpoints(config) }
    #expect(mounted?.setting == setting)
  }

  @Test("is known by the name that it listens at")
  func boundName() {
    let names = [
      ("mx1.example.com:9090", ["mx1.example.com"]), ("127.0.0.1:0", ["127.0.0.1"]), ("[::1]:0", []),
      ("unix:/tmp/x", []), ("", []),
    ]
    for (address, known) in names {
      #expect(MetricsConfig(bindAddress: address).knownHostNames == known)
    }
  }
}
