// Does the health check of a container say what is, in time, and leave nothing behind?

import HealthProbes
@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("A health check by HTTP", .timeLimit(.minutes(30)))
struct HealthcheckTests {
  /// No machine is slow enough to reach it.
  private static let never = Duration.seconds(1_000_000)

  private func check(
    _ url: String?, _ config: MetricsConfig = MetricsConfig(), within deadline: Duration = never
  ) async -> HealthcheckOutcome {
    await onThread { config.healthcheck(url, within: deadline) }
  }

  @Test("is 0 for a server that is healthy and 1 for one that is not, by every way to ask")
  func ownServer() async throws {
    let metrics = try MetricsCollector()
    var config = MetricsConfig.patient
    let path = "/tmp/healthcheck-\(UInt64.random(in: 0 ... .max)).sock"
    config.listeners = [ListenerConfig("unix:\(path)", serving: .probes)]
    let server = try await metrics.startHTTPServer(config)
    let bound = try #require(server.boundAddress)
    config.bindAddress = bound
    let urls: [String?] = [
      nil, "http://\(bound)", "http://\(bound)/", "http://\(bound)/ready", "unix:\(path)",
    ]
    for url in urls {
      let outcome = await check(url, config)
      #expect(outcome.exitCode == 0 && outcome.message.hasPrefix("healthy: "), "\(outcome)")
    }
    // Yet to be provided: unhealthy without a task that would have to run for it.
    try metrics.health.declare("storage")
    for url in urls {
      let outcome = await check(url, config)
      #expect(outcome.exitCode == 1 && outcome.message.contains(" answered 503: {"), "\(outcome)")
    }
    #expect(await check(nil, config).message.contains("\"storage\":\"unhealthy\""))
    for query in ["?verbose", "/?verbose"] {
      #expect(await check("http://\(bound)\(query)", config).exitCode == 1)
    }
    await server.shutdown()
    for url in urls { #expect(await check(url, config).exitCode == 1) }
  }

  static let addresses: [(config: MetricsConfig, url: String?)] = [
    (MetricsConfig(), "http://127.0.0.1:9090"), (MetricsConfig(enabled: false), nil),
    (MetricsConfig(bindAddress: "0.0.0.0:81"), "http://127.0.0.1:81"),
    (MetricsConfig(bindAddress: "[::]:81"), "http://[::1]:81"),
    (MetricsConfig(bindAddress: "[fd00::1]:81"), "http://[fd00::1]:81"),
    (MetricsConfig(bindAddress: "10.0.0.0:81"), "http://10.0.0.0:81"),
    (MetricsConfig(bindAddress: "mx1.example.com:81"), "http://mx1.example.com:81"),
    (MetricsConfig(bindAddress: "unix:/run/a"), "unix:/run/a"),
    (MetricsConfig(bindAddress: "127.0.0.1:0"), nil), (MetricsConfig(bindAddress: "systemd:a"), nil),
    (
      inheriting(.paths(["/metrics"]), "127.0.0.1:1", .probes, "127.0.0.1:2"), "http://127.0.0.1:2"
    ),
    (inheriting(.all, "127.0.0.1:1", .probes, "127.0.0.1:2"), "http://127.0.0.1:1"),
    (inheriting(.all, "127.0.0.1:0", .probes, "[::]:2"), "http://[::1]:2"),
    (inheriting(.paths(["/live"]), "127.0.0.1:1", .paths(["/health"]), "127.0.0.1:2"), nil),
  ]

  /// A first address that says nothing of where it is, and two others.
  private static func inheriting(
    _ routes: ListenerConfig.Routes, _ address: String, _ other: ListenerConfig.Routes, _ second: String
  ) -> MetricsConfig {
    var config = MetricsConfig(bindAddress: "systemd:a")
    config.listeners = [ListenerConfig(address, serving: routes), ListenerConfig(second, serving: other)]
    return config
  }

  @Test("asks the first address that serves probes and says where it is", arguments: addresses.indices)
  func asked(index: Int) {
    let (config, url) = Self.addresses[index]
    #expect(config.healthcheckURL == url)
  }

  @Test("asks for the health of a server whose paths have a prefix")
  func prefixed() async throws {
    var config = MetricsConfig.patient
    config.pathPrefix = "/internal"
    let server = try await MetricsCollector().startHTTPServer(config)
    config.bindAddress = try #require(server.boundAddress)
    #expect(await check(nil, config).message.hasPrefix("healthy: "))
    await server.shutdown()
  }

  static let answers: [(answer: String, message: String)] = [
    ("HTTP/1.1 204 No Content\r\n\r\n", "healthy: URL answered 204"),
    (
      "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
      "unhealthy: URL answered 302, a redirect, which is not followed"
    ),
    (
      "HTTP/1.1 503 No\r\nContent-Length: 13\r\n\r\n\u{1B}[2J\tno\nmore!",
      "unhealthy: URL answered 503: \\u{1B}[2J\\tno"
    ),
    ("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "unhealthy: URL answered 500"),
    ("SSH-2.0-x\r\n", "unhealthy: URL: the answer is not HTTP/1.1: malformed_status_line"),
    ("", "unhealthy: URL: the connection ended before an answer"),
  ]

  @Test("says in one line what it was", arguments: answers.indices)
  func lines(index: Int) async throws {
    let (answer, message) = Self.answers[index]
    let server = ScriptedServer([
      { peer in
        _ = peer.readRequest()
        peer.send(answer)
      }
    ])
    let url = "http://127.0.0.1:\(server.port)/health"
    let outcome = await check(url + "?secret=1")
    let expected = message.replacing("URL", with: url)
    // How a connection ends, the system says.
    let isExpected = answer.isEmpty ? outcome.message.hasPrefix(expected) : outcome.message == expected
    #expect(isExpected, "\(outcome)")
    #expect(outcome.exitCode == (message.hasPrefix("healthy") ? 0 : 1))
    server.stop()
  }

  @Test("gives a body that does not end no more than its deadline, and a line no more than its length")
  func hostile() async throws {
    let endless = ScriptedServer([
      { peer in
        _ = peer.readRequest()
        peer.send("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n")
        while peer.send("400\r\n" + String(repeating: "x", count: 0x400) + "\r\n") {}
      }
    ])
    let long = await check("http://127.0.0.1:\(endless.port)/health")
    #expect(long.exitCode == 1 && long.message.utf8.count <= 1024)
    endless.stop()
    let silent = ScriptedServer([{ $0.waitForEnd() }])
    let late = await check("http://127.0.0.1:\(silent.port)/health", within: .milliseconds(50))
    #expect(late.exitCode == 1 && late.message.contains("no answer in "), "\(late)")
    silent.stop()
  }

  @Test("says why a URL is none, and shows no password that is in one")
  func badURLs() async {
    for url in [
      "", "x", "ftp://a/", "https://localhost/", "http://user:secret@127.0.0.1:1/", "unix:relative",
    ] {
      let outcome = await check(url)
      #expect(outcome.exitCode == 1 && outcome.message.hasPrefix("unhealthy: "), "\(outcome)")
      #expect(!outcome.message.contains("secret"))
    }
    for address in ["127.0.0.1:0", "systemd:metrics"] {
      #expect(await check(nil, MetricsConfig(bindAddress: address)).message.contains("give a URL"))
    }
    #expect(await check("http://127.0.0.1:1/", within: .zero).exitCode == 1)
    #expect(await check("http://127.0.0.1:1/", within: .seconds(Int64.min)).exitCode == 1)
    #expect(await check("http://127.0.0.1:1/", within: .seconds(Int64.max)).exitCode == 1)
  }

  #if os(Linux)
    @Test("needs no thread of the cooperative pool, and leaves no thread and no descriptor")
    func nothingLeft() async throws {
      let server = ScriptedServer(
        (0..<50).map { _ in
          { peer in
            _ = peer.readRequest()
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            peer.waitForEnd()
          }
        })
      let url = "http://127.0.0.1:\(server.port)/health"
      let outcomes = await onThread {
        let pool = blockPool()
        defer { pool.set() }
        return (0..<50).map { _ in MetricsConfig().healthcheck(url, within: Self.never).exitCode }
      }
      #expect(outcomes.allSatisfy { $0 == 0 })
      #expect(await eventually { server.clients == 0 })
      server.stop()
    }
  #endif
}
