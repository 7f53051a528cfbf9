// What does a server do when its listening socket dies under it?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
@testable import ObservabilitySockets
import Synchronization
import Testing

@testable import ObservabilityHTTP

@Suite("A dead listener", .timeLimit(.minutes(30)))
struct ListenerDeathTests {
  private final class Failures: HTTPServerObserver {
    let numbers = Locked<[Int32]>([])

    func rejected(_ reason: HTTPRejectReason) {}
    func responded(status: Int, to request: EndpointRequest?) {}
    func acceptFailed(errno: Int32) { numbers.withLock { $0.append(errno) } }
  }

  /// Puts another, useless socket in the place of the listening one: as when a host closes a descriptor twice, and
  /// the number is given to something else.
  private static func kill(_ server: HTTPServer) throws -> Int32 {
    let core = server.core
    let number = core.onLoop { core.listener?.descriptor.fd ?? -1 }
    let other = streamSocket()
    defer { close(other) }
    try #require(number >= 0 && dup2(other, number) == number)
    return number
  }

  @Test("It is said, counted and bound again at the same address, and what has its number now is left alone")
  func boundAgain() async throws {
    let observer = Failures()
    try await withServer(observer: observer) { server in
      for round in 1...2 {
        let stranger = try Self.kill(server.server)
        let core = server.server.core
        // The system tells a loop that waits on the old socket nothing: the next look does.
        #expect(
          await eventually {
            core.onLoop {
              core.listener?.descriptor.fd != stranger
                || core.counters.acceptFailures.load(ordering: .relaxed) >= UInt64(round)
            }
          })
        #expect(try await server.exchange("GET /live HTTP/1.1\r\nHost: a\r\n\r\n").contains("200 OK"))
        #expect(server.server.statistics.acceptFailures == UInt64(round))
        #expect(observer.numbers.withLock { $0.count } == round)
        #expect(fcntl(stranger, F_GETFD) >= 0, "the stranger's descriptor is open")
        close(stranger)
      }
    }
  }

  @Test("When it cannot be bound again, those who are connected are served, and run() throws why")
  func notBoundAgain() async throws {
    let folder = "/tmp/observability-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try #require(mkdir(folder, 0o700) == 0)
    let observer = Failures()
    var configuration = HTTPServerConfiguration(address: try .parse("unix:\(folder)/socket"))
    // The clock is moved on, and the client shall see none of it.
    configuration.deadlines.head = .seconds(36_000)
    let server = try HTTPServer(
      configuration: configuration, observer: observer,
      handler: { .text(200, $0.path) })
    let address = try await server.bind()
    let running = Task { try await server.run(gracePeriod: .seconds(3600)) }
    let client = try await onThread {
      Result { () throws(TestClientError) in try TestClient("\(address)") }
    }.get()
    #expect(await eventually { server.statistics.connections == 1 })
    unlink("\(folder)/socket")
    rmdir(folder)
    let stranger = try Self.kill(server)
    #expect(
      await eventually {
        server.loop.advanceClock(by: .milliseconds(20))
        return server.isDraining
      })
    try await client.send("GET /still HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try await client.readAll().contains("503"))
    await #expect(throws: SocketError.self) { try await running.value }
    #expect(server.statistics.acceptFailures > 1)
    close(stranger)
  }
}
