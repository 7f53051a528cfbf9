// Does a call that blocks for ever cost its own thread, and no more?

import MailObservability
import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing

@Suite("Calls that may block", .timeLimit(.minutes(30)))
struct BlockingCallsTests {
  struct Broken: Error {}

  /// What a call hangs on until it is let go.
  final class Obstacle: Sendable {
    private let isOpen = Atomic(false)
    let visits = Atomic(0)

    func pass() {
      visits.add(1, ordering: .relaxed)
      while !isOpen.load(ordering: .acquiring) { usleep(1000) }
    }

    func open() { isOpen.store(true, ordering: .releasing) }
  }

  @Test("give what they return, and throw what they throw")
  func outcome() async throws {
    let calls = BlockingCalls()
    #expect(try await calls.run("a", within: .seconds(3600)) { 7 } == 7)
    await #expect(throws: Broken.self) { try await calls.run("a", within: .seconds(3600)) { throw Broken() } }
  }

  @Test("are late when they hang, hold up no other, and take one thread however often they are asked for")
  func hanging() async throws {
    let (calls, obstacle) = (BlockingCalls(limit: 2), Obstacle())
    defer { obstacle.open() }
    let first = Task { try await calls.run("mount\n1", within: .seconds(3600)) { obstacle.pass() } }
    #expect(await eventually { obstacle.visits.load(ordering: .relaxed) == 1 })
    for _ in 0..<20 {
      let error = await #expect(throws: BlockingCallError.self) {
        try await calls.run("mount\n1", within: .milliseconds(20)) { obstacle.pass() }
      }
      #expect(error?.code == .late)
      #expect(error?.description == "mount\\n1 did not return within 0.02 seconds")
    }
    #expect(obstacle.visits.load(ordering: .relaxed) == 1)
    #expect(try await calls.run("mount 2", within: .seconds(3600)) { 2 } == 2)
    obstacle.open()
    try await first.value
  }

  @Test("of keys that are written in other bytes hold each other up no more than any others")
  func canonicallyEqual() async throws {
    let (calls, obstacle) = (BlockingCalls(limit: 2), Obstacle())
    defer { obstacle.open() }
    let first = Task { try await calls.run("/m/\u{E9}", within: .seconds(3600)) { obstacle.pass() } }
    #expect(await eventually { obstacle.visits.load(ordering: .relaxed) == 1 })
    #expect(try await calls.run("/m/e\u{301}", within: .seconds(60)) { 2 } == 2)
    obstacle.open()
    try await first.value
  }

  @Test("of one key come one after the other")
  func inTurn() async throws {
    let calls = BlockingCalls(limit: 8)
    let counts = Locked((now: 0, most: 0))
    try await withThrowingTaskGroup { group in
      for _ in 0..<50 {
        group.addTask {
          try await calls.run("key", within: .seconds(3600)) {
            counts.withLock { counts in
              counts.now += 1
              counts.most = max(counts.most, counts.now)
            }
            usleep(100)
            counts.withLock { $0.now -= 1 }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(counts.withLock { $0.most } == 1)
  }

  @Test(
    "have no time at all within nothing or less",
    arguments: [Duration.zero, .seconds(-1), .seconds(Int64.min)])
  func noTime(limit: Duration) async throws {
    let obstacle = Obstacle()
    defer { obstacle.open() }
    let error = await #expect(throws: BlockingCallError.self) {
      try await BlockingCalls().run("a", within: limit) { obstacle.pass() }
    }
    #expect(error?.description == "a did not return within 0.0 seconds")
  }

  @Test("have a thread whatever limit is given", arguments: [Int.min, -1, 0, 1, Int.max])
  func limits(limit: Int) async throws {
    #expect(try await BlockingCalls(limit: limit).run("a", within: .seconds(Int64.max)) { 1 } == 1)
  }

  @Test("are waited for no longer when the waiting task is cancelled")
  func cancelled() async throws {
    let (calls, obstacle) = (BlockingCalls(), Obstacle())
    defer { obstacle.open() }
    let waiting = Task { try await calls.run("a", within: .seconds(3600)) { obstacle.pass() } }
    #expect(await eventually { obstacle.visits.load(ordering: .relaxed) == 1 })
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }
}

@Suite("A family that could not be read")
struct FailedFamilyTests {
  struct Broken: Error, CustomStringConvertible { let description = "no such\nfile" }

  struct Halves: Collector {
    let name = "halves"
    func collect() async throws -> [CollectedFamily] {
      var changed = CollectedFamily.failed("bad_total", Broken())
      changed.type = .gauge
      changed.samples = [CollectedSample(1)]
      return [CollectedFamily("good", .gauge, help: "Good.", value: 1), changed]
    }
  }

  @Test("is left out with its error in the log, and costs no other family")
  func failed() async throws {
    #expect(CollectedFamily.failed("x", Broken()).failure == "no such\\nfile")
    #expect(CollectedFamily("x", .gauge, help: "", value: 1).failure == nil)
    let log = LogRecorder()
    let metrics = try MetricsCollector(namespace: "mx", groups: [])
    try metrics.registry.add(Halves())
    var config = MetricsConfig()
    config.log = { log.record($0) }
    let endpoints = try metrics.endpoints(config)
    for _ in 0..<2 {
      let request = try EndpointRequest(target: "/metrics", headers: ["Host": "localhost"])
      guard case .bytes(let bytes) = await endpoints.respond(to: request).body else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("\ngood 1\n") && !text.contains("bad_total"))
      #expect(text.contains("mx_collector_success{collector=\"halves\"} 0\n"))
    }
    #expect(
      await eventually { log.messages.contains { $0.text == "collector halves: bad_total: no such\\nfile" } })
  }
}
