// Does the server answer over a real socket, as HTTP/1.1 has it?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
import ObservabilitySockets
import Testing

@testable import ObservabilityHTTP

@Suite("HTTP server", .timeLimit(.minutes(30)))
struct HTTPServerTests {
  @Test("A GET is answered with the handler's response, its length, and the connection stays open")
  func get() async throws {
    try await withServer { server in
      let client = try await server.connect()
      for _ in 0..<3 {
        try await client.send("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = try await client.read(through: "GET /live")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nContent-Length: 9\r\n"))
        #expect(!answer.contains("Connection: close"))
      }
      #expect(server.server.statistics.accepted == 1)
      #expect(server.server.statistics.requests == 3)
    }
  }

  @Test("Pipelined requests are answered in their order")
  func pipelining() async throws {
    try await withServer { server in
      let requests = (0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
      let answer = try await server.exchange(requests)
      let bodies = answer.split(separator: "\r\n\r\n").dropFirst().map { $0.prefix { $0 != "H" } }
      _ = bodies
      var position = answer.startIndex
      for index in 0..<50 {
        let found = try #require(answer[position...].firstRange(of: "GET /\(index)"), "request \(index)")
        position = found.upperBound
      }
    }
  }

  @Test("HEAD has the head of GET and no body")
  func head() async throws {
    try await withServer(handler: { _ in .text(200, "body") }) { server in
      let answer = try await server.exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.contains("Content-Length: 4\r\n"))
      #expect(answer.hasSuffix("\r\n\r\n"))
    }
  }

  @Test("HTTP/1.0 is served without Host and closed, unless it asks to be kept")
  func version10() async throws {
    try await withServer { server in
      let client = try await server.connect()
      try await client.send("GET / HTTP/1.0\r\n\r\n")
      #expect(try await client.readAll().contains("Connection: close\r\n"))
      let kept = try await server.connect()
      try await kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(try await kept.read(through: "GET /").contains("Connection: keep-alive\r\n"))
    }
  }

  @Test("A body is read, whether its length is given or it comes in chunks")
  func bodies() async throws {
    try await withServer(handler: { .text(200, String(decoding: $0.body, as: UTF8.self)) }) { server in
      let answer = try await server.exchange(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst"
          + "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3;x=y\r\nond\r\n0\r\nT: v\r\n\r\n"
      )
      #expect(answer.contains("first"))
      #expect(answer.hasSuffix("second"))
    }
  }

  @Test("100 Continue is sent when the client waits for it")
  func expectation() async throws {
    try await withServer(handler: { .text(200, String(decoding: $0.body, as: UTF8.self)) }) { server in
      let client = try await server.connect()
      try await client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
      #expect(try await client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try await client.send("body")
      #expect(try await client.read(through: "body").hasPrefix("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test("A streamed body is chunked on 1.1, ends with the connection on 1.0, and is absent for HEAD")
  func streams() async throws {
    let handler: HTTPHandler = { _ in
      let pieces = Pieces(["one", "", "two"])
      return EndpointResponse(status: 200, body: .stream(EndpointBodyStream { pieces.next() }))
    }
    try await withServer(handler: handler) { server in
      let chunked = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(chunked.hasSuffix("Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"))
      let plain = try await server.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(plain.hasSuffix("Connection: close\r\n\r\nonetwo"))
      let head = try await server.exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(head.hasSuffix("Transfer-Encoding: chunked\r\n\r\n"))
    }
  }

  @Test("A streamed body that fails cuts the connection without its final chunk")
  func failingStream() async throws {
    struct Failure: Error {}
    let handler: HTTPHandler = { _ in
      let pieces = Pieces(["one"])
      return EndpointResponse(
        status: 200,
        body: .stream(
          EndpointBodyStream {
            guard let piece = pieces.next() else { throw Failure() }
            return piece
          }))
    }
    try await withServer(handler: handler) { server in
      let answer = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(!answer.contains("0\r\n\r\n"))
      #expect(server.server.statistics.rejected[.bodyStreamFailure] == 1)
    }
  }

  @Test("A large body arrives whole, also at a slow reader")
  func largeBody() async throws {
    let body = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: 97 + $0 % 26) }
    try await withServer(handler: { _ in EndpointResponse(status: 200, body: .bytes(body)) }) { server in
      let answer = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(answer.utf8.count > body.count)
      #expect(answer.utf8.suffix(body.count).elementsEqual(body))
    }
  }

  @Test("OPTIONS * is answered by the transport, and the connection stays open")
  func serverOptions() async throws {
    try await withServer { server in
      let client = try await server.connect()
      try await client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
      let answer = try await client.read(through: "GET /next")
      #expect(answer.hasPrefix("HTTP/1.1 204 No Content\r\n"))
    }
  }

  @Test("The handler runs on the loop, and learns who asks")
  func handlerContext() async throws {
    let seen = Pieces([])
    try await withServer(handler: { request in
      seen.append(request.peer.description)
      return .text(200, "ok")
    }) { server in
      _ = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(seen.next().map { String(decoding: $0, as: UTF8.self).hasPrefix("127.0.0.1:") } == true)
    }
  }
}

/// Pieces of a body, given out one by one, from any thread.
final class Pieces: Sendable {
  private let lock = Lock()
  nonisolated(unsafe) private var pieces: [String]

  init(_ pieces: [String]) { self.pieces = pieces }

  func append(_ piece: String) { lock.withLock { pieces.append(piece) } }

  func next() -> [UInt8]? {
    lock.withLock { pieces.isEmpty ? nil : Array(pieces.removeFirst().utf8) }
  }
}
