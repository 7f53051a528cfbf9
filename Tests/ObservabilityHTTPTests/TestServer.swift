// A server on a free port, and a client that speaks raw bytes to it.

import EndpointMessages
import ObservabilitySockets
import Testing

@testable import ObservabilityHTTP

/// Runs a server for the length of `body`.
func withServer(
  _ configure: (inout HTTPServerConfiguration) -> Void = { _ in },
  handler: @escaping HTTPHandler = { .text(200, "\($0.method) \($0.path)") },
  observer: (any HTTPServerObserver)? = nil,
  _ body: (TestServer) async throws -> Void
) async throws {
  var configuration = HTTPServerConfiguration(address: try .parse("127.0.0.1:0"))
  configuration.isProbe = { $0.path == "/live" || $0.path == "/ready" }
  // A slow machine must not decide what a test sees; those of the deadline itself move the clock.
  configuration.deadlines.reserveHead = .seconds(30)
  configure(&configuration)
  let server = try HTTPServer(configuration: configuration, observer: observer, handler: handler)
  let address = try await server.bind()
  let running = Task { try await server.run() }
  let clients = try EventLoop(name: "clients")
  do {
    try await body(TestServer(server: server, address: address, clients: clients))
  } catch {
    await server.shutdown(gracePeriod: .zero)
    clients.shutdown()
    throw error
  }
  await server.shutdown(gracePeriod: .zero)
  try await running.value
  clients.shutdown()
  #expect(server.statistics.connections == 0)
}

struct TestServer {
  let server: HTTPServer
  let address: SocketAddress
  let clients: EventLoop

  func connect() async throws -> TestClient {
    TestClient(connection: try await Connection.connect(to: address, on: clients))
  }

  /// What comes back for some bytes, until the server closes; the client says nothing more after them.
  func exchange(_ text: String) async throws -> String {
    let client = try await connect()
    try await client.send(text)
    client.connection.shutdownWrite()
    return try await client.readAll()
  }

  /// Waits for the server's own state to become what a test needs, without a fixed time.
  func wait(until condition: @Sendable (HTTPServerStatistics) -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while !condition(server.statistics) {
      try #require(ContinuousClock.now < end, "the server did not get there: \(server.statistics)")
      await withCheckedContinuation { done in
        clients.schedule(after: .milliseconds(1)) { done.resume() }
      }
    }
  }
}

final class TestClient: Sendable {
  let connection: Connection

  init(connection: Connection) { self.connection = connection }

  func send(_ text: String) async throws { try await connection.write(Array(text.utf8)) }

  /// Everything up to the end of the stream; a reset counts as the end.
  func readAll() async throws -> String {
    var all: [UInt8] = []
    let deadline = ContinuousClock.now + .seconds(20)
    while true {
      let bytes: [UInt8]
      do {
        bytes = try await connection.read(upTo: 1 << 16, deadline: deadline)
      } catch let error as SocketError where error.code == .systemCall {
        break
      }
      if bytes.isEmpty { break }
      all += bytes
    }
    return String(decoding: all, as: UTF8.self)
  }

  /// Reads until the text so far contains `end`.
  func read(through end: String) async throws -> String {
    var all: [UInt8] = []
    let deadline = ContinuousClock.now + .seconds(20)
    while !String(decoding: all, as: UTF8.self).contains(end) {
      let bytes = try await connection.read(upTo: 1 << 16, deadline: deadline)
      if bytes.isEmpty { break }
      all += bytes
    }
    return String(decoding: all, as: UTF8.self)
  }
}
