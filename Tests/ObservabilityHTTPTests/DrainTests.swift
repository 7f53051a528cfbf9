// Does a server end without hurting those it still serves?

import TestSupport
import EndpointMessages
@testable import ObservabilitySockets
import Testing

@testable import ObservabilityHTTP

@Suite("HTTP drain", .timeLimit(.minutes(30)))
struct DrainTests {
  private static let probe = "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n"
  private static let other = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"

  @Test("Everything is served during the delay, then only probes, and requests in flight finish")
  func stages() async throws {
    let hold = Gate()
    try await withServer(handler: { request in
      if request.path == "/hold" { await hold.pass() }
      return .text(200, "\(request.path)")
    }) { server in
      let loop = server.server.loop
      let working = try await server.connect()
      try await working.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n")
      let idle = try await server.connect()
      try await idle.send(Self.other)
      _ = try await idle.read(through: "/metrics")
      try await server.wait { $0.requests == 2 }

      #expect(!server.server.isDraining)
      let ending = Task { await server.server.shutdown(gracePeriod: .seconds(3600), delay: .seconds(3600)) }
      try await server.wait { _ in server.server.isDraining }
      // The delay: served, each response the last of its connection.
      let answer = try await server.exchange(Self.other)
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains("Connection: close\r\n"))
      // After it: the idle connection is closed, probes are served, others are not.
      loop.advanceClock(by: .seconds(3601))
      #expect(try await idle.readAll() == "")
      #expect(try await server.exchange(Self.probe).hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(try await server.exchange(Self.other).hasPrefix("HTTP/1.1 503 "))
      #expect(server.server.statistics.rejected == [.draining: 1])
      hold.open()
      #expect(try await working.readAll().hasSuffix("/hold"))
      await ending.value
      await #expect(throws: TestClientError.self) { _ = try await server.connect() }
    }
  }

  @Test("Without a delay nobody is served from the moment on that the server drains", arguments: [0, -1])
  func atOnce(seconds: Int) async throws {
    try await withServer { server in
      let client = try await server.connect()
      try await server.wait { $0.connections == 1 }
      let core = server.server.core
      let isRefusing = core.onLoop {
        core.beginDrain(gracePeriod: .seconds(3600), delay: .seconds(seconds))
        return core.isRefusing
      }
      #expect(isRefusing)
      try await client.send(Self.other)
      #expect(try await client.readAll().hasPrefix("HTTP/1.1 503 "))
    }
  }

  @Test("What has not finished at the end of the grace period is cut off")
  func graceEnds() async throws {
    let hold = Gate()
    try await withServer(handler: { _ in
      await hold.pass()
      return .text(200, "late")
    }) { server in
      let client = try await server.connect()
      try await client.send(Self.other)
      try await server.wait { $0.requests == 1 }
      let hasEnded = Flag()
      Task {
        await server.server.shutdown(gracePeriod: .seconds(3600))
        hasEnded.set()
      }
      // Again and again, because the period begins whenever the loop comes to it.
      try await server.wait { _ in
        server.server.loop.advanceClock(by: .seconds(600))
        return hasEnded.isSet
      }
      #expect(try await client.readAll() == "")
    }
    hold.open()
  }

  @Test("A second shutdown with less time takes over")
  func sooner() async throws {
    let hold = Gate()
    try await withServer(handler: { _ in
      await hold.pass()
      return .text(200, "late")
    }) { server in
      let client = try await server.connect()
      try await client.send(Self.other)
      try await server.wait { $0.requests == 1 }
      let first = Task { await server.server.shutdown(gracePeriod: .seconds(3600), delay: .seconds(3600)) }
      try await server.wait { _ in server.server.isDraining }
      await server.server.shutdown(gracePeriod: .zero)
      await first.value
    }
    hold.open()
  }

  @Test("Cancelling the task that runs the server drains it")
  func cancellation() async throws {
    let configuration = HTTPServerConfiguration(address: try .parse("127.0.0.1:0"))
    let server = try HTTPServer(configuration: configuration) { _ in .text(200, "") }
    try await server.bind()
    let running = Task { try await server.run(gracePeriod: .zero) }
    running.cancel()
    try await running.value
    #expect(server.isDraining)
  }

  @Test("A server that never ran can be shut down, and one that is shut down does not run")
  func neverRan() async throws {
    let server = try HTTPServer(
      configuration: HTTPServerConfiguration(address: try .parse("127.0.0.1:0"))
    ) { _ in .text(200, "") }
    await server.shutdown(gracePeriod: .zero)
    await server.shutdown(gracePeriod: .zero)
    try await server.run()
  }

  @Test("A Unix-domain socket serves, its peer is known as such, and its file goes with the server")
  func unixSocket() async throws {
    let path = "/tmp/http-drain-\(UInt64.random(in: 0 ... .max)).sock"
    try await withServer(
      { $0.listeners = [.address(.unix(path: path))] }, handler: { .text(200, "\($0.peer)") }
    ) { server in
      let answer = try await server.exchange(Self.other)
      #expect(answer.hasSuffix("unix"))
    }
    let loop = try EventLoop(name: "again")
    defer { loop.shutdown() }
    await #expect(throws: SocketError.self) {
      _ = try await Connection.connect(to: .unix(path: path), on: loop)
    }
  }
}
