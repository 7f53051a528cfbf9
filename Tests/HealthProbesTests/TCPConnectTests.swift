// Does the connect check tell an open port from a closed and a silent one, and leave nothing open?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("The connect check", .timeLimit(.minutes(30)))
struct TCPConnectTests {
  @Test("passes when something listens, and closes its connection")
  func open() async throws {
    let listener = try LoopbackListener(backlog: 16)
    for _ in 0..<20 {
      try await TCPConnection.attempt(host: "127.0.0.1", port: listener.port, timeout: .seconds(600))
      #expect(listener.acceptAndReadToEnd() == 0, "nothing was sent, and the end has come")
    }
  }

  @Test("fails with the address and the reason when nothing listens")
  func closed() async throws {
    let closed = try ClosedPort()
    await #expect {
      try await TCPConnection.attempt(host: "127.0.0.1", port: closed.port, timeout: .seconds(600))
    } throws: { error in
      "\(error)" == "connect to 127.0.0.1 port \(closed.port): Connection refused"
    }
    withExtendedLifetime(closed) {}
  }

  @Test("gives up on a silent address within its time")
  func silent() async throws {
    let listener = try LoopbackListener(backlog: 0)
    // The queue of connections that nobody accepts takes a few, and then the system answers no more.
    var error: (any Error)?
    for _ in 0..<10 where error == nil {
      do {
        let held = OpenConnection(to: listener.port)
        try await TCPConnection.attempt(host: "127.0.0.1", port: listener.port, timeout: .milliseconds(50))
        listener.hold(held)
      } catch let failure {
        error = failure
      }
    }
    listener.close()
    let text = error.map { "\($0)" } ?? "it never gave up"
    #expect(text == "connect to 127.0.0.1 port \(listener.port): Connection timed out")
  }

  @Test("is not fooled by a socket that the system has connected to itself")
  func selfConnection() throws {
    let own = OpenConnection.toItself()
    #expect(TCPConnection.isConnectedToItself(own.descriptor))
    let listener = try LoopbackListener(backlog: 16)
    let other = OpenConnection(to: listener.port)
    #expect(listener.acceptAndKeep(while: { !TCPConnection.isConnectedToItself(other.descriptor) }))
    listener.close()
  }

  @Test("leaves no descriptor open, whether it passes or fails")
  func descriptors() async {
    // In a process of its own, where no other test opens any.
    await #expect(processExitsWith: .exitCode(7)) {
      let listener = try LoopbackListener(backlog: 16)
      let closed = try ClosedPort()
      var before: Int32?
      for _ in 0..<500 {
        try await TCPConnection.attempt(host: "127.0.0.1", port: listener.port, timeout: .seconds(600))
        guard listener.acceptAndReadToEnd() == 0 else { exit(1) }
        await #expect(throws: TCPConnection.Failure.self) {
          try await TCPConnection.attempt(host: "127.0.0.1", port: closed.port, timeout: .seconds(600))
        }
        // What is opened once and kept is there after the first of each.
        before = before ?? OpenFile().number
      }
      withExtendedLifetime(closed) {}
      exit(await eventually { [before] in OpenFile().number == before } ? 7 : 1)
    }
  }

  @Test("resolves names, and says when it cannot")
  func names() async throws {
    let listener = try LoopbackListener(backlog: 16)
    try await TCPConnection.attempt(host: "localhost", port: listener.port, timeout: .seconds(600))
    listener.close()
    await #expect {
      try await TCPConnection.attempt(host: "not a host name", port: 25, timeout: .seconds(600))
    } throws: { error in
      "\(error)".hasPrefix("resolve not a host name: ")
    }
  }

  @Test("takes part in readiness as a check like any other")
  func check() async throws {
    let listener = try LoopbackListener(backlog: 16)
    let health = makeRegistry()
    let settings = HealthCheck.Settings(mode: .onDemand, deadline: .seconds(10))
    try health.add(
      .tcpConnect("upstream", host: "127.0.0.1", port: listener.port, settings: settings))
    let answer = await health.answer(to: .ready)
    #expect(answer.report.checks.map(\.reason) == [nil])
    #expect(answer.passes)
    listener.close()
  }

  @Test("takes no thread, so that a hundred silent addresses leave those of other checks alone")
  func silentCrowd() async throws {
    let listener = try LoopbackListener(backlog: 0)
    for _ in 0..<4 { listener.hold(OpenConnection(to: listener.port)) }
    let health = HealthRegistry(clock: ManualClock(), timer: ManualClock(), hooks: .inline)
    let settings = HealthCheck.Settings(mode: .onDemand, deadline: .seconds(600), impact: .degrades)
    for number in 0..<100 {
      try health.add(
        .tcpConnect("silent\(number)", host: "127.0.0.1", port: listener.port, settings: settings))
    }
    try health.add(.fileAge("file", path: "/", warnAfter: .seconds(1 << 40), failAfter: .seconds(1 << 40)))
    health.start(timer: ManualClock())
    let asking = Task { await health.answer(to: .ready) }
    #expect(await eventually { ConnectingSockets.shared.count >= 50 })
    #expect(await eventually { health.report().checks.first { $0.name == "file" }?.state == .pass })
    asking.cancel()
    _ = await asking.value
    for number in 0..<100 { health.remove("silent\(number)") }
    #expect(await eventually { health.statistics.tasksInFlight == 0 }, "cancellation ends the waiting")
    listener.close()
  }
}
