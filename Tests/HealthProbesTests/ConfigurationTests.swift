// Does an operator's configuration reach the checks, and only with what makes sense?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("A configured check")
struct ConfigurationTests {
  typealias Overrides = HealthCheck.Overrides

  private func overrides(_ change: (inout Overrides) -> Void) -> Overrides {
    var overrides = Overrides()
    change(&overrides)
    return overrides
  }

  @Test(
    "has the settings given for its name, whether it was added before or afterwards",
    arguments: [true, false])
  func settings(isAddedFirst: Bool) async throws {
    let health = makeRegistry()
    func add() throws {
      try health.add(onDemand("storage", probes: .ready) { .fail("gone") })
      try health.add(onDemand("queue") { .pass })
    }
    if isAddedFirst { try add() }
    try health.configure([
      "storage": overrides {
        $0.probes = [.ready, .startup]
        $0.impact = .degrades
        $0.groups = ["store"]
        $0.failureThreshold = 3
        $0.deadline = .seconds(3)
      }
    ])
    if !isAddedFirst { try add() }
    #expect(await !health.answer(to: .startup).report.checks.isEmpty)
    let answer = await health.answer(to: .ready)
    #expect(answer.passes, "it only degrades now")
    let storage = try #require(answer.report.checks.last)
    #expect(storage.name == "storage")
    #expect(storage.state == .pending, "one failure of three")
    #expect(storage.impact == .degrades)
    #expect(storage.groups == ["store"])
    #expect(storage.deadline == .seconds(3))
    #expect(answer.report.checks.first?.deadline == .seconds(1), "the other check is as it was")
  }

  @Test("keeps what it has found when its settings change, and runs by its new period")
  func period() async throws {
    let clock = ManualClock()
    let health = makeRegistry(clock)
    try health.add(HealthCheck("storage", period: .seconds(3600)) { .pass })
    health.start(timer: clock)
    #expect(await eventually { health.statistics.runsFinished == 1 })
    try health.configure(["storage": overrides { $0.period = .seconds(2) }])
    #expect(health.report().checks.first?.state == .pass)
    clock.advance(by: .seconds(2))
    #expect(await eventually { health.statistics.runsFinished == 2 })
  }

  @Test("that is switched off is not run, takes part in nothing, and comes back", arguments: [true, false])
  func switchedOff(isAddedFirst: Bool) async throws {
    let health = makeRegistry()
    let runs = Locked(0)
    func add() throws {
      try health.add(
        onDemand("storage", probes: [.ready, .live, .startup]) {
          runs.withLock { $0 += 1 }
          return .fail("gone")
        })
    }
    try health.declare("storage")
    if isAddedFirst { try add() }
    try health.configure(["storage": overrides { $0.isEnabled = false }])
    if !isAddedFirst {
      #expect(await health.answer(to: .ready).passes, "it is not waited for")
      try add()
    }
    for probe in HealthProbe.allCases {
      let answer = await health.answer(to: probe)
      #expect(answer.passes && answer.report.checks.isEmpty)
    }
    #expect(await health.answer(to: .ready, only: "storage").missingCheck == "storage")
    #expect(runs.withLock { $0 } == 0)
    let twice = try onDemand("storage") { .pass }
    #expect { try health.add(twice) } throws: { ($0 as? HealthError)?.code == .duplicateName }
    try health.declare("storage")
    #expect(await health.answer(to: .ready).passes)

    try health.configure(["storage": Overrides()])
    #expect(await !health.answer(to: .ready).passes)
    #expect(runs.withLock { $0 } == 1)
    try health.configure(["storage": overrides { $0.isEnabled = false }])
    #expect(health.remove("storage"))
    try health.configure(["storage": Overrides()])
    #expect(await health.answer(to: .ready).report.checks.isEmpty)
  }

  static let senseless: [(String, Overrides)] = {
    func make(_ change: (inout Overrides) -> Void) -> Overrides {
      var overrides = Overrides()
      change(&overrides)
      return overrides
    }
    return [
      ("a b", Overrides()),
      ("storage", make { $0.period = .zero }),
      ("storage", make { $0.deadline = .seconds(-1) }),
      ("storage", make { $0.failureThreshold = 0 }),
      ("storage", make { $0.successThreshold = .min }),
      ("storage", make { $0.validity = .seconds(1) }),
      ("storage", make { $0.groups = ["a b"] }),
    ]
  }()

  @Test("is refused with what makes no sense, by name, and nothing is changed", arguments: senseless)
  func mistakes(name: String, mistake: Overrides) async throws {
    let health = makeRegistry()
    try health.add(onDemand("queue") { .fail("long") })
    let off = overrides { $0.isEnabled = false }
    #expect {
      try health.configure([name: mistake, "queue": off])
    } throws: {
      ($0 as? HealthError)?.check == name
    }
    #expect(await !health.answer(to: .ready).passes, "the other was not switched off")
  }

  @Test("is named once when a run takes more than half of its deadline, until it is well below it")
  func slow() throws {
    let harness = SchedulerHarness()
    _ = harness.add(HealthCheck.Settings(mode: .onDemand, deadline: .seconds(1), period: .seconds(10)))
    let runs: [(milliseconds: Int, isNamed: Bool, isSlow: Bool)] = [
      (500, false, false), (501, true, true), (900, false, true), (300, false, true), (250, false, false),
      (400, false, false), (800, true, true),
    ]
    for (number, run) in runs.enumerated() {
      _ = harness.pass(.seconds(10))
      let started = try #require(starts(harness.ask(UInt64(number))).first)
      _ = harness.pass(.milliseconds(run.milliseconds))
      let effects = harness.send(.finished(started, HealthObservation(.pass)))
      let named = HealthScheduler.Effect.slowed(harness.check, .milliseconds(run.milliseconds))
      #expect(effects.contains(named) == run.isNamed)
      #expect(harness.scheduler.record(of: harness.check)?.isSlow == run.isSlow)
    }
  }
}
