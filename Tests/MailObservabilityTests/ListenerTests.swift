// Does each of several listeners serve what it is to serve, and does one without the others never begin?

@testable import MailObservability
import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("A server with several listeners", .timeLimit(.minutes(30)))
struct SeveralListenersTests {
  private func newPath() -> String { "/tmp/listeners-\(UInt64.random(in: 0 ... .max)).sock" }

  private func get(_ path: String, at address: String) async -> Reply? {
    await onThread { HTTPClient.get(path, at: address) }
  }

  @Test("answers at each what it serves, and 404 to the rest, whatever was asked before at another")
  func routes() async throws {
    var config = MetricsConfig.patient
    config.listeners = [
      ListenerConfig("127.0.0.1:0", serving: .probes),
      ListenerConfig("127.0.0.1:0", serving: .paths(["/metrics"]).union(.paths(["/"]))),
      ListenerConfig("127.0.0.1:0", serving: .all, access: ["/live": .networks([])]),
    ]
    let server = try await MetricsCollector().startHTTPServer(config)
    #expect(server.boundAddresses.count == 4 && Set(server.boundAddresses).count == 4)
    #expect(server.boundAddress == server.boundAddresses.first)
    let expected: [(path: String, statuses: [Int])] = [
      ("/live", [200, 200, 404, 403]), ("/livez", [200, 200, 404, 403]), ("/ready", [200, 200, 404, 200]),
      ("/health", [200, 200, 404, 200]), ("/metrics", [200, 404, 200, 200]),
      ("/metrics.json", [200, 404, 404, 200]), ("/debug/vars", [200, 404, 404, 200]),
      ("/", [200, 404, 200, 200]), ("/nothing", [404, 404, 404, 404]),
    ]
    // Twice, since the last probe is known by its bytes.
    for _ in 1...2 {
      for (path, statuses) in expected {
        for (address, status) in zip(server.boundAddresses, statuses) {
          let client = try await onThread {
            Result { () throws(TestClientError) in try TestClient(address) }
          }.get()
          try await client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
          let head = try await client.read(through: "\r\n\r\n")
          #expect(head.hasPrefix("HTTP/1.1 \(status) "), "\(path) at \(address): \(head)")
        }
      }
    }
    let page = await get("/", at: server.boundAddresses[2])
    #expect(page?.body.contains("/metrics\"") == true && page?.body.contains("/debug/vars") == false)
    await server.shutdown()
  }

  @Test("binds all of them or none, and names the one that is taken")
  func allOrNothing() async throws {
    let metrics = try MetricsCollector()
    let first = try await metrics.startHTTPServer(.patient)
    let taken = try #require(first.boundAddress)
    let path = newPath()
    var config = MetricsConfig.patient
    config.bindAddress = "unix:\(path)"
    config.listeners = [
      ListenerConfig("127.0.0.1:0", serving: .all), ListenerConfig(taken, serving: .probes),
    ]
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await metrics.startHTTPServer(config)
    }
    #expect(error?.setting == "listeners[1]" && error?.value == taken && error?.code == .refusedBySystem)
    #expect(error?.message.contains(taken) == true)
    #expect(access(path, F_OK) != 0, "the first is unbound again")
    config.listeners.removeLast()
    let second = try await metrics.startHTTPServer(config)
    #expect(second.boundAddresses.first == "unix:\(path)")
    await second.shutdown()
    #expect(access(path, F_OK) != 0)
    await first.shutdown()
  }

  @Test(
    "has the mode of its Unix sockets that is set, and takes over what nobody listens on",
    arguments: [0o600, 0o660, 0o666, 0o000] as [UInt16])
  func mode(_ mode: UInt16) async throws {
    let path = newPath()
    var config = MetricsConfig.patient
    (config.bindAddress, config.socketMode) = ("unix:\(path)", mode)
    for _ in 1...2 {
      let server = try await MetricsCollector().startHTTPServer(config)
      var status = stat()
      #expect(stat(path, &status) == 0 && UInt16(status.st_mode & 0o7777) == mode)
      // What a process that was killed leaves behind has the same name and no owner.
      let kept = path + ".kept"
      #expect(link(path, kept) == 0)
      await server.shutdown()
      #expect(rename(kept, path) == 0)
    }
    unlink(path)
  }

  /// 0 when the answer is 200.
  private func asksIPv6(_ path: String, _ port: Substring) async -> Int32 {
    await onThread {
      MetricsConfig().healthcheck("http://[::1]:\(port)\(path)", within: .seconds(1_000_000)).exitCode
    }
  }

  @Test("has IPv4 at [::] too, and leaves it to a listener that asks for it")
  func dualStack() async throws {
    var config = MetricsConfig.patient
    config.bindAddress = "[::]:0"
    // Not every machine has IPv6.
    guard let dual = try? await MetricsCollector().startHTTPServer(config) else { return }
    let port = try #require(dual.boundAddress?.split(separator: ":").last)
    #expect(await get("/live", at: "127.0.0.1:\(port)")?.status == 200)
    #expect(await asksIPv6("/live", port) == 0)
    #expect(await get("/metrics.json", at: "127.0.0.1:\(port)")?.status == 200, "loopback, mapped")
    await dual.shutdown()
    config.bindAddress = "[::]:\(port)"
    config.listeners = [ListenerConfig("127.0.0.1:\(port)", serving: .probes)]
    // Somebody else may have got the port meanwhile.
    guard let both = try? await MetricsCollector().startHTTPServer(config) else { return }
    #expect(await asksIPv6("/metrics", port) == 0)
    #expect(await get("/metrics", at: "127.0.0.1:\(port)")?.status == 404)
    await both.shutdown()
  }

  static let mistakes: [(setting: String, value: String, make: @Sendable (inout MetricsConfig) -> Void)] = [
    ("listeners[0]", "nonsense", { $0.listeners = [ListenerConfig("nonsense", serving: .all)] }),
    ("listeners[0]", "systemd:x", { $0.listeners = [ListenerConfig("systemd:x", serving: .all)] }),
    ("bindAddress", "systemd:", { $0.bindAddress = "systemd:" }),
    (
      "listeners[1]", "127.0.0.1:1",
      {
        $0.listeners = [
          ListenerConfig("127.0.0.1:1", serving: .all), ListenerConfig("127.0.0.1:1", serving: .probes),
        ]
      }
    ),
    (
      "listeners[0].routes", "/nothing",
      { $0.listeners = [ListenerConfig("127.0.0.1:0", serving: .paths(["/nothing"]))] }
    ),
    ("listeners[0].routes", "[]", { $0.listeners = [ListenerConfig("127.0.0.1:0", serving: .paths([]))] }),
    (
      "listeners[0].access", "/metrics",
      { $0.listeners = [ListenerConfig("127.0.0.1:0", serving: .probes, access: ["/metrics": .everybody])] }
    ),
    (
      "listeners[0].access", "/live",
      { $0.listeners = [ListenerConfig("127.0.0.1:0", serving: .probes, access: ["/live": .credentials])] }
    ),
    (
      "listeners", "16",
      { $0.listeners = Array(repeating: ListenerConfig("127.0.0.1:0", serving: .all), count: 16) }
    ),
    ("socketMode", "0o1000", { $0.socketMode = 0o1000 }),
  ]

  @Test("refuses what makes no sense by the name of the setting", arguments: mistakes.indices)
  func refused(index: Int) async throws {
    let mistake = Self.mistakes[index]
    var config = MetricsConfig.patient
    mistake.make(&config)
    let wrong = config
    let error = await #expect(throws: MetricsConfigError.self) {
      _ = try await MetricsCollector().startHTTPServer(wrong)
    }
    #expect(error?.setting == mistake.setting && error?.value == mistake.value, "\(error as Any)")
    #expect(error?.code == .invalidSetting)
  }
}
