// Does the connect check tell an open port from a closed and a silent one, and leave nothing open?

@testable import HealthProbes
import Testing

@Suite("The connect check")
struct TCPConnectTests {
  @Test("passes when something listens, and closes its connection")
  func open() throws {
    let listener = try LoopbackListener(backlog: 16)
    for _ in 0..<20 {
      try TCPConnection.attempt(host: "127.0.0.1", port: listener.port, timeout: .seconds(5))
      #expect(listener.acceptAndReadToEnd() == 0, "nothing was sent, and the end has come")
    }
  }

  @Test("fails with the address and the reason when nothing listens")
  func closed() throws {
    let port = try closedPort()
    #expect {
      try TCPConnection.attempt(host: "127.0.0.1", port: port, timeout: .seconds(5))
    } throws: { error in
      "\(error)" == "connect to 127.0.0.1 port \(port): Connection refused"
    }
  }

  @Test("gives up on a silent address within its time")
  func silent() throws {
    let listener = try LoopbackListener(backlog: 0)
    // The queue of connections that nobody accepts takes a few, and then the system answers no more.
    let start = ContinuousClock.now
    var error: (any Error)?
    for _ in 0..<10 where error == nil {
      do {
        let held = OpenConnection(to: listener.port)
        try TCPConnection.attempt(host: "127.0.0.1", port: listener.port, timeout: .milliseconds(50))
        listener.hold(held)
      } catch let failure {
        error = failure
      }
    }
    #expect(start.duration(to: .now) < .seconds(5))
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
  func descriptors() throws {
    let listener = try LoopbackListener(backlog: 16)
    let closed = try closedPort()
    let before = OpenFile().number
    for _ in 0..<500 {
      try TCPConnection.attempt(host: "127.0.0.1", port: listener.port, timeout: .seconds(5))
      #expect(listener.acceptAndReadToEnd() == 0)
      #expect(throws: TCPConnection.Failure.self) {
        try TCPConnection.attempt(host: "127.0.0.1", port: closed, timeout: .seconds(5))
      }
    }
    // Other tests run beside this one, so the lowest free number moves a little, but not by a thousand.
    #expect(OpenFile().number < before + 400)
  }

  @Test("resolves names, and says when it cannot")
  func names() throws {
    let listener = try LoopbackListener(backlog: 16)
    try TCPConnection.attempt(host: "localhost", port: listener.port, timeout: .seconds(5))
    listener.close()
    #expect {
      try TCPConnection.attempt(host: "not a host name", port: 25, timeout: .seconds(5))
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
}
