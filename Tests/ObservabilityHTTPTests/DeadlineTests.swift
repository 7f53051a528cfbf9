// Does every wait end in time, with the right answer?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilitySockets
import Testing

@testable import ObservabilityHTTP

@Suite("HTTP deadlines", .timeLimit(.minutes(30)))
struct DeadlineTests {
  /// Lets the clock move on until every connection is gone.
  private func advance(_ server: TestServer) async throws {
    try await server.wait { statistics in
      server.server.loop.advanceClock(by: .seconds(600))
      return statistics.connections == 0
    }
  }

  @Test(
    "A request that stops in the middle is answered 408 and closed",
    arguments: [
      ("GET / HTTP/1.1\r\nHo", HTTPRejectReason.headDeadline),
      ("G", .headDeadline),
      ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbody", .bodyDeadline),
      ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbo", .bodyDeadline),
    ])
  func unfinished(text: String, reason: HTTPRejectReason) async throws {
    try await withServer({ ($0.deadlines.head, $0.deadlines.body) = (.seconds(3600), .seconds(3600)) }) {
      server in
      let client = try await server.connect()
      try await client.send(text)
      try await server.waitForConnections { connections in
        connections.map(\.parser.stage) == [reason == .headDeadline ? .head : .body]
      }
      async let answer = client.readAll()
      try await advance(server)
      #expect(try await answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
      #expect(server.server.statistics.rejected == [reason: 1])
    }
  }

  @Test("A byte now and then does not keep a head alive")
  func trickle() async throws {
    try await withServer({ $0.deadlines.head = .seconds(3600) }) { server in
      let client = try await server.connect()
      async let answer = client.readAll()
      // Each byte comes before an hour since the last is over, and the third after an hour since the first.
      for byte in "GET" {
        try await client.send(String(byte))
        try await server.waitForConnections { $0.map(\.parser.stage) == [.head] }
        server.server.loop.advanceClock(by: .seconds(1500))
      }
      try await server.wait { $0.rejected[.headDeadline] == 1 }
      #expect(try await answer.hasPrefix("HTTP/1.1 408 "))
    }
  }

  @Test("A connection that never says anything, and one idle after a request, are closed without an answer")
  func silent() async throws {
    try await withServer({ ($0.deadlines.head, $0.deadlines.keepAlive) = (.seconds(3600), .seconds(3600)) }) {
      server in
      let silent = try await server.connect()
      async let nothing = silent.readAll()
      try await server.wait { $0.connections == 1 }
      try await advance(server)
      #expect(try await nothing == "")
      #expect(server.server.statistics.rejected == [.headDeadline: 1])

      let idle = try await server.connect()
      try await idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await idle.read(through: "GET /").contains("200 OK"))
      async let rest = idle.readAll()
      try await advance(server)
      #expect(try await rest == "")
      #expect(server.server.statistics.rejected[.keepAliveDeadline] == 1)
    }
  }

  @Test("A handler that never returns is answered for, cancelled, and does not keep the server from ending")
  func handler() async throws {
    let cancelled = Flag()
    let never = Gate()
    try await withServer(
      { $0.deadlines.handler = .seconds(3600) },
      handler: { _ in
        await withTaskCancellationHandler {
          // Ignores its cancellation until the test ends.
          await never.pass()
        } onCancel: {
          cancelled.set()
        }
        return .text(200, "too late")
      }
    ) { server in
      let client = try await server.connect()
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await server.wait { $0.requests == 1 }
      async let answer = client.readAll()
      try await advance(server)
      #expect(try await answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
      #expect(server.server.statistics.rejected == [.handlerDeadline: 1])
      #expect(await eventually { cancelled.isSet })
    }
    never.open()
  }

  @Test("A peer that does not read is cut off, and the one that reads slowly is not")
  func writing() async throws {
    let body = [UInt8](repeating: 97, count: 32 << 20)
    try await withServer(
      { $0.deadlines.write = .seconds(3600) },
      handler: { _ in EndpointResponse(status: 200, body: .bytes(body)) }
    ) { server in
      let stuck = try await server.connect(receiveBuffer: 1 << 16)
      try await stuck.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await server.wait { $0.requests == 1 }
      try await advance(server)
      #expect(server.server.statistics.rejected == [.writeDeadline: 1])

      let slow = try await server.connect(receiveBuffer: 1 << 16)
      try await slow.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      var received = 0
      var pauses = 1
      while true {
        let bytes = try await slow.read(upTo: 1 << 20)
        if bytes.isEmpty { break }
        received += bytes.count
        // More than sockets keep, so that the server has written more since the last pause.
        if received >= pauses * 8 << 20 {
          pauses += 1
          server.server.loop.advanceClock(by: .seconds(2400))
        }
      }
      #expect(received > body.count)
      #expect(pauses == 5)
      #expect(server.server.statistics.rejected == [.writeDeadline: 1])
    }
  }

  @Test("A stream that is late is cut off, and told that it has ended")
  func stream() async throws {
    let ended = Flag()
    let never = Gate()
    try await withServer(
      { $0.deadlines.write = .seconds(3600) },
      handler: { _ in
        EndpointResponse(
          status: 200,
          body: .stream(
            EndpointBodyStream(
              next: {
                await never.pass()
                return nil
              }, finished: { ended.set() })))
      }
    ) { server in
      let client = try await server.connect()
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await server.wait { $0.requests == 1 }
      try await advance(server)
      #expect(server.server.statistics.rejected == [.bodyStreamFailure: 1])
      #expect(try await client.readAll().contains("0\r\n\r\n") == false)
    }
    #expect(await eventually { ended.isSet })
    never.open()
  }
}
