// Does every wait end in time, with the right answer?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilitySockets
import Testing

@testable import ObservabilityHTTP

@Suite("HTTP deadlines", .timeLimit(.minutes(1)))
struct DeadlineTests {
  /// Until every connection is gone, the clock moves on by steps too small to reach two deadlines at once.
  private func advance(_ server: TestServer, by step: Duration) async throws {
    try await server.wait { statistics in
      server.server.loop.advanceClock(by: step)
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
    try await withServer { server in
      let client = try await server.connect()
      try await client.send(text)
      try await server.wait { $0.connections == 1 }
      async let answer = client.readAll()
      try await advance(server, by: .milliseconds(200))
      #expect(try await answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
      #expect(server.server.statistics.rejected == [reason: 1])
    }
  }

  @Test("A byte now and then does not keep a head alive")
  func trickle() async throws {
    try await withServer { server in
      let client = try await server.connect()
      async let answer = client.readAll()
      // 4 seconds and a byte, again and again: each byte comes before 5 seconds since the last are over.
      var sent = 0
      for byte in "GET / HTTP/1.1\r\n" {
        do { try await client.send(String(byte)) } catch { break }
        sent += 1
        server.server.loop.advanceClock(by: .seconds(2))
        await onThread { _ = usleep(2000) }
        if server.server.statistics.rejected[.headDeadline] == 1 { break }
      }
      #expect(sent < 8)
      try await advance(server, by: .milliseconds(200))
      #expect(try await answer.hasPrefix("HTTP/1.1 408 "))
    }
  }

  @Test("A connection that never says anything, and one idle after a request, are closed without an answer")
  func silent() async throws {
    try await withServer { server in
      let silent = try await server.connect()
      async let nothing = silent.readAll()
      try await server.wait { $0.connections == 1 }
      try await advance(server, by: .milliseconds(200))
      #expect(try await nothing == "")
      #expect(server.server.statistics.rejected == [.headDeadline: 1])

      let idle = try await server.connect()
      try await idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await idle.read(through: "GET /").contains("200 OK"))
      async let rest = idle.readAll()
      try await advance(server, by: .seconds(1))
      #expect(try await rest == "")
      #expect(server.server.statistics.rejected[.keepAliveDeadline] == 1)
    }
  }

  @Test("A handler that never returns is answered for, cancelled, and does not keep the server from ending")
  func handler() async throws {
    let cancelled = Flag()
    let never = Gate()
    try await withServer(handler: { _ in
      await withTaskCancellationHandler {
        // Ignores its cancellation until the test ends.
        await never.pass()
      } onCancel: {
        cancelled.set()
      }
      return .text(200, "too late")
    }) { server in
      let client = try await server.connect()
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await server.wait { $0.requests == 1 }
      async let answer = client.readAll()
      try await advance(server, by: .seconds(1))
      #expect(try await answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
      #expect(server.server.statistics.rejected == [.handlerDeadline: 1])
      #expect(cancelled.isSet)
    }
    never.open()
  }

  @Test("A peer that does not read is cut off, and the one that reads slowly is not")
  func writing() async throws {
    let body = [UInt8](repeating: 97, count: 16 << 20)
    try await withServer(handler: { _ in EndpointResponse(status: 200, body: .bytes(body)) }) { server in
      let stuck = try await server.connect()
      try await stuck.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await server.wait { $0.requests == 1 }
      try await advance(server, by: .seconds(1))
      #expect(server.server.statistics.rejected == [.writeDeadline: 1])
      _ = try await stuck.readAll()

      let slow = try await server.connect()
      try await slow.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      var received = 0
      while true {
        let bytes = try await slow.read(upTo: 1 << 20)
        if bytes.isEmpty { break }
        received += bytes.count
        server.server.loop.advanceClock(by: .milliseconds(100))
      }
      #expect(received > body.count)
    }
  }

  @Test("A stream that is late is cut off, and told that it has ended")
  func stream() async throws {
    let ended = Flag()
    let never = Gate()
    try await withServer(handler: { _ in
      EndpointResponse(
        status: 200,
        body: .stream(
          EndpointBodyStream(
            next: {
              await never.pass()
              return nil
            }, finished: { ended.set() })))
    }) { server in
      let client = try await server.connect()
      try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      try await server.wait { $0.requests == 1 }
      try await advance(server, by: .seconds(1))
      #expect(server.server.statistics.rejected == [.bodyStreamFailure: 1])
      #expect(try await client.readAll().contains("0\r\n\r\n") == false)
    }
    #expect(ended.isSet)
    never.open()
  }
}
