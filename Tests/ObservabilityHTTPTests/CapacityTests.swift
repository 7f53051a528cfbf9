// What happens when there is no room: who gives way, and are probes still answered?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilitySockets
import Synchronization
import Testing

@testable import ObservabilityHTTP

@Suite("HTTP capacity", .timeLimit(.minutes(30)))
struct CapacityTests {
  static let probe = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
  static let other = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"

  static func few(_ configuration: inout HTTPServerConfiguration) {
    configuration.limits.maximumConnections = 4
    configuration.limits.maximumReserveConnections = 2
  }

  /// Takes the four places of ``few(_:)`` with requests that the handler holds.
  static func occupyAll(_ server: TestServer) async throws -> [TestClient] {
    var busy: [TestClient] = []
    for _ in 0..<4 {
      let client = try await server.connect()
      try await client.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
      busy.append(client)
    }
    try await server.wait { $0.requests == 4 }
    return busy
  }

  @Test("The oldest connection without a head gives way to a new one, and then the oldest idle one")
  func eviction() async throws {
    try await withServer(Self.few) { server in
      let idle = try await server.connect()
      try await idle.send(Self.other)
      _ = try await idle.read(through: "GET /metrics")
      var slow: [TestClient] = []
      for number in 1...3 {
        let client = try await server.connect()
        try await client.send("GET /slow")
        try await server.wait { $0.accepted == 1 + UInt64(number) }
        slow.append(client)
      }
      // Those that have just arrived would be spared.
      server.server.loop.advanceClock(by: .seconds(1))
      #expect(try await server.exchange(Self.other).contains("200 OK"))
      #expect(server.server.statistics.rejected == [.evictedIncomplete: 1])
      #expect(try await slow[0].readAll() == "")
      try await slow[1].send(" HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await slow[1].read(through: "GET /slow").contains("200 OK"))
    }
  }

  @Test("When every connection is at work, the reserve serves probes and tells the others why it does not")
  func reserve() async throws {
    let hold = Gate()
    try await withServer(
      Self.few,
      handler: { request in
        if request.path == "/hold" { await hold.pass() }
        return .text(200, "\(request.method) \(request.path)")
      }
    ) { server in
      let busy = try await Self.occupyAll(server)
      for _ in 0..<20 {
        let probe = try await server.connect()
        try await probe.send(Self.probe)
        let answer = try await probe.readAll()
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("Connection: close\r\n"))
      }
      let refused = try await server.connect()
      try await refused.send(Self.other)
      #expect(try await refused.readAll().hasPrefix("HTTP/1.1 503 "))
      let posting = try await server.connect()
      try await posting.send("POST /live HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
      #expect(try await posting.readAll().hasPrefix("HTTP/1.1 503 "))
      #expect(server.server.statistics.rejected == [.connectionLimit: 2])
      hold.open()
      for client in busy { #expect(try await client.read(through: "GET /hold").contains("200 OK")) }
    }
  }

  @Test("With slow connections in every place, the reserve too, each probe is answered at once")
  func flood() async throws {
    try await withServer(Self.few) { server in
      var slow: [TestClient] = []
      for round in 0..<200 {
        let client = try await server.connect()
        slow.append(client)
        if round % 2 == 0 { try? await client.send("GET /") }
        if round % 20 == 0 {
          let probe = try await server.connect()
          try await probe.send(Self.probe)
          #expect(try await probe.read(through: "GET /live").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
      }
      #expect(server.server.statistics.connections <= 6)
    }
  }

  @Test("Who neither reads nor sends gives way to a new connection, and who still does so does not")
  func stalled() async throws {
    let body = [UInt8](repeating: 97, count: 16 << 20)
    try await withServer(
      {
        $0.limits.maximumConnections = 2
        $0.limits.maximumReserveConnections = 1
        $0.deadlines.stall = .seconds(3600)
      }, handler: { _ in EndpointResponse(status: 200, body: .bytes(body)) }
    ) { server in
      let stuck = try await server.connect()
      try await stuck.send(Self.other)
      let posting = try await server.connect()
      try await posting.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbody")
      try await server.waitForConnections { connections in
        let phases = connections.map(\.phase)
        return phases.count == 2 && phases.contains(.writing) && phases.contains(.body)
      }
      // Not at once: a pause is no stall.
      #expect(try await server.exchange(Self.other).hasPrefix("HTTP/1.1 503 "))
      try await server.wait { $0.connections == 2 }
      server.server.loop.advanceClock(by: .seconds(3601))
      let late = try await server.connect()
      try await late.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await late.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
      #expect(server.server.statistics.rejected == [.connectionLimit: 1, .evictedStalled: 1])
    }
  }

  @Test("The head of a connection on the reserve has to come within its own, shorter time")
  func reserveDeadline() async throws {
    let hold = Gate()
    try await withServer(
      {
        Self.few(&$0)
        $0.deadlines.reserveHead = .seconds(3600)
      },
      handler: { _ in
        await hold.pass()
        return .text(200, "")
      }
    ) { server in
      var busy: [TestClient] = []
      for _ in 0..<4 {
        let client = try await server.connect()
        try await client.send(Self.other)
        busy.append(client)
      }
      try await server.wait { $0.requests == 4 }
      let slow = try await server.connect()
      try await slow.send("GET /li")
      try await server.waitForConnections {
        $0.contains { $0.reserve != nil && $0.parser.stage == .head }
      }
      server.server.loop.advanceClock(by: .seconds(3601))
      #expect(try await slow.readAll().hasPrefix("HTTP/1.1 408 "))
      hold.open()
    }
  }

  @Test("Connections of one address above its limit are served as on the reserve, unless exempt")
  func perAddress() async throws {
    for isExempt in [false, true] {
      try await withServer({
        $0.limits.maximumConnectionsPerAddress = 1
        $0.isExemptFromAddressLimit = { _ in isExempt }
      }) { server in
        let first = try await server.connect()
        try await first.send(Self.other)
        _ = try await first.read(through: "GET /metrics")
        #expect(try await server.exchange(Self.probe).contains("200 OK"))
        #expect(try await server.exchange(Self.other).contains(isExempt ? "200 OK" : "503 Service"))
        #expect(server.server.statistics.rejected == (isExempt ? [:] : [.addressLimit: 1]))
      }
    }
  }

  @Test("A connection is closed after as many requests as it may make")
  func requestLimit() async throws {
    try await withServer({ $0.limits.maximumRequestsPerConnection = 3 }) { server in
      let answer = try await server.exchange(String(repeating: Self.other, count: 5))
      #expect(answer.components(of: "HTTP/1.1 200 OK") == 3)
      #expect(answer.components(of: "Connection: close") == 1)
      #expect(server.server.statistics.rejected == [.requestLimit: 1])
    }
  }

  @Test(
    "With every limit at an extreme a server serves, or refuses",
    arguments: [Int.min, -1, 0, 1, 1 << 20, .max])
  func extremes(value: Int) async throws {
    let changes: [@Sendable (inout HTTPServerLimits) -> Void] = [
      { $0.maximumRequestLineSize = value }, { $0.maximumHeaderSize = value },
      { $0.maximumFieldCount = value }, { $0.maximumBodySize = value },
      { $0.maximumConnections = value }, { $0.maximumReserveConnections = value },
      { $0.maximumConnectionsPerAddress = value }, { $0.maximumRequestsPerConnection = value },
    ]
    let posting =
      "POST /live HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n\r\n"
    for change in changes + [{ limits in changes.forEach { $0(&limits) } }] {
      try await withServer({ change(&$0.limits) }) { server in
        for request in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", posting] {
          let answer = try await server.exchange(request)
          #expect(answer.hasPrefix("HTTP/1.1 "))
        }
      }
    }
  }

  @Test("Running out of descriptors ends nothing: idle connections make room, and probes are answered")
  func descriptors() async throws {
    let failures = Failures()
    let observer = Observer()
    try await withServer({ $0.acceptCall = { failures.accept($0) } }, observer: observer) { server in
      let idle = try await server.connect()
      try await idle.send(Self.other)
      _ = try await idle.read(through: "GET /metrics")
      failures.left.store(1, ordering: .relaxed)
      #expect(try await server.exchange(Self.other).contains("200 OK"))
      #expect(server.server.statistics.rejected == [.evictedIdle: 1])
      #expect(try await idle.readAll() == "")
      // Nobody is left to give way: the spare descriptor serves a probe, and refuses politely.
      failures.left.store(1, ordering: .relaxed)
      #expect(try await server.exchange(Self.probe).contains("200 OK"))
      try await server.wait { $0.connections == 0 }
      failures.left.store(1, ordering: .relaxed)
      #expect(try await server.exchange(Self.other).contains("503 Service"))
      #expect(server.server.statistics.rejected[.descriptorLimit] == 1)
      try await server.wait { $0.connections == 0 }
      // It lasts: connections wait, and are served when it is over.
      failures.left.store(5, ordering: .relaxed)
      #expect(try await server.exchange(Self.probe).contains("200 OK"))
      #expect(server.server.statistics.acceptFailures >= 6)
      #expect(observer.acceptFailures.load(ordering: .relaxed) >= 6)
    }
  }

  @Test(
    "A connection that is reset before it is accepted is skipped", arguments: [ECONNABORTED, EPROTO, EINTR])
  func aborted(errno: Int32) async throws {
    let failures = Failures(errno: errno)
    failures.left.store(3, ordering: .relaxed)
    try await withServer({ $0.acceptCall = { failures.accept($0) } }) { server in
      let answer = try await server.exchange(Self.other)
      #expect(answer.contains("200 OK"))
      #expect(server.server.statistics.acceptFailures == 0)
    }
  }
}

/// Fails as often as said, and accepts then.
private final class Failures: Sendable {
  let left = Atomic<Int>(0)
  let errno: Int32

  init(errno: Int32 = EMFILE) { self.errno = errno }

  /// As `accept(2)` does, it fails while a connection is waiting, which goes on waiting.
  func accept(_ listener: Int32) -> (fd: Int32, peer: SocketAddress?) {
    var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    if left.load(ordering: .relaxed) > 0, poll(&entry, 1, 0) == 1 {
      left.wrappingSubtract(1, ordering: .relaxed)
      return (-errno, nil)
    }
    return Listener.systemAccept(listener)
  }
}

private final class Observer: HTTPServerObserver {
  let acceptFailures = Atomic<Int>(0)

  func rejected(_ reason: HTTPRejectReason) {}
  func responded(status: Int, to request: EndpointRequest?) {}
  func acceptFailed(errno: Int32) { acceptFailures.wrappingAdd(1, ordering: .relaxed) }
}

extension String {
  /// How often a text occurs.
  func components(of text: String) -> Int {
    var count = 0
    var rest = self[...]
    while let found = rest.firstRange(of: text) {
      count += 1
      rest = rest[found.upperBound...]
    }
    return count
  }
}
