// Is an answer that needs no waiting the same as one that does, however its request comes?

import EndpointMessages
import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing

@testable import ObservabilityHTTP
@testable import ObservabilitySockets

@Suite("What is answered at once", .timeLimit(.minutes(30)))
struct AtOnceTests {
  private static func answer(_ request: EndpointRequest) -> EndpointResponse? {
    switch request.path {
    case "/live": .text(200, "alive")
    case "/large": .text(200, String(repeating: "l", count: 40_000) + "end")
    case "/medium": .text(200, String(repeating: "m", count: 15_000) + "end")
    case "/none": EndpointResponse(status: 204)
    default: nil
    }
  }

  private func withAnswers(
    _ configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
  ) async throws {
    try await withServer(
      {
        $0.answerAtOnce = Self.answer
        configure(&$0)
      }, body)
  }

  /// What must come back for a whole exchange, when each is on a connection that has been served before.
  private func exchange(_ server: TestServer, pieces: [String]) async throws -> String {
    let client = try await server.connect()
    try await client.send("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
    _ = try await client.read(through: "alive")
    try await server.waitForConnections { $0.contains { $0.phase == .idle } }
    for piece in pieces {
      let before = server.server.loop.statistics.wakeUps
      try await client.send(piece)
      // Looked at by itself, mostly, before the next comes. What is read along with what came before wakes nobody.
      for _ in 0..<50 where server.server.loop.statistics.wakeUps == before {
        try await Task.sleep(for: .milliseconds(1))
      }
    }
    client.shutdownWrite()
    return try await client.readAll()
  }

  @Test(
    "comes for each request in its order, however the bytes are cut",
    arguments: [1, 2, 7, 29, 1000])
  func pieces(length: Int) async throws {
    try await withAnswers { server in
      let paths = ["/live", "/other", "/none", "/live"]
      let requests = paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
      var pieces: [String] = []
      var rest = requests[...]
      while !rest.isEmpty {
        pieces.append(String(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
      let answers = try await exchange(server, pieces: pieces)
      #expect(answers.components(of: "HTTP/1.1 200 OK") == 3 && answers.components(of: "alive") == 2)
      #expect(answers.components(of: "HTTP/1.1 204 No Content") == 1)
      let places = ["alive", "GET /other", "204"].map { answers.firstRange(of: $0)?.lowerBound }
      #expect(
        places.allSatisfy { $0 != nil } && places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    }
  }

  @Test(
    "is whole when it is larger than what is sent at once, and read late", arguments: ["large", "medium"])
  func sizes(name: String) async throws {
    try await withAnswers { server in
      let client = try await server.connect(receiveBuffer: 4096)
      for _ in 0..<30 { try await client.send("GET /\(name) HTTP/1.1\r\nHost: a\r\n\r\n") }
      client.shutdownWrite()
      let answers = try await client.readAll()
      #expect(answers.components(of: "HTTP/1.1 200 OK") == 30)
      #expect(answers.components(of: "\(name.prefix(1))end") == 30)
    }
  }

  @Test("goes on where the system took only a part of it")
  func parts() async throws {
    try await withAnswers { server in
      let client = try await server.connect(receiveBuffer: 4096)
      try await client.send("GET /live HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = try await client.read(through: "alive")
      try await server.waitForConnections { $0.contains { $0.phase == .idle } }
      let core = server.server.core
      core.onLoop {
        var little: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        for connection in core.all {
          setsockopt(connection.descriptor.fd, SOL_SOCKET, SO_SNDBUF, &little, size)
        }
      }
      var asked = 0
      let hasRest = Flag()
      while asked < 8, !hasRest.isSet {
        asked += 1
        try await client.send("GET /medium HTTP/1.1\r\nHost: a\r\n\r\n")
        try await server.waitForConnections { [asked] connections in
          if connections.contains(where: { $0.phase == .writing }) { hasRest.set() }
          return connections.contains { $0.requests == asked + 1 && ($0.phase == .idle || hasRest.isSet) }
        }
      }
      #expect(hasRest.isSet)
      client.shutdownWrite()
      let answers = try await client.readAll()
      #expect(answers.components(of: "HTTP/1.1 200 OK") == asked && answers.components(of: "mend") == asked)
      #expect(answers.components(of: "m") == asked * 15_000)
    }
  }

  @Test("has what its request asks for: no body for HEAD, and the connection's end")
  func framing() async throws {
    try await withAnswers { server in
      let head = try await exchange(server, pieces: ["HEAD /live HTTP/1.1\r\nHost: a\r\n\r\n"])
      #expect(head.contains("Content-Length: 5\r\n") && !head.contains("alive"))
      for request in ["GET /live HTTP/1.0\r\n", "GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"] {
        for pieces in [[request + "\r\n" + request + "\r\n"], [request + "\r\n"]] {
          let answers = try await exchange(server, pieces: pieces)
          #expect(answers.components(of: "Connection: close") == 1 && answers.components(of: "alive") == 1)
        }
      }
      #expect(try await exchange(server, pieces: ["GET /live HTTP/1.1\r\n\r\n"]).hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test("is known by its bytes alone, and not when the beginning of another request stands before them")
  func emptyLine() async throws {
    let live = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
    try await withServer({
      $0.answerAtOnce = Self.answer
    }) { server in
      let next = "\r\nGET /none HTTP/1.1\r\nHost: a\r\n\r\n"
      let answers = try await exchange(server, pieces: ["\r\n", live, next])
      #expect(answers.components(of: "HTTP/1.1 200 OK") == 1 && answers.components(of: "HTTP/1.1 204 ") == 1)
      // One empty line may stand before a request (RFC 9112, section 2.2), and no two.
      let twice = try await exchange(server, pieces: ["\r\n", "\r\n" + live])
      #expect(twice.hasPrefix("HTTP/1.1 400 "))
    }
  }

  @Test(
    "is that of its own bytes, whichever request came before, on this connection or another",
    arguments: [SeededGenerator.seed])
  func repeated(seed: UInt64) async throws {
    let requests = [
      "GET /live HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /live HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /live HTTP/1.1\r\nHost: b\r\n\r\n", "GET /live HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\n\r\n",
      "GET /lives HTTP/1.1\r\nHost: a\r\n\r\n", "POST /live HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ]
    let seen = Locked<[String]>([])
    try await withServer({
      $0.answerAtOnce = { request in
        let authorization = request.headers["Authorization"] ?? "none"
        let text = "\(request.method) \(request.path) \(request.headers["Host"] ?? "none") \(authorization)"
        seen.withLock { $0.append(text) }
        return request.method == "HEAD" ? EndpointResponse(status: 204) : .text(200, text + "#")
      }
    }) { server in
      let clients = [try await server.connect(), try await server.connect()]
      var generator = SeededGenerator(seed: seed)
      for _ in 0..<200 {
        let index = Int.random(in: 0..<requests.count, using: &generator)
        let client = clients[Int.random(in: 0..<2, using: &generator)]
        try await client.send(requests[index])
        let answer = try await client.read(through: index == 1 ? "\r\n\r\n" : "#")
        let parts = requests[index].split(separator: " ")
        let host = index == 6 ? "none" : index == 2 ? "b" : "a"
        let expected = "\(parts[0]) \(parts[1]) \(host) \(index == 3 ? "x" : "none")"
        #expect(seen.withLock { $0.last } == expected)
        #expect(answer.hasPrefix(index == 1 ? "HTTP/1.1 204 " : "HTTP/1.1 200 "))
      }
    }
  }

  @Test("counts as a request: for the limit of a connection, and for the deadline between two")
  func counted() async throws {
    try await withAnswers({
      $0.limits.maximumRequestsPerConnection = 3
      $0.deadlines.keepAlive = .seconds(3600)
    }) { server in
      let request = "GET /live HTTP/1.1\r\nHost: a\r\n\r\n"
      let answers = try await exchange(server, pieces: [request, request])
      #expect(answers.components(of: "alive") == 2 && answers.components(of: "Connection: close") == 1)

      let client = try await server.connect()
      for _ in 0..<2 {
        try await client.send(request)
        _ = try await client.read(through: "alive")
        try await server.waitForConnections { $0.contains { $0.phase == .idle } }
        server.server.loop.advanceClock(by: .seconds(3000))
      }
      #expect(server.server.statistics.connections == 1, "the deadline begins anew with each")
      server.server.loop.advanceClock(by: .seconds(3601))
      #expect(try await client.readAll() == "")
      #expect(server.server.statistics.rejected[.keepAliveDeadline] == 1)
    }
  }
}
