// How much can one peer make the others wait?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
import ObservabilitySockets
import Synchronization
import Testing

@testable import ObservabilityHTTP

@Suite("Turns", .timeLimit(.minutes(30)))
struct TurnTests {
  private static let peers = 64
  private static let each = 1000

  @Test(
    "A probe that comes in the middle of a burst of pipelined requests is answered before most of the burst")
  func burst() async throws {
    let sent = Flag()
    let probe = Locked<TestClient?>(nil)
    let probedAfter = Atomic<Int>(0)
    let answeredAfter = Atomic<Int>(0)
    let served = Atomic<Int>(0)
    let address = Locked("")
    try await withServer(
      {
        $0.answerAtOnce = { request in
          if request.path == "/live" {
            answeredAfter.store(served.load(ordering: .relaxed), ordering: .relaxed)
          }
          return request.path == "/live" ? .text(200, "alive") : nil
        }
      },
      handler: { request in
        let count = served.wrappingAdd(1, ordering: .relaxed).newValue
        if count == Self.each / 2, let client = try? TestClient(address.withLock { $0 }) {
          // On the loop's own thread, so that the system has the probe when the next request is looked at.
          try? client.sendNow(Array("GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8))
          probedAfter.store(count, ordering: .relaxed)
          probe.withLock { $0 = client }
        }
        return .text(200, "\(request.path)")
      }
    ) { server in
      address.withLock { $0 = "\(server.address)" }
      // The loop stands still until everything has been sent.
      server.server.loop.execute { sent.waitBlocking() }
      let burst = String(repeating: "GET /health?verbose HTTP/1.1\r\nHost: a\r\n\r\n", count: Self.each)
      let clients: [TestClient]
      do {
        defer { sent.set() }
        clients = try await onThread { [address = server.address] in
          Result {
            try (0..<Self.peers).map { _ in
              let client = try TestClient("\(address)")
              try client.sendNow(Array(burst.utf8))
              return client
            }
          }
        }.get()
      }
      for client in clients { Task { try? await client.readAll() } }
      try await server.wait { _ in answeredAfter.load(ordering: .relaxed) > 0 }
      let between = answeredAfter.load(ordering: .relaxed) - probedAfter.load(ordering: .relaxed)
      // A few rounds of all who wait, and what fits into a few slices of the loop.
      #expect(between < Self.peers * Self.each / 20, "\(between) requests came before the probe")
      #expect(try await probe.withLock { $0 }?.read(through: "alive").contains("200 OK") == true)
    }
  }
}
