// Does a client get the answers of a server that behaves, on as few connections as it can?

import EndpointMessages
import ObservabilityPlatform
import TestSupport
import Testing

@testable import ObservabilityHTTP
@testable import ObservabilitySockets

private let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

@Suite("The client", .timeLimit(.minutes(30)))
struct RequesterTests {
  @Test("Requests follow one another on one connection")
  func kept() async throws {
    try await withRequester([{ $0.answerAll(fine) }]) { client in
      for _ in 0..<3 {
        let result = await client.post()
        #expect(result.status == 200 && result.body == "ok", "\(result)")
        #expect(await client.onLoop { $0.isConnected })
      }
      #expect(client.server.accepted == 1)
    }
  }

  @Test(
    "A connection that the server will not keep is not used again",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
      "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\nok",
    ])
  func closed(answer: String) async throws {
    let once: ScriptedServer.Script = { peer in
      _ = peer.readRequest()
      peer.send(answer)
      peer.shutdownWrite()
      peer.waitForEnd()
    }
    try await withRequester([once, once]) { client in
      #expect(await client.get().body == "ok")
      #expect(await client.onLoop { !$0.isConnected })
      #expect(await client.get().body == "ok")
      #expect(client.server.accepted == 2)
    }
  }

  @Test("A large request arrives whole, in the order of its bytes")
  func large() async throws {
    let sent = (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 11) }
    let received = Locked<[UInt8]>([])
    try await withRequester([
      { peer in
        while let request = peer.readRequest() {
          received.withLock { $0 = request.body }
          peer.send("HTTP/1.1 204 No Content\r\n\r\n")
        }
      }
    ]) { client in
      #expect(await client.post(sent).status == 204)
      #expect(received.withLock { $0 == sent })
      #expect(await client.onLoop { $0.isConnected })
    }
  }

  @Test("What is sent is what RFC 9112 asks for, and not a byte more")
  func wire() async throws {
    let head = Locked("")
    try await withRequester([
      { peer in
        while let request = peer.readRequest() {
          head.withLock { $0 = request.head }
          peer.send(fine)
        }
      }
    ]) { client in
      let port = client.server.port
      _ = await client.send(
        ClientRequest(method: "POST", path: "/v1/traces?a=b", fields: [("User-Agent", "x/1"), ("X", "")]))
      #expect(
        head.withLock { $0 }
          == "POST /v1/traces?a=b HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUser-Agent: x/1\r\nX: \r\nContent-Length: 0"
      )
      _ = await client.get("/")
      #expect(head.withLock { $0 } == "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(port)")
    }
  }

  @Test(
    "What would be read as something else is refused, told without its value, and never sent",
    arguments: [
      ("GET", "/", "X", "secret\r\nY: z"), ("GET", "/", "X", "secret\n"), ("GET", "/", "X", "secret\0"),
      ("GET", "/", "X\r\n", "secret"), ("GET", "/", "", "secret"), ("GET", "/", "X:", "secret"),
      ("GET", "/", "Content-Length", "secret"), ("GET", "/", "transfer-encoding", "chunked"),
      ("GET", "/", "HOST", "secret"), ("GET", "/", "Connection", "close"), ("GET", "/", "Expect", "secret"),
      ("GET", "/ HTTP/1.1\r\nX: y", "X", "y"), ("GET", "x", "X", "y"), ("GET", "", "X", "y"),
      ("GET", "/\u{E4}", "X", "y"), ("GET", "/#x", "X", "y"), ("GET", "http://h/", "X", "y"),
      ("G T", "/", "X", "y"), ("", "/", "X", "y"), ("CONNECT", "/", "X", "y"), ("GET\r\n", "/", "X", "y"),
    ])
  func refused(method: String, path: String, name: String, value: String) async throws {
    try await withRequester([{ $0.waitForEnd() }]) { client in
      let result = await client.send(ClientRequest(method: method, path: path, fields: [(name, value)]))
      guard case .invalidRequest(let reason) = result.error else { throw TestFailure("\(result)") }
      #expect(reason.firstRange(ofText: "secret") == nil)
      #expect(reason.utf8.allSatisfy { $0 >= 32 })
      #expect(client.server.accepted == 0)
    }
  }

  @Test("A request without time is not sent", arguments: [Duration.zero, .seconds(-1)])
  func noTime(limit: Duration) async throws {
    try await withRequester([]) { client in
      let result = await client.send(ClientRequest(method: "GET", path: "/"), within: limit)
      #expect(result.error == .timedOut(.connecting))
    }
  }

  @Test("The wait that a server asks for is told with its answer")
  func retryAfter() async throws {
    try await withRequester([
      {
        $0.answerAll("HTTP/1.1 503 x\r\nRetry-After: soon\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
      }
    ]) { client in
      guard case .success(let answer) = await client.get() else { throw TestFailure("no answer") }
      #expect(answer.status == 503 && answer.retryAfter == .seconds(7))
    }
  }

  @Test("A connection that no request needs is closed after a while")
  func idle() async throws {
    try await withRequester([{ $0.answerAll(fine) }], { $0.deadlines.idle = .seconds(2_000_000) }) { client in
      #expect(await client.get().status == 200)
      client.loop.advanceClock(by: .seconds(1_000_000))
      #expect(await client.onLoop { $0.isConnected })
      client.loop.advanceClock(by: .seconds(1_000_001))
      #expect(await eventually { await client.onLoop { !$0.isConnected } })
      #expect(await client.onLoop { $0.loop.pollSet.count == 0 })
    }
  }

  @Test("A loop that was given goes on without its client")
  func givenLoop() async throws {
    let loop = try EventLoop(name: "given")
    defer { loop.shutdown() }
    try await withRequester([{ $0.answerAll(fine) }], loop: loop) { client in
      #expect(await client.get().status == 200)
    }
    let isAlive = Flag()
    loop.execute { isAlive.set() }
    #expect(await eventually { isAlive.isSet })
  }

  @Test("A client that is let go of closes its connection")
  func letGo() async throws {
    let server = ScriptedServer([{ $0.answerAll(fine) }])
    do {
      let requester = try HTTPRequester(to: ClientEndpoint("http://127.0.0.1:\(server.port)"))
      #expect(
        try await requester.send(ClientRequest(method: "GET", path: "/"), within: patience).status == 200)
    }
    #expect(await eventually { server.clients == 0 })
    await onThread { server.stop() }
  }

  private static func onGivenLoop(_ server: ScriptedServer) throws -> (HTTPRequester, EventLoop) {
    var configuration = ClientConfiguration()
    configuration.deadlines = .never
    let loop = try EventLoop(name: "given")
    let endpoint = try ClientEndpoint("http://127.0.0.1:\(server.port)")
    return (try HTTPRequester(to: endpoint, configuration: configuration, loop: loop), loop)
  }

  @Test(
    "A client that is let go of, or closed, after its loop has ended is closed at once, by no further thread")
  func letGoAfterTheLoop() async throws {
    let server = ScriptedServer(Array(repeating: { $0.answerAll(fine) }, count: 60))
    for round in 0..<50 {
      let (requester, loop) = try Self.onGivenLoop(server)
      let core = requester.core
      let held = Locked<HTTPRequester?>(requester)
      if round % 2 == 0 {
        #expect(
          await TestRequester.send(ClientRequest(method: "GET", path: "/"), by: requester).status == 200)
      }
      await onThread { loop.shutdown() }
      let left = consume requester
      if round % 3 == 0 { left.close() }
      _ = consume left
      // By a thread that has never had to do with it.
      let isClosed = await onThread {
        held.withLock { $0 = nil }
        return core.isClosed && !loop.lock.withLock { loop.isDrainerRunning }
      }
      #expect(isClosed, "round \(round)")
    }
    #expect(await eventually { server.clients == 0 })
    await onThread { server.stop() }
  }

  @Test("A client that is let go of while its loop ends is closed when both have happened")
  func letGoWithTheLoop() async throws {
    let server = ScriptedServer(Array(repeating: { $0.answerAll(fine) }, count: 120))
    for round in 0..<100 {
      let (requester, loop) = try Self.onGivenLoop(server)
      #expect(await TestRequester.send(ClientRequest(method: "GET", path: "/"), by: requester).status == 200)
      let core = requester.core
      let held = Locked<HTTPRequester?>(consume requester)
      let isClosed = await onThread {
        onThreads(2) { thread in
          if thread == 0 { loop.shutdown() } else { held.withLock { $0 = nil } }
        }
        return core.isClosed
      }
      #expect(isClosed, "round \(round)")
    }
    #expect(await eventually { server.clients == 0 })
    await onThread { server.stop() }
  }

  @Test("https is refused, and a port where nobody listens refuses, by its address")
  func refusals() async throws {
    #expect(throws: SocketError.self) { try HTTPRequester(to: ClientEndpoint("https://localhost")) }
    let server = ScriptedServer([])
    await onThread { server.stop() }
    let requester = try HTTPRequester(to: ClientEndpoint("http://127.0.0.1:\(server.port)"))
    let result = await TestRequester.send(ClientRequest(method: "GET", path: "/"), by: requester)
    guard case .refused(let reason) = result.error else { throw TestFailure("\(result)") }
    #expect(reason.firstRange(ofText: "127.0.0.1:\(server.port)") != nil)
    requester.close()
  }

  @Test("This package's own server is understood, on a Unix-domain socket too, streams and all")
  func ownServer() async throws {
    let path = "/tmp/requester-\(getpid())-\(UInt64.random(in: .min ... .max)).sock"
    let unix = try SocketAddress.parse("unix:\(path)")
    try await withServer({ $0.listeners = [.address(unix)] }) { _ in
      // The handlers run where all tests do, and may wait there.
      var configuration = ClientConfiguration()
      configuration.deadlines = .never
      let requester = try HTTPRequester(to: ClientEndpoint("unix:\(path)"), configuration: configuration)
      for method in ["GET", "HEAD", "POST", "GET"] {
        let result = await TestRequester.send(ClientRequest(method: method, path: "/x"), by: requester)
        #expect(result.status == 200 && result.body == (method == "HEAD" ? "" : "\(method) /x"), "\(result)")
      }
      requester.close()
    }
  }

  // MARK: - Names

  /// A client of a name that is looked up by `resolve`.
  private func withName(
    _ host: String, _ configure: (inout ClientConfiguration) -> Void = { _ in },
    resolve: @escaping ClientEndpoint.Resolve, _ body: (HTTPRequester) async throws -> Void
  ) async throws {
    var configuration = ClientConfiguration()
    configuration.deadlines = .never
    configure(&configuration)
    let requester = try HTTPRequester(
      to: try ClientEndpoint("http://\(host):1"), configuration: configuration, loop: nil, resolve: resolve)
    try await body(requester)
    requester.close()
  }

  @Test("The addresses of a name are tried in turn, until one takes the connection")
  func addresses() async throws {
    let server = ScriptedServer([{ $0.answerAll(fine) }])
    let gone = ScriptedServer([])
    await onThread { gone.stop() }
    let (port, gonePort) = (server.port, gone.port)
    try await withName(
      "several.invalid",
      resolve: { (_, _) throws(Resolver.Failure) in
        // The newer family comes first, wherever it stands.
        [.v4(0x7F00_0001, port: gonePort), .v4(0x7F00_0001, port: port), .v6(0, 1, scope: 0, port: gonePort)]
      }
    ) { requester in
      #expect(await TestRequester.send(ClientRequest(method: "GET", path: "/"), by: requester).body == "ok")
    }
    #expect(await eventually { server.clients == 0 })
    await onThread { server.stop() }
  }

  @Test("A name without an address, and one that the resolver does not know, are told apart from a refusal")
  func unresolvable() async throws {
    for isEmpty in [true, false] {
      try await withName(
        "nobody.invalid",
        resolve: { (_, _) throws(Resolver.Failure) in
          if isEmpty { return [] }
          throw Resolver.Failure(text: "nobody knows")
        }
      ) { requester in
        let result = await TestRequester.send(ClientRequest(method: "GET", path: "/"), by: requester)
        guard case .unresolvable(let reason) = result.error else { throw TestFailure("\(result)") }
        #expect(reason.firstRange(ofText: "nobody.invalid") != nil)
      }
    }
  }

  @Test("A resolver that hangs holds neither the client nor more than one thread")
  func hangingResolver() async throws {
    let (calls, isOver) = (FlagCount(), Flag())
    try await withName(
      "hangs.invalid", { $0.deadlines.connect = .seconds(3600) },
      resolve: { (_, _) throws(Resolver.Failure) in
        calls.add()
        isOver.waitBlocking()
        return []
      }
    ) { requester in
      for end in ["deadline", "deadline", "cancel", "close"] {
        let isDone = Flag()
        let task = Task {
          let result = await TestRequester.send(ClientRequest(method: "GET", path: "/"), by: requester)
          isDone.set()
          return result
        }
        let core = requester.core
        let isThere = await eventually {
          await withCheckedContinuation { continuation in
            core.loop.execute { continuation.resume(returning: core.endLookUp != nil) }
          }
        }
        try #require(isThere)
        switch end {
        case "cancel":
          task.cancel()
          #expect(await task.value.error == .cancelled)
        case "close":
          requester.close()
          #expect(await task.value.error == .closed)
        default:
          _ = await eventually {
            core.loop.advanceClock(by: .seconds(600))
            return isDone.isSet
          }
          #expect(await task.value.error == .timedOut(.resolving))
        }
      }
      #expect(calls.value <= 1)
    }
    isOver.set()
  }
}
