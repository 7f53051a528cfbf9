// Is a device asked within its time, whatever it does, and without a connection left behind?

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
@testable import HDHomeRun
import MailObservability
import Testing

/// The talk's text of a tuner, as the slide has it.
let tunerText = """
  tun: ch=qam:183000000 lock=qam256:183000000 ss=100
  snq=100 seq=100 dbg=-381/-5551
  dev: bps=38810720 resync=0 overflow=0
  cc: bps=38810720 resync=0 overflow=0
  ts: bps=12514784 te=0 crc=0
  net: pps=1192 err=0 stop=0
  """

@Suite("The client of an HDHomeRun", .timeLimit(.minutes(10)))
struct ClientTests {
  private static let calls = BlockingCalls(limit: 64)
  private static let reply: @Sendable (Packet) -> [UInt8] = {
    TestDevice.reply(to: $0, ["/tuner0/debug": tunerText])
  }

  /// What a dialogue of all tuners gives, on a thread that it may block.
  private static func tuners(of device: TestDevice, within limit: Duration) async throws -> [TunerDebug] {
    guard let endpoint = device.endpoint else { return [] }
    return try await calls.run("\(device.port)", within: .seconds(300)) {
      try Client(endpoint, before: .now + limit).tuners()
    }
  }

  @Test("reads every tuner, and closes the connection")
  func works() async throws {
    let device = TestDevice { TestDevice.write(Self.reply($1), to: $0) }
    defer { device.stop() }
    #expect(try await Self.tuners(of: device, within: .seconds(60)).map(\.packetsPerSecond) == [1192])
    #expect(await eventually { device.opened == 1 && device.closed == 1 })
  }

  static let faults: [(String, TestDevice.Answer, String)] = [
    ("says nothing", { _, _ in }, "read: i/o timeout"),
    ("sends half a header", { TestDevice.write(Array(reply($1).prefix(2)), to: $0) }, "read: i/o timeout"),
    ("sends half a body", { TestDevice.write(Array(reply($1).prefix(40)), to: $0) }, "read: i/o timeout"),
    (
      "sends a body that is shorter than it says",
      { connection, _ in TestDevice.write([0, 5, 0, 200] + [UInt8](repeating: 0, count: 100), to: connection)
      },
      "read: i/o timeout"
    ),
    ("sends a wrong checksum", { TestDevice.write(reply($1).dropLast() + [0], to: $0) }, "wrongChecksum"),
    (
      "sends 64 KiB",
      { connection, _ in
        TestDevice.write([0, 5, 255, 255] + [UInt8](repeating: 0, count: 65_539), to: connection)
      },
      "tooLong"
    ),
    (
      "speaks another protocol",
      { connection, _ in TestDevice.write(Array("SSH-2.0-x\r\n".utf8), to: connection) }, "tooLong"
    ),
    (
      "sends a reply of another type",
      { connection, _ in TestDevice.write((try? Packet(9, []).encoded()) ?? [], to: connection) },
      "the reply is not one to /tuner0/debug"
    ),
    (
      "sends an error of another type",
      { connection, _ in
        let tag = Packet.Tag(Packet.Tag.errorMessage, text: "ERROR: unknown getset variable")
        TestDevice.write((try? Packet(9, [tag]).encoded()) ?? [], to: connection)
      },
      "the reply is not one to /tuner0/debug"
    ),
    (
      "answers what was not asked",
      { connection, _ in
        let other = Packet(Packet.getRequest, [.init(Packet.Tag.name, text: "/tuner1/debug")])
        TestDevice.write(TestDevice.reply(to: other, ["/tuner1/debug": tunerText]), to: connection)
      }, "the reply is not one to /tuner0/debug"
    ),
    (
      "sends a text that says nothing",
      { TestDevice.write(TestDevice.reply(to: $1, ["/tuner0/debug": "tun: ch=none lock=none"]), to: $0) },
      "tun has no ss"
    ),
    (
      "knows no tuner", { TestDevice.write(TestDevice.reply(to: $1, [:]), to: $0) },
      "ERROR: unknown getset variable"
    ),
  ]

  @Test("gives up, says why, and leaves no connection when the device fails", arguments: faults.indices)
  func fails(index: Int) async throws {
    let (name, answer, reason) = Self.faults[index]
    let device = TestDevice(answer)
    defer { device.stop() }
    let error = await #expect(throws: (any Error).self) {
      try await Self.tuners(of: device, within: .milliseconds(reason.hasSuffix("timeout") ? 300 : 60_000))
    }
    // A machine that is busy may use up the time before there is anything to read.
    let said = error.map { "\($0)" } ?? ""
    #expect(reason.hasSuffix("timeout") ? said.hasSuffix("i/o timeout") : said == reason, "\(name): \(said)")
    #expect(await eventually { device.opened == 1 && device.closed == 1 }, "\(name)")
  }

  @Test("gives up when the device sends a byte now and then")
  func drips() async throws {
    let device = TestDevice { connection, request in
      for byte in Self.reply(request) {
        TestDevice.write([byte], to: connection)
        usleep(50_000)
      }
    }
    defer { device.stop() }
    let error = await #expect(throws: ClientError.self) {
      try await Self.tuners(of: device, within: .milliseconds(300))
    }
    #expect(error?.description.hasSuffix("i/o timeout") == true)
  }

  @Test("gives up when nobody accepts, and when nobody listens")
  func noAccept() async throws {
    let device = TestDevice(nil)
    let error = await #expect(throws: ClientError.self) {
      try await Self.tuners(of: device, within: .milliseconds(300))
    }
    // A system that lets a few more in than it was told has nobody there to answer them.
    #expect(["connect: i/o timeout", "read: i/o timeout"].contains(error?.description))
    device.stop()
    let refused = await #expect(throws: ClientError.self) {
      try await Self.tuners(of: device, within: .seconds(60))
    }
    #expect(refused?.description == "connect: Connection refused")
  }

  @Test("asks nothing more by a connection that has failed")
  func broken() async throws {
    let device = TestDevice { TestDevice.write(Self.reply($1).dropLast() + [0], to: $0) }
    defer { device.stop() }
    let endpoint = try #require(device.endpoint)
    let errors = try await Self.calls.run("\(device.port)", within: .seconds(300)) {
      let client = try Client(endpoint, before: .now + .seconds(60))
      return (0..<2).map { _ in
        do { return try client.query("/tuner0/debug") } catch { return "\(error)" }
      }
    }
    #expect(errors == ["wrongChecksum", "the connection has failed"])
  }

  @Test("has no time before it begins", arguments: [Duration.zero, .seconds(-1)])
  func noTime(limit: Duration) async throws {
    let device = TestDevice { TestDevice.write(Self.reply($1), to: $0) }
    defer { device.stop() }
    let error = await #expect(throws: ClientError.self) { try await Self.tuners(of: device, within: limit) }
    #expect(error?.description.hasSuffix("i/o timeout") == true)
  }

  @Test("knows addresses from names")
  func endpoints() {
    #expect(Endpoint.numeric("192.168.1.8", 65001)?.address == [192, 168, 1, 8])
    #expect(Endpoint.numeric("::1", 1)?.address == [UInt8](repeating: 0, count: 15) + [1])
    #expect(throws: ClientError.self) { try Endpoint.lookUp("127.0.0.1\0.lan", 1) }
    for name in ["localhost", "example.com", "", "192.168.1", "1.2.3.4.5", "a\0b", "127.0.0.1\0b"] {
      #expect(name == "192.168.1" || Endpoint.numeric(name, 1) == nil, "\(name)")
    }
  }
}
