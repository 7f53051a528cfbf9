// Does a server end in the order that works, whoever ends it and whenever?

import TestSupport
import ObservabilityPlatform
import MailObservability
import Testing

@Suite("The end of a server", .timeLimit(.minutes(30)))
struct LifeCycleTests {
  private static let never = Duration.seconds(1_000_000)

  private func status(_ path: String, _ address: String) async -> Int? {
    await onThread { HTTPClient.get(path, at: address)?.status }
  }

  /// What a server answers: `/ready`, `/live` and `/metrics`, in this order; nil where nobody listens.
  private func statuses(_ address: String) async -> [Int?] {
    [await status("/ready", address), await status("/live", address), await status("/metrics", address)]
  }

  static let ways = ["shutdown", "cancelled", "cancelled before"]

  /// Ends a server in one of these ways, with the host's end inside; returns when all is over.
  private func end(
    _ server: ObservabilityServer, _ way: String, gracePeriod: Duration = never, delay: Duration = .zero,
    ending: (@Sendable () async -> Void)? = nil
  ) async throws {
    switch way {
    case "shutdown": await server.shutdown(gracePeriod: gracePeriod, delay: delay, ending: ending)
    case "cancelled before":
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await server.run(gracePeriod: gracePeriod, delay: delay, ending: ending)
      }
      try await task.value
    default:
      let task = Task { try await server.run(gracePeriod: gracePeriod, delay: delay, ending: ending) }
      task.cancel()
      try await task.value
    }
  }

  @Test("is told first, then comes that of the host's servers, and then its own", arguments: ways)
  func order(way: String) async throws {
    let metrics = try MetricsCollector()
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    #expect(await statuses(address) == [200, 200, 200])
    let (during, gate) = (Locked<[Int?]>([]), Gate())
    let ended = Task {
      try await end(server, way) {
        let seen = await statuses(address)
        during.withLock { $0 = seen }
        await gate.pass()
      }
    }
    await gate.entered()
    #expect(during.withLock { $0 } == [503, 200, 200])
    #expect(metrics.health.report().isDraining)
    gate.open()
    try await ended.value
    #expect(await statuses(address) == [nil, nil, nil])
    #expect(gate.visits == 1)
  }

  @Test("leaves load balancers the delay, in which everything is served", arguments: ways)
  func delay(way: String) async throws {
    let server = try await MetricsCollector().startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    let hosts = FlagCount()
    let ended = Task { try await end(server, way, gracePeriod: .zero, delay: Self.never) { hosts.add() } }
    #expect(await eventually { await status("/ready", address) == 503 })
    #expect(await statuses(address) == [503, 200, 200])
    #expect(hosts.value == 0)
    // Whoever has less time ends it for all, and the host's servers are ended all the same.
    await server.shutdown(gracePeriod: .zero)
    try await ended.value
    #expect(hosts.value == 1)
    #expect(await statuses(address) == [nil, nil, nil])
  }

  @Test("does not wait for a host beyond the grace period, and cancels its end", arguments: ways)
  func hangingHost(way: String) async throws {
    let server = try await MetricsCollector().startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    let gate = Gate()
    let isCancelled = Flag()
    try await end(server, way, gracePeriod: .milliseconds(20)) {
      await withTaskCancellationHandler {
        await gate.pass()
      } onCancel: {
        isCancelled.set()
      }
    }
    #expect(await statuses(address) == [nil, nil, nil])
    #expect(await eventually { isCancelled.isSet })
    gate.open()
  }

  @Test("does not wait for what the host does when its end is cancelled")
  func hangingCancellation() async throws {
    let server = try await MetricsCollector().startHTTPServer(.patient)
    let (isOver, hangs) = (Flag(), Flag())
    let gate = Gate()
    try await end(server, "shutdown", gracePeriod: .milliseconds(20)) {
      await withTaskCancellationHandler {
        await gate.pass()
      } onCancel: {
        hangs.set()
        isOver.waitBlocking()
      }
    }
    #expect(await eventually { hangs.isSet })
    isOver.set()
    gate.open()
  }

  @Test("comes for all who wait when one of them is cancelled")
  func severalRuns() async throws {
    let server = try await MetricsCollector().startHTTPServer(.patient)
    let hosts = (0..<3).map { _ in FlagCount() }
    let runs = hosts.map { host in
      Task { try await server.run(gracePeriod: Self.never) { host.add() } }
    }
    runs[1].cancel()
    for run in runs { try await run.value }
    #expect(hosts.map(\.value) == [1, 1, 1])
  }

  @Test("is over for whoever comes after it", arguments: [true, false])
  func afterwards(isEnabled: Bool) async throws {
    var config = MetricsConfig.patient
    config.enabled = isEnabled
    let server = try await MetricsCollector().startHTTPServer(config)
    await server.shutdown()
    let host = FlagCount()
    try await server.run { host.add() }
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await server.run(gracePeriod: Self.never, delay: Self.never) { host.add() }
    }
    try await cancelled.value
    await server.shutdown(delay: Self.never) { host.add() }
    await server.shutdown(gracePeriod: .seconds(-1), delay: .seconds(-1))
    #expect(host.value == 3)
  }

  static let extremes: [Duration] = [
    Duration(secondsComponent: .min, attosecondsComponent: 0), .seconds(-1), .zero, .nanoseconds(1),
    Duration(secondsComponent: .max, attosecondsComponent: 0), .seconds(Int64.max) * 18,
  ]

  @Test("takes any time that is given to it", arguments: extremes, extremes)
  func times(gracePeriod: Duration, delay: Duration) async throws {
    for isEnabled in [true, false] {
      var config = MetricsConfig.patient
      config.enabled = isEnabled
      let server = try await MetricsCollector().startHTTPServer(config)
      let host = FlagCount()
      let isEndless = delay > .seconds(1)
      let ended = Task { await server.shutdown(gracePeriod: gracePeriod, delay: delay) { host.add() } }
      let run = Task { try await server.run(gracePeriod: gracePeriod, delay: delay) { host.add() } }
      if isEndless {
        await server.shutdown(gracePeriod: .zero)
      } else {
        run.cancel()
      }
      await ended.value
      try await run.value
      // Without a grace period the host's end is begun and not waited for.
      #expect(await eventually { host.value == 2 })
    }
  }

  @Test("comes once for everybody, in any order of waiting, cancelling and ending", arguments: 0..<12)
  func anyOrder(round: Int) async throws {
    var random = SeededGenerator(seed: UInt64(round) + 1)
    var config = MetricsConfig.patient
    config.enabled = Bool.random(using: &random)
    let metrics = try MetricsCollector()
    var server: ObservabilityServer? = try await metrics.startHTTPServer(config)
    let address = server?.boundAddress
    var calls: [(task: Task<Void, any Error>, host: FlagCount)] = []
    for _ in 0..<Int.random(in: 2...8, using: &random) {
      let host = FlagCount()
      let (kind, turns) = (Int.random(in: 0..<4, using: &random), Int.random(in: 0..<30, using: &random))
      let delay = [Duration.zero, .milliseconds(1), Self.never].randomElement(using: &random) ?? .zero
      let task = Task { [server] in
        for _ in 0..<turns { await Task.yield() }
        let end: @Sendable () async -> Void = {
          for _ in 0..<turns { await Task.yield() }
          host.add()
        }
        if kind == 0 {
          await server?.shutdown(gracePeriod: Self.never, delay: delay, ending: end)
        } else {
          try await server?.run(gracePeriod: Self.never, delay: delay, ending: end)
        }
      }
      calls.append((task, host))
      if kind == 2 { task.cancel() }
    }
    // Somebody has had enough of it at last.
    await server?.shutdown(gracePeriod: .zero)
    server = nil
    for (task, host) in calls {
      try await task.value
      #expect(host.value == 1, "round \(round)")
    }
    if let address { #expect(await statuses(address) == [nil, nil, nil], "round \(round)") }
    #expect(metrics.health.report().checks.isEmpty, "round \(round)")
    #expect(metrics.health.report().isDraining, "round \(round)")
  }

  // MARK: - Without a listener

  @Test("is waited for without a listener too", arguments: ways)
  func disabled(way: String) async throws {
    let metrics = try MetricsCollector()
    let endpoints = try metrics.endpoints(.patient)
    let server = try await metrics.startHTTPServer(MetricsConfig(enabled: false))
    #expect(server.boundAddress == nil)
    let hasReturned = Flag()
    let waiting = Task {
      try await server.run()
      hasReturned.set()
    }
    for _ in 0..<1000 { await Task.yield() }
    #expect(!hasReturned.isSet)
    let ready = try EndpointRequest(target: "/ready")
    #expect(await endpoints.respond(to: ready).status == 200)
    let (during, host) = (Locked(0), FlagCount())
    try await end(server, way) {
      // What is mounted elsewhere knows of it.
      let status = await endpoints.respond(to: ready).status
      during.withLock { $0 = status }
      host.add()
    }
    try await waiting.value
    #expect(during.withLock { $0 } == 503)
    #expect(host.value == 1)
    #expect(await endpoints.respond(to: ready).status == 503)
  }

  @Test("is none for what is mounted elsewhere, when a server without a listener was only let go")
  func droppedDisabled() async throws {
    let metrics = try MetricsCollector()
    let endpoints = try metrics.endpoints(.patient)
    do { _ = try await metrics.startHTTPServer(MetricsConfig(enabled: false)) }
    for _ in 0..<1000 { await Task.yield() }
    #expect(await endpoints.respond(to: try EndpointRequest(target: "/ready")).status == 200)
  }

  @Test("comes when the last reference goes, and takes back all that was lent")
  func dropped() async throws {
    let metrics = try MetricsCollector()
    for _ in 0..<3 {
      var server: ObservabilityServer? = try await metrics.startHTTPServer(.patient)
      let address = try #require(server?.boundAddress)
      #expect(metrics.health.report().checks.map(\.name) == ["executor"])
      server = nil
      #expect(await eventually { metrics.health.report().checks.isEmpty })
      #expect(await eventually { await status("/live", address) == nil })
    }
    let server = try await metrics.startHTTPServer(.patient)
    #expect(await statuses(try #require(server.boundAddress)) == [200, 200, 200])
    await server.shutdown()
  }

  @Test(
    "is not begun by a number of no signal", arguments: [true, false],
    [[9], [19], [4711], [-1], [0], [15, 9]])
  func badSignals(isEnabled: Bool, signals: [Int32]) async throws {
    var config = MetricsConfig.patient
    config.enabled = isEnabled
    let server = try await MetricsCollector().startHTTPServer(config)
    let host = FlagCount()
    let error = await #expect(throws: MetricsConfigError.self) {
      try await server.run(untilSignals: signals) { host.add() }
    }
    #expect(error?.code == .invalidSetting && error?.setting == "signals")
    #expect(host.value == 0)
    if let address = server.boundAddress { #expect(await statuses(address) == [200, 200, 200]) }
    await server.shutdown()
  }
}
