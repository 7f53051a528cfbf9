// Does an answer come in time, with a bounded number of tasks, although checks hang and throw?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("With 50 checks of which 10 hang for ever and 10 throw", .timeLimit(.minutes(30)))
struct HangingChecksTests {
  static let deadline = Duration.milliseconds(800)

  struct Crowd {
    let clock = ManualClock()
    let health: HealthRegistry
    let gate = Gate()

    init(mode: HealthCheck.Mode) throws {
      health = HealthRegistry(answerDeadline: deadline, clock: clock, timer: clock, hooks: .inline)
      for number in 0..<10 { try health.add(hanging(number, mode)) }
      for number in 0..<10 {
        try health.add(
          HealthCheck("throwing\(number)", mode: mode) { throw Broken(description: "number \(number)") })
      }
      for number in 0..<30 { try health.add(HealthCheck("working\(number)", mode: mode) { .pass }) }
    }

    func hanging(_ number: Int, _ mode: HealthCheck.Mode) throws -> HealthCheck {
      try HealthCheck("hanging\(number)", mode: mode) { [gate] in
        await gate.pass()
        return .pass
      }
    }

    /// Whether every task in flight is held by the gate, so that no real work is under way.
    var areOnlyHangingChecksRunning: Bool {
      let held = gate.visits
      return health.statistics.tasksInFlight == held
    }

    /// Asks, and lets time pass only while nothing but hanging checks is left to wait for. Returns the
    /// answer and the time it took on the manual clock.
    func ask() async -> (answer: ProbeAnswer, took: Duration) {
      let start = clock.now
      let asking = Locked<ProbeAnswer?>(nil)
      let task = Task { [health] in
        let answer = await health.answer(to: .ready)
        asking.withLock { $0 = answer }
        return answer
      }
      while asking.withLock({ $0 == nil }) {
        let isStuck = health.statistics.answersWaiting > 0 && areOnlyHangingChecksRunning
        if isStuck { clock.advance(by: .milliseconds(100)) } else { await Task.yield() }
      }
      let answer = await task.value
      return (answer, clock.now - start)
    }
  }

  @Test(
    "1,000 answers come within the deadline, with one task a check at most",
    arguments: [HealthCheck.Mode.onDemand, .background])
  func answers(mode: HealthCheck.Mode) async throws {
    let crowd = try Crowd(mode: mode)
    if mode == .background { crowd.health.start(timer: crowd.clock) }
    for number in 0..<1000 {
      let (answer, took) = await crowd.ask()
      #expect(took <= Self.deadline)
      #expect(!answer.passes)
      #expect(answer.report.checks.count == 50)
      let working = answer.report.checks.filter { $0.name.hasPrefix("working") }
      #expect(working.allSatisfy { $0.state == .pass })
      let throwing = answer.report.checks.filter { $0.name.hasPrefix("throwing") }
      #expect(throwing.allSatisfy { $0.state == .fail && $0.reason?.hasPrefix("number ") == true })
      let hanging = answer.report.checks.filter { $0.name.hasPrefix("hanging") }
      #expect(hanging.allSatisfy { $0.state == (number == 0 ? .pending : .fail) })
      crowd.clock.advance(by: .seconds(10))
      if mode == .background {
        #expect(await eventually { crowd.areOnlyHangingChecksRunning })
      }
    }
    let statistics = crowd.health.statistics
    #expect(statistics.peakTasksInFlight <= 50)
    #expect(statistics.tasksInFlight == 10)
    #expect(statistics.answersWaiting == 0)
    #expect(crowd.gate.visits == 10, "a check that hangs is started once")
    #expect(crowd.clock.pendingCalls <= 1, "one timer, however many deadlines")
    crowd.gate.open()
    #expect(await eventually { crowd.health.statistics.tasksInFlight == 0 })
  }

  @Test("removing and adding those that hang, again and again, does not pile up tasks")
  func removal() async throws {
    let crowd = try Crowd(mode: .onDemand)
    var atDeadline = 0
    for _ in 0..<100 {
      let (_, took) = await crowd.ask()
      #expect(took <= Self.deadline)
      if took == Self.deadline { atDeadline += 1 }
      for number in 0..<10 {
        crowd.health.remove("hanging\(number)")
        try crowd.health.add(crowd.hanging(number, .onDemand))
      }
      crowd.clock.advance(by: .seconds(10))
    }
    #expect(atDeadline == 4, "as long as a new run was started, it was waited for")
    #expect(crowd.health.statistics.peakTasksInFlight <= 50 + 10 * 4)
    #expect(await eventually { crowd.gate.visits == 40 })
    crowd.gate.open()
    #expect(await eventually { crowd.health.statistics.tasksInFlight == 0 })
  }

  @Test("all of them recover once what they wait for is back")
  func recovery() async throws {
    let crowd = try Crowd(mode: .onDemand)
    _ = await crowd.ask()
    crowd.clock.advance(by: .seconds(1))
    crowd.gate.open()
    #expect(await eventually { crowd.health.statistics.tasksInFlight == 0 })
    crowd.clock.advance(by: .seconds(10))
    let answer = await crowd.health.answer(to: .ready)
    #expect(answer.report.checks.count == 50)
    let hanging = answer.report.checks.filter { $0.name.hasPrefix("hanging") }
    #expect(hanging.count == 10)
    #expect(hanging.allSatisfy { $0.state == .pass })
  }
}
