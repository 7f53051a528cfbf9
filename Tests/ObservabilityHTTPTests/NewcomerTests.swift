// Is the probe of somebody who comes when there is no room answered as any other?

import EndpointMessages
import TestSupport
import ObservabilityPlatform
import Testing

@testable import ObservabilityHTTP

@Suite("A newcomer's probe", .timeLimit(.minutes(30)))
struct NewcomerTests {
  @Test(
    "is answered first, whatever comes with it in one packet, and counted once",
    arguments: [
      "", CapacityTests.probe, "GET /ready HTTP/1.1\r\nHost: a\r\n\r\n", CapacityTests.other,
      "nonsense\r\n\r\n", "GET /li",
    ])
  func behindNewcomersProbe(rest: String) async throws {
    let hold = Gate()
    let asked = Locked(0)
    try await withServer(
      {
        CapacityTests.few(&$0)
        $0.answerAtOnce = { request in
          guard request.path == "/live" || request.path == "/ready" else { return nil }
          asked.withLock { $0 += 1 }
          return .text(200, request.path)
        }
      },
      handler: { request in
        if request.path == "/hold" { await hold.pass() }
        return .text(200, request.path)
      }
    ) { server in
      let busy = try await CapacityTests.occupyAll(server)
      let newcomer = try await server.connect()
      try await newcomer.send(CapacityTests.probe + rest)
      let answer = try await newcomer.readAll()
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n/live"), "\(answer)")
      #expect(asked.withLock { $0 } == 1)
      hold.open()
      withExtendedLifetime(busy) {}
    }
  }

  @Test("is counted once where somebody gives way to it")
  func promotedNewcomer() async throws {
    let asked = Locked(0)
    try await withServer({
      CapacityTests.few(&$0)
      $0.answerAtOnce = { request in
        guard request.path == "/live" else { return nil }
        asked.withLock { $0 += 1 }
        return .text(200, "alive")
      }
    }) { server in
      var clients: [TestClient] = []
      for number in 1...12 {
        let half = try await server.connect()
        try await half.send("GET /")
        let probe = try await server.connect()
        try await probe.send(CapacityTests.probe)
        #expect(try await probe.read(through: "alive").hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(asked.withLock { $0 } == number && server.server.statistics.requests == number)
        clients += [half, probe]
      }
    }
  }
}
