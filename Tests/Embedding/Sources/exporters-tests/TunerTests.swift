// Is the state of a tuner read as the talk has it, and shown as the talk shows it?

import Dispatch
import HDHomeRun
@testable import HDHomeRunExporter
import MailObservability
import Testing

/// A device that answers at once.
struct KnownDevice: Device {
  var variables: [String: String]

  func query(_ name: String) throws -> String {
    guard let value = variables[name] else {
      throw DeviceError(description: "ERROR: unknown getset variable")
    }
    return value
  }
}

@Suite("Tuners")
struct TunerTests {
  @Test("are read, in lines that are broken or not")
  func read() throws {
    let whole = """
      tun: ch=qam:183000000 lock=qam256:183000000 ss=100 snq=100 seq=100 dbg=-381/-5551
      dev: bps=38810720 resync=0 overflow=0
          bps=38810720 resync=0 overflow=0
      ts: bps=12514784 te=0 crc=0
      net: pps=1192 err=0 stop=0
      """
    for text in [tunerText, whole] {
      let tuner = try TunerDebug(text)
      #expect(tuner.channel == "qam:183000000" && tuner.lock == "qam256:183000000")
      #expect([tuner.signalStrength, tuner.signalToNoise, tuner.symbolErrors] == [100, 100, 100])
      #expect(tuner.deviceBitsPerSecond == 38_810_720 && tuner.streamBitsPerSecond == 12_514_784)
      #expect(tuner.packetsPerSecond == 1192 && tuner.packetErrors == 0)
    }
  }

  @Test(
    "say what cannot be read",
    arguments: [
      ("", "tun has no ch"), ("tun: ch=1", "tun has no lock"), ("x", "\"x\" in the line of \"\" is no pair"),
      ("tun: ch=1 lock=2 ss=many", "ss of tun is no number: \"many\""),
      ("tun: ch=1 lock=2 ss=99999999999999999999", "ss of tun is no number: \"99999999999999999999\""),
    ])
  func unreadable(text: String, reason: String) {
    let error = #expect(throws: TunerDebug.ParseError.self) { try TunerDebug(text) }
    #expect(error?.description == reason)
  }

  @Test("are asked for until there is none, and 16 at the most")
  func count() throws {
    var variables = ["/tuner0/debug": tunerText, "/tuner1/debug": tunerText, "/tuner3/debug": tunerText]
    #expect(try KnownDevice(variables: variables).tuners().count == 2)
    for number in 0..<100 { variables["/tuner\(number)/debug"] = tunerText }
    #expect(try KnownDevice(variables: variables).tuners().count == 16)
    #expect(throws: DeviceError.self) { try KnownDevice(variables: [:]).tuners() }
  }

  /// A device of two tuners, one of which gives no answer now.
  private struct LockedDevice: Device {
    func query(_ name: String) throws -> String {
      if name == "/tuner1/debug" { throw DeviceError(description: "ERROR: resource locked by 192.168.1.9") }
      return tunerText
    }
  }

  @Test("are not said to be fewer when one gives no answer")
  func locked() {
    let error = #expect(throws: DeviceError.self) { try LockedDevice().tuners() }
    #expect(error?.description == "ERROR: resource locked by 192.168.1.9")
  }

  @Test("may have a value that ends in a colon")
  func colon() throws {
    let text = tunerText.replacing("lock=qam256:183000000", with: "lock=qam256:")
    #expect(try TunerDebug(text).lock == "qam256:")
  }
}

@Suite("The exporter of tuners", .timeLimit(.minutes(10)))
struct TunerExporterTests {
  static let state = tunerText.replacing("183000000", with: "555000000").replacing(
    "pps=1192", with: "pps=839")

  private func get(_ query: String, _ targets: TargetMetrics, host: String = "localhost") async throws -> (
    Int, String
  ) {
    let metrics = try MetricsCollector(namespace: "exporter", groups: [])
    var config = MetricsConfig(path: "/exporter")
    config.routes = [.metrics("/metrics") { try await targets($0) }]
    let endpoints = try metrics.endpoints(config)
    let request = try EndpointRequest(
      target: "/metrics\(query)", headers: ["Host": host], peer: .ip([127, 0, 0, 1], port: 1))
    let response = await endpoints.respond(to: request)
    guard case .bytes(let bytes) = response.body else { return (response.status, "") }
    return (response.status, String(decoding: bytes, as: UTF8.self))
  }

  @Test("shows what the talk's curl shows, to the letter")
  func curl() async throws {
    let targets = TargetMetrics(within: .seconds(60)) { endpoint, _ in
      #expect(endpoint.address == [192, 168, 1, 8])
      return KnownDevice(variables: ["/tuner0/debug": Self.state])
    }
    let (status, text) = try await get("?target=192.168.1.8", targets)
    #expect(status == 200)
    #expect(
      text == """
        # HELP hdhomerun_network_packets_per_second Number of packets per second being sent by the device for this tuner.
        # TYPE hdhomerun_network_packets_per_second gauge
        hdhomerun_network_packets_per_second{tuner="0"} 839
        # HELP hdhomerun_tuner_info Metadata about each of the tuners available to a device.
        # TYPE hdhomerun_tuner_info gauge
        hdhomerun_tuner_info{channel="qam:555000000",lock="qam256:555000000",tuner="0"} 1

        """)
  }

  @Test(
    "answers 400 without a target that can be one",
    arguments: [
      ("", "missing target\n"), ("?target=", "missing target\n"), ("?Target=a", "missing target\n"),
      ("?target=a%0d%0aSet-Cookie:%20x", refused), ("?target=%FF%FE", refused), ("?target=a%00b", refused),
      ("?target=%E2%80%AE1.2.3.4", refused), ("?target=http://127.0.0.1/", refused),
      ("?target=user@host", refused),
      ("?target=a:0", refused), ("?target=a:65536", refused), ("?target=a:x", refused),
      ("?target=a:", refused),
      ("?target=:65001", refused), ("?target=[::1", refused), ("?target=[::1]x", refused),
      ("?target=[]", refused),
      ("?target=a%20b", refused), ("?target=\(String(repeating: "a", count: 256))", refused),
      ("?target=\(String(repeating: "1", count: 6000))", refused),
    ])
  func badTargets(query: String, body: String) async throws {
    let targets = TargetMetrics { _, _ in
      Issue.record("dialled")
      throw ClientError("dialled")
    }
    do {
      let answer = try await get(query, targets)
      #expect(answer == (400, body))
    } catch is EndpointRequestError {
      // What no request can carry is refused by the server, with 400 too.
    }
  }

  static let refused = "a target is a host, or a host and a port\n"

  @Test(
    "finds host and port",
    arguments: [
      ("192.168.1.8", "192.168.1.8:65001"), ("192.168.1.8:1", "192.168.1.8:1"), ("::1", "[::1]:65001"),
      ("[::1]", "[::1]:65001"), ("[fe80::1%eth0]:65535", "[fe80::1%eth0]:65535"),
      ("tuner.lan", "tuner.lan:65001"),
      ("tuner.lan:080", "tuner.lan:80"),
    ])
  func targets(text: String, expected: String) throws {
    #expect(try #require(Target(text)).description == expected)
  }

  @Test("finds a name while the names of twenty devices hang")
  func hangingNames() async throws {
    let obstacle = DispatchSemaphore(value: 0)
    let targets = TargetMetrics(
      within: .seconds(60), atMost: 64,
      dial: { _, _ in KnownDevice(variables: ["/tuner0/debug": Self.state]) },
      lookUp: { host, port in
        if host != "tuner.lan" { obstacle.wait() }
        guard let endpoint = Endpoint.numeric("192.168.1.8", port) else { throw ClientError("no address") }
        return endpoint
      })
    let hanging = (0..<20).map { number in Task { try await get("?target=gone\(number).lan", targets) } }
    // In whichever order they come: the others hang until this one has had its ten seconds.
    #expect(try await get("?target=tuner.lan", targets).0 == 200)
    try await Task.sleep(for: .milliseconds(200))
    #expect(try await get("?target=tuner.lan", targets).0 == 200)
    for _ in hanging { obstacle.signal() }
    for task in hanging { _ = try await task.value }
  }

  @Test("answers 500 with the reason when it cannot connect")
  func dialFails() async throws {
    let targets = TargetMetrics { _, _ in throw ClientError("connect: No route to host") }
    #expect(
      try await get("?target=192.168.1.8", targets)
        == (500, "failed to dial \"192.168.1.8:65001\": connect: No route to host\n"))
  }

  @Test("answers 500 with the family and the error when the dialogue fails")
  func dialogueFails() async throws {
    let targets = TargetMetrics { _, _ in KnownDevice(variables: ["/tuner0/debug": "tun: ch=1"]) }
    let (status, text) = try await get("?target=192.168.1.8", targets)
    #expect(status == 500)
    #expect(text == "The metrics cannot be shown:\nhdhomerun_network_packets_per_second: tun has no lock\n")
  }

  @Test(
    "connects to no address outside the networks that it is given",
    arguments: [
      ("192.168.1.8", 200), ("127.0.0.1", 403), ("localhost", 403), ("[::1]", 403),
      ("[::ffff:127.0.0.1]", 403),
      ("[::ffff:192.168.1.9]", 200), ("2130706433", 403), ("169.254.169.254:80", 403),
    ])
  func networks(target: String, expected: Int) async throws {
    let network = try #require(IPNetwork("192.168.1.0/24"))
    let targets = TargetMetrics(within: .seconds(60), on: [network]) { _, _ in
      KnownDevice(variables: ["/tuner0/debug": Self.state])
    }
    #expect(try await get("?target=\(target)", targets).0 == expected)
  }

  @Test("asks nothing for a request that does not come from a trusted address or for a strange host")
  func access() async throws {
    let targets = TargetMetrics { _, _ in
      Issue.record("dialled")
      throw ClientError("dialled")
    }
    #expect(try await get("?target=192.168.1.8", targets, host: "attacker.example").0 == 403)
  }

  @Test("explains itself, the join of the talk included")
  func help() {
    #expect(
      helpPage.contains(
        """
        hdhomerun_network_packets_per_second{tuner="0"} *
          on (instance, job) group_left(channel)
          hdhomerun_tuner_info{tuner="0"}
        """))
  }

  @Test(
    "takes its options, and no others",
    arguments: [
      ([], true), (["127.0.0.1:0", "0.5", "10.0.0.0/8", "fd00::/8"], true), (["--help"], false),
      (["-h"], false),
      (["a:1", "0"], false), (["a:1", "nan"], false), (["a:1", "61"], false), (["a:1", "1", "lan"], false),
    ] as [([String], Bool)])
  func options(arguments: [String], isValid: Bool) { #expect((Options(arguments) != nil) == isValid) }
}
