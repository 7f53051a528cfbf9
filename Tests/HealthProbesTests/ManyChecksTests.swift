// Do thousands of checks come and go without leaving anything behind, and without holding up those who ask?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("Thousands of checks", .timeLimit(.minutes(30)))
struct ManyChecksTests {
  static let count = 10_000

  /// Adds so many, half of them failing, in an order that is neither the best nor the worst.
  private static func fill(_ health: HealthRegistry, _ body: @escaping @Sendable (Int) -> HealthResult) throws
  {
    for number in 0..<count {
      // 7,919 is prime to the count, so that each comes once.
      let number = number * 7_919 % count
      try health.add(
        HealthCheck("check-\(number)", probes: [.ready], period: .seconds(3600)) { body(number) })
    }
  }

  private static func empty(_ health: HealthRegistry) {
    for number in 0..<count { health.remove("check-\(number)") }
  }

  @Test("are all asked and all answered for, sorted, and all gone when they are removed")
  func complete() async throws {
    let health = HealthRegistry()
    try Self.fill(health) { $0 % 2 == 0 ? .pass : .fail("odd") }
    health.start()
    let asked = await eventually { health.report().checks.allSatisfy { $0.lastResult != nil } }
    #expect(asked)
    let report = health.report()
    #expect(report.checks.count == Self.count)
    #expect(report.checks.map(\.name) == report.checks.map(\.name).sorted())
    #expect(report.checks.count { $0.state == .fail } == Self.count / 2)
    #expect(throws: HealthError.self) { try health.add(HealthCheck("check-5000") { .pass }) }
    Self.empty(health)
    #expect(health.report().checks.isEmpty)
    #expect(await health.answer(to: .ready).passes)
    let drained = await eventually { health.statistics.tasksInFlight == 0 }
    #expect(drained)
    health.stop()
  }

  /// A sanitizer puts an allocator of its own in the place of the one that is asked.
  private static var allocatorIsReplaced: Bool {
    dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
  }

  @Test("leave no memory behind, however often they come and go", .disabled(if: allocatorIsReplaced))
  func memory() async {
    // In a process of its own: other tests need memory as well.
    await #expect(processExitsWith: .success) {
      let health = HealthRegistry()
      health.start()
      var sizes: [Int] = []
      for _ in 0..<5 {
        try ManyChecksTests.fill(health) { _ in .pass }
        ManyChecksTests.empty(health)
        #expect(await eventually { health.statistics.tasksInFlight == 0 })
        sizes.append(try #require(heapInUse()))
      }
      // Tables keep their room, tasks are freed a little after their end. What a check leaves behind, a record, would
      // be 30 MiB in three rounds.
      #expect(sizes[4] - sizes[1] < 4 << 20, "in use after each round, in bytes: \(sizes)")
      withExtendedLifetime(health) {}
    }
  }

  @Test("keep the scheduler's queue as long as they are many, and none of them is forgotten in it")
  func queue() {
    var scheduler = HealthScheduler()
    var now = HealthInstant(sinceOrigin: .zero)
    _ = scheduler.handle(.backgroundStarted, at: now)
    var started: [HealthScheduler.RunID] = []
    for number in 1...UInt64(Self.count) {
      let settings = HealthCheck.Settings(period: .seconds(10))
      let effects = scheduler.handle(
        .added(HealthScheduler.CheckID(value: number), name: "\(number)", settings), at: now)
      for case .start(let run, _) in effects { started.append(run) }
      now = now + .microseconds(1)
    }
    #expect(started.count == Self.count)
    for round in 0..<3 {
      var next: [HealthScheduler.RunID] = []
      for run in started { _ = scheduler.handle(.finished(run, HealthObservation(.pass)), at: now) }
      while next.count < Self.count, let wake = scheduler.nextWake {
        now = max(now, wake)
        for case .start(let run, _) in scheduler.handle(.woke, at: now) { next.append(run) }
      }
      #expect(next.count == Self.count, "round \(round)")
      started = next
    }
    // What is over has not been kept.
    #expect(scheduler.queuedWakes <= 64 + 4 * (2 * Self.count) + 1)
    for number in 1...UInt64(Self.count) {
      _ = scheduler.handle(.removed(HealthScheduler.CheckID(value: number)), at: now)
    }
    for run in started { _ = scheduler.handle(.finished(run, HealthObservation(.pass)), at: now) }
    #expect(scheduler.nextWake == nil)
    #expect(scheduler.queuedWakes <= 65)
  }

  @Test("are forgotten in the scheduler's queue when they are gone, also behind what is due sooner")
  func goneBehind() {
    var scheduler = HealthScheduler()
    let now = HealthInstant(sinceOrigin: .zero)
    _ = scheduler.handle(.backgroundStarted, at: now)
    func run(_ number: UInt64, _ settings: HealthCheck.Settings) {
      let id = HealthScheduler.CheckID(value: number)
      for case .start(let run, _) in scheduler.handle(.added(id, name: "\(number)", settings), at: now) {
        _ = scheduler.handle(.finished(run, HealthObservation(.pass)), at: now)
      }
    }
    run(0, .init(period: .seconds(1)))
    var longest = 0
    for number in 1...UInt64(Self.count) {
      run(number, .init(deadline: .seconds(60), period: .seconds(3600)))
      _ = scheduler.handle(.removed(HealthScheduler.CheckID(value: number)), at: now)
      longest = max(longest, scheduler.queuedWakes)
    }
    #expect(longest <= 80)
    #expect(scheduler.nextWake == now + .seconds(1))
  }
}
