// How much of the loop does a streamed response take, and for how long does it go on?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilitySockets
import Synchronization
import Testing

@testable import ObservabilityHTTP

@Suite("Streams", .timeLimit(.minutes(30)))
struct StreamTests {
  /// What a stream gives, piece after piece.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    let piece: [UInt8]
    let isNonblocking: Bool

    var testDescription: String { name }

    func stream(_ asked: @escaping @Sendable () -> Bool) -> EndpointBodyStream {
      var stream = EndpointBodyStream { asked() ? piece : nil }
      stream.isNonblocking = isNonblocking
      return stream
    }
  }

  static let atOnce = [
    Kind(name: "empty pieces that are there at once", piece: [], isNonblocking: true),
    Kind(name: "short pieces that are there at once", piece: [97], isNonblocking: true),
  ]

  @Test(
    "A probe that comes in the middle of a stream is answered before the next few pieces are sent",
    arguments: atOnce)
  func turns(kind: Kind) async throws {
    let pieces = 4000
    let given = Atomic<Int>(0)
    let answeredAfter = Atomic<Int>(0)
    let probe = Locked<TestClient?>(nil)
    let address = Locked("")
    let stream = kind.stream {
      let count = given.wrappingAdd(1, ordering: .relaxed).newValue
      if count == pieces / 2, let client = try? TestClient(address.withLock { $0 }) {
        // On the loop's own thread, so that the system has the probe when the next piece is asked for.
        try? client.sendNow(Array("GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8))
        probe.withLock { $0 = client }
      }
      return count < pieces
    }
    try await withServer(
      {
        $0.answerAtOnce = { request in
          guard request.path == "/live" else { return nil }
          answeredAfter.store(given.load(ordering: .relaxed), ordering: .relaxed)
          return .text(200, "alive")
        }
      },
      handler: { _ in EndpointResponse(status: 200, body: .stream(stream)) }
    ) { server in
      address.withLock { $0 = "\(server.address)" }
      let answer = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.hasSuffix("0\r\n\r\n"))
      #expect(try await probe.withLock { $0 }?.read(through: "alive").contains("200 OK") == true)
      // Accepting and reading take a turn each.
      let between = answeredAfter.load(ordering: .relaxed) - pieces / 2
      #expect(between < 32, "\(between) pieces came before the probe")
    }
  }

  @Test(
    "Of a piece of any length only a little is copied", arguments: [1, 16 << 10, (16 << 10) + 1, 1 << 20])
  func copies(length: Int) {
    for isChunked in [false, true] {
      var framing = StreamFraming(head: Array("head".utf8), isChunked: isChunked)
      var output: [UInt8] = []
      let piece = [UInt8](repeating: 97, count: length)
      for _ in 0..<2 {
        let (lead, copied) = framing.lead(of: piece)
        #expect(copied <= StreamFraming.mostCopied && lead.count <= copied + 32)
        output += lead + piece[copied...]
      }
      output += framing.end()
      let (size, end) = (Array("\(String(length, radix: 16))\r\n".utf8), Array("\r\n".utf8))
      let framed = isChunked ? size + piece + end : piece
      #expect(output == Array("head".utf8) + framed + framed + (isChunked ? Array("0\r\n\r\n".utf8) : []))
    }
  }

  @Test(
    "A stream without an end is cut off, though each of its pieces comes in time and is read",
    arguments: atOnce + [
      Kind(name: "empty pieces of the host's", piece: [], isNonblocking: false),
      Kind(
        name: "long pieces of the host's", piece: Array(repeating: 97, count: 1 << 20), isNonblocking: false),
    ])
  func endless(kind: Kind) async throws {
    let ended = Flag()
    let given = Atomic<Int>(0)
    var stream = kind.stream {
      given.wrappingAdd(1, ordering: .relaxed)
      return true
    }
    stream.finished = { ended.set() }
    try await withServer(
      { $0.deadlines.response = .seconds(3600) },
      handler: { [stream] _ in EndpointResponse(status: 200, body: .stream(stream)) }
    ) { server in
      let client = try await server.connect()
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let reader = Task { while try await !client.read(upTo: 1 << 20).isEmpty {} }
      try await server.wait { _ in given.load(ordering: .relaxed) > 10 }
      server.server.loop.advanceClock(by: .seconds(3000))
      let before = given.load(ordering: .relaxed)
      try await server.wait { _ in given.load(ordering: .relaxed) > before + 10 }
      #expect(server.server.statistics.rejected == [:])
      server.server.loop.advanceClock(by: .seconds(601))
      try await server.wait { $0.connections == 0 }
      #expect(server.server.statistics.rejected == [.writeDeadline: 1])
      #expect(await eventually { ended.isSet })
      _ = await reader.result
    }
  }

  @Test(
    "A stream of the host's is told away from the loop that it has ended",
    arguments: ["GET / HTTP/1.1", "HEAD / HTTP/1.1", "GET / HTTP/1.0"])
  func finished(line: String) async throws {
    let wasOnLoop = Locked<Bool?>(nil)
    let loop = Locked<EventLoop?>(nil)
    let stream = EndpointBodyStream(next: { nil }) {
      let isCurrent = loop.withLock { $0?.isCurrent }
      wasOnLoop.withLock { $0 = isCurrent }
    }
    try await withServer(handler: { _ in EndpointResponse(status: 200, body: .stream(stream)) }) { server in
      loop.withLock { $0 = server.server.loop }
      _ = try await server.exchange("\(line)\r\nHost: a\r\n\r\n")
      #expect(await eventually { wasOnLoop.withLock { $0 } == false })
    }
    loop.withLock { $0 = nil }
  }
}
