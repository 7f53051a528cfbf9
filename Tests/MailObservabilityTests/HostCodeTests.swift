// Does code of the host's that hangs hold up the server, wherever it is called?

import TestSupport
import ObservabilityPlatform
import ObservabilitySockets
@testable import MailObservability
import Testing

@Suite("Code of the host's that hangs", .timeLimit(.minutes(30)))
struct HostCodeTests {
  enum Place: CaseIterable {
    /// The description of what a route or a collector has thrown.
    case errorOfRoute, errorOfCollector
    /// What a route's stream does when it is not read any more.
    case endOfStream
    /// What a route, a check or a collector does when it is cancelled at its deadline.
    case cancelledRoute, cancelledCheck, cancelledCollector
  }

  struct HangingError: Error, CustomStringConvertible {
    let hang: @Sendable () -> Void
    var description: String {
      hang()
      return "late"
    }
  }

  struct Host: Collector {
    let name = "host"
    let run: @Sendable () async throws -> Void
    func collect() async throws -> [CollectedFamily] {
      try await run()
      return []
    }
  }

  @Test("holds up neither probes nor scrapes", arguments: Place.allCases)
  func probes(place: Place) async throws {
    let (hangs, isOver, hasEnded) = (Flag(), Flag(), Flag())
    let gate = Gate()
    let hang: @Sendable () -> Void = {
      hangs.set()
      isOver.waitBlocking()
      hasEnded.set()
    }
    let cancelled: @Sendable () async -> Void = {
      await withTaskCancellationHandler {
        await gate.pass()
      } onCancel: {
        hang()
      }
    }
    let metrics = try MetricsCollector()
    var config = MetricsConfig.patient
    var path = "/host"
    func route(_ respond: @escaping @Sendable () async throws -> EndpointResponse) {
      config.routes = [EndpointRoute(path, for: .everybody) { _ in try await respond() }]
    }
    switch place {
    case .errorOfRoute: route { throw HangingError(hang: hang) }
    case .endOfStream:
      route { EndpointResponse(status: 200, body: .stream(.init(next: { nil }, finished: hang))) }
    case .cancelledRoute:
      config.deadlines.handler = .milliseconds(10)
      route {
        await cancelled()
        return .text(200, "")
      }
    case .cancelledCheck:
      try metrics.health.add(
        HealthCheck("cancelled", deadline: .milliseconds(10)) {
          await cancelled()
          return .pass
        })
    case .errorOfCollector:
      path = "/metrics"
      try metrics.registry.add(Host { throw HangingError(hang: hang) })
    case .cancelledCollector:
      path = "/metrics"
      config.scrapeDeadline = .seconds(1)
      try metrics.registry.add(Host(run: cancelled))
    }
    let server = try await metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let asked = path
    // A thread drives it, since what hangs may have the last of the pool.
    let (live, variables, isInTime) = await onThread { () -> (Int?, Int?, Bool) in
      defer { isOver.set() }
      guard let client = try? TestClient(address) else { return (nil, nil, false) }
      try? client.sendNow(Array("GET \(asked) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
      // A scrape whose time is over before it has asked its collectors asks none.
      while place == .cancelledCollector, !hangs.isSet { _ = HTTPClient.get(asked, at: address) }
      hangs.waitBlocking()
      let live = HTTPClient.get("/live", at: address)?.status
      // Encoded on a thread of the library's own, for which a deadline that is to pass may be too short.
      let isPressed = place == .cancelledCollector || place == .cancelledRoute
      let variables = isPressed ? 200 : HTTPClient.get("/debug/vars", at: address)?.status
      return (live, variables, hangs.isSet && !hasEnded.isSet)
    }
    #expect(live == 200)
    #expect(variables == 200)
    #expect(isInTime)
    gate.open()
    await server.shutdown(gracePeriod: .zero)
  }

  @Test("in the system's resolver has no thread of the pool")
  func resolver() async throws {
    let metrics = try MetricsCollector()
    let (asked, isOver) = (FlagCount(), Flag())
    // More than the pool has threads.
    let count = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) * 2
    let starts = (0..<count).map { _ in
      Task {
        try await metrics.startHTTPServer(.patient) { text in
          asked.add()
          isOver.waitBlocking()
          return try SocketAddress.parse(text)
        }
      }
    }
    let allAsked = await onThread { () -> Bool in
      defer { isOver.set() }
      let end = ContinuousClock.now + patience
      while asked.value < count, ContinuousClock.now < end { usleep(1000) }
      return asked.value == count
    }
    #expect(allAsked)
    for start in starts { await (try start.value).shutdown() }
  }

  @Test("when tasks of one owner are cancelled leaves threads to those of another")
  func owners() async {
    let isOver = Flag()
    let gate = Gate()
    let waits = Locked(0)
    @Sendable func waiting(_ onCancel: @escaping @Sendable () -> Void) -> Task<Void, Never> {
      Task {
        await withTaskCancellationHandler {
          waits.withLock { $0 += 1 }
          await gate.pass()
        } onCancel: {
          onCancel()
        }
      }
    }
    let hanging = (0..<100).map { _ in waiting { isOver.waitBlocking() } }
    let isCancelled = Flag()
    let other = waiting { isCancelled.set() }
    // A handler that is set when its task has been cancelled already runs on the task's thread.
    #expect(await eventually { waits.withLock { $0 } == 101 })
    for task in hanging { task.cancelElsewhere(of: "one") }
    other.cancelElsewhere(of: "another")
    #expect(await eventually { isCancelled.isSet })
    isOver.set()
    gate.open()
    for task in hanging { await task.value }
  }
}
