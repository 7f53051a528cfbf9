// What does a peer that does not read, or has gone, cost the server?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilitySockets
import Synchronization
import Testing

@testable import ObservabilityHTTP

@Suite("Reading peers", .timeLimit(.minutes(30)))
struct ReadingTests {
  // MARK: - What is not read

  @Test(
    "Of a burst of requests whose answers nobody reads, only so many are answered as the bounded buffers hold"
  )
  func unread() async throws {
    let answer = [UInt8](repeating: 97, count: 27_000)
    let served = Atomic<Int>(0)
    try await withServer(
      handler: { _ in
        served.wrappingAdd(1, ordering: .relaxed)
        return EndpointResponse(status: 200, body: .bytes(answer))
      }
    ) { server in
      let client = try await server.connect(receiveBuffer: 4096)
      try await client.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 300))
      let core = server.server.core
      try await server.wait { _ in
        core.onLoop { core.all.contains { $0.phase == .writing && $0.stalledSince != nil } }
      }
      let handedOver = core.onLoop { core.all.map(\.handedOver).reduce(0, +) }
      #expect(handedOver < 256 * 1024)
      #expect(served.load(ordering: .relaxed) < 16)
      #expect(core.onLoop { core.all.allSatisfy { $0.carry.count <= ServerCore.readSize } })
    }
  }

  @Test("A peer that has closed its socket without reading the answer is gone at once")
  func closedUnread() async throws {
    let isClosed = Gate()
    try await withServer(
      handler: { _ in
        await isClosed.pass()
        return EndpointResponse(status: 200, body: .bytes([UInt8](repeating: 97, count: 2000)))
      }
    ) { server in
      var client: TestClient? = try await onThread { [address = server.address] in
        Result { () throws(TestClientError) in try TestClient("\(address)") }
      }.get()
      try await client?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await server.wait { $0.requests == 1 }
      // Closed by its end.
      client = nil
      isClosed.open()
      // No time passes on the server's clock.
      try await server.wait { $0.connections == 0 }
    }
  }

  @Test("What the system still has for a peer that reads nothing goes with the connection, and not later")
  func undelivered() async throws {
    let answer = [UInt8](repeating: 97, count: 20_000)
    try await withServer(
      { $0.deadlines.write = .seconds(3600) },
      handler: { _ in EndpointResponse(status: 200, body: .bytes(answer)) }
    ) { server in
      let client = try await server.connect(receiveBuffer: 4096)
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      client.shutdownWrite()
      let core = server.server.core
      try await server.wait { _ in core.onLoop { core.all.contains { $0.phase == .lingering } } }
      server.server.loop.advanceClock(by: .seconds(3000))
      #expect(core.onLoop { core.all.count } == 1, "there is time to read")
      try await server.wait { statistics in
        server.server.loop.advanceClock(by: .seconds(100))
        return statistics.connections == 0
      }
      // The rest was dropped by a reset: only what had been taken comes.
      #expect(try await client.readAll().utf8.count < answer.count)
    }
  }

  struct Window: Sendable, CustomTestStringConvertible {
    let name: String
    let seconds: Int64
    let taken: Int
    let isKept: Bool
    var testDescription: String { name }
  }

  @Test(
    "A peer keeps its connection by reading a kibibyte a second",
    arguments: [
      Window(name: "nothing", seconds: 30, taken: 0, isKept: false),
      Window(name: "a byte now and then", seconds: 30, taken: 30, isKept: false),
      Window(name: "just too little", seconds: 30, taken: 30 * 1024 - 1, isKept: false),
      Window(name: "just enough", seconds: 30, taken: 30 * 1024, isKept: true),
      Window(name: "much", seconds: 30, taken: 1 << 30, isKept: true),
      Window(name: "enough, in a window that took longer", seconds: 60, taken: 30 * 1024, isKept: false),
      Window(name: "anything, when no time is given", seconds: 0, taken: 1, isKept: true),
    ])
  func rate(window: Window) {
    let second: Int64 = 1_000_000_000
    var rate = ReadingRate(window: min(window.seconds, 30) * second, from: 5 * second, taken: 7)
    #expect(rate.due == (5 + min(window.seconds, 30)) * second)
    let end = (5 + window.seconds) * second
    #expect(rate.isKept(taken: 7 + window.taken, at: end) == window.isKept)
    #expect(rate.due == end + min(window.seconds, 30) * second, "the next window begins")
  }

  @Test("Extreme times and counts are judged without a trap")
  func extremes() {
    for window in [Int64.min, -1, 0, 1, .max] {
      for time in [Int64.min, 0, .max] {
        var rate = ReadingRate(window: window, from: time, taken: 0)
        _ = rate.due
        for later in [Int64.min, 0, .max] { _ = rate.isKept(taken: .max, at: later) }
      }
    }
  }

  // MARK: - Who has gone

  @Test("A handler whose peer has gone is cancelled at once, and counted")
  func gone() async throws {
    let (cancelled, never) = (Flag(), Gate())
    try await withServer(handler: { await Self.answer($0, never, cancelled) }) { server in
      do {
        // Closed with an answer that is not read, which the system says by a reset.
        let client = try await server.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
        await never.entered()
      }
      try await server.wait { $0.connections == 0 }
      #expect(server.server.statistics.rejected == [.clientGone: 1])
      #expect(await eventually { cancelled.isSet })
    }
    never.open()
  }

  @Test(
    "A peer that has only ended its own stream gets its answer if that comes soon, and is not waited for long"
  )
  func halfClosed() async throws {
    let (cancelled, never) = (Flag(), Gate())
    try await withServer(
      { $0.deadlines.stall = .seconds(300) }, handler: { await Self.answer($0, never, cancelled) }
    ) { server in
      let early = try await server.connect()
      try await early.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
      early.shutdownWrite()
      await never.entered()
      never.open()
      #expect(try await early.readAll().contains("200 OK"))
      never.close()
      let late = try await server.connect()
      try await late.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
      late.shutdownWrite()
      // Before that there is no connection either.
      #expect(await eventually { never.visits == 2 })
      try await server.wait { statistics in
        server.server.loop.advanceClock(by: .seconds(1))
        return statistics.connections == 0
      }
      #expect(try await late.readAll() == "")
      #expect(server.server.statistics.rejected[.clientGone] == 1)
    }
    never.open()
  }

  private static func answer(_ request: EndpointRequest, _ gate: Gate, _ cancelled: Flag) async
    -> EndpointResponse
  {
    guard request.path == "/hold" else { return .text(200, "unread") }
    await withTaskCancellationHandler {
      await gate.pass()
    } onCancel: {
      cancelled.set()
    }
    return .text(200, "held")
  }
}

extension ServerCore {
  /// What the loop's own state is, asked for on the loop; blocks the caller.
  func onLoop<Value: Sendable>(_ read: @escaping @Sendable () -> Value) -> Value {
    answer(by: loop.execute, read)
  }
}
