// How does a test run a server on a free port, and ask it?

import TestSupport
import EndpointMessages
import ObservabilitySockets
import Testing

@testable import ObservabilityHTTP

extension HTTPServerDeadlines {
  /// Deadlines that no machine is slow enough to reach. A test of one of them sets that one to an hour and moves the
  /// clock, so that no other can come first.
  static var never: HTTPServerDeadlines {
    var deadlines = HTTPServerDeadlines()
    let never = Duration.seconds(1_000_000_000)
    (deadlines.head, deadlines.body, deadlines.handler, deadlines.write) = (never, never, never, never)
    (deadlines.keepAlive, deadlines.reserveHead, deadlines.stall) = (never, never, never)
    deadlines.response = never
    return deadlines
  }
}

/// Runs a server for the length of `body`, without deadlines but those that `configure` sets.
func withServer(
  _ configure: (inout HTTPServerConfiguration) -> Void = { _ in },
  handler: @escaping HTTPHandler = { .text(200, "\($0.method) \($0.path)") },
  observer: (any HTTPServerObserver)? = nil,
  _ body: (TestServer) async throws -> Void
) async throws {
  var configuration = HTTPServerConfiguration(address: try .parse("127.0.0.1:0"))
  configuration.isProbe = { $0.path == "/live" || $0.path == "/ready" }
  configuration.deadlines = .never
  configure(&configuration)
  let server = try HTTPServer(configuration: configuration, observer: observer, handler: handler)
  let address = try await server.bind()
  let running = Task { try await server.run() }
  do {
    try await body(TestServer(server: server, address: address))
  } catch {
    await server.shutdown(gracePeriod: .zero)
    throw error
  }
  await server.shutdown(gracePeriod: .zero)
  try await running.value
  #expect(server.statistics.connections == 0)
}

struct TestServer {
  let server: HTTPServer
  let address: SocketAddress

  func connect(receiveBuffer: Int32? = nil) async throws -> TestClient {
    try await onThread { [address] in
      Result { () throws(TestClientError) in try TestClient("\(address)", receiveBuffer: receiveBuffer) }
    }.get()
  }

  /// What comes back for some bytes, until the server closes; the client says nothing more after them.
  func exchange(_ text: String) async throws -> String {
    let client = try await connect()
    try await client.send(text)
    client.shutdownWrite()
    return try await client.readAll()
  }

  /// Waits for the server's own state to become what a test needs, without a fixed time.
  func wait(until condition: @Sendable (HTTPServerStatistics) -> Bool) async throws {
    let arrived = await eventually { condition(server.statistics) }
    try #require(arrived, "the server did not get there: \(server.statistics)")
  }

  /// Waits for the server's connections to come where a test needs them. `condition` runs on the loop.
  func waitForConnections(_ condition: @escaping @Sendable ([HTTPConnection]) -> Bool) async throws {
    let arrived = await eventually {
      await withCheckedContinuation { continuation in
        server.loop.execute { continuation.resume(returning: condition(server.core.all)) }
      }
    }
    try #require(arrived, "the connections did not get there: \(server.statistics)")
  }
}
