// Does a registry answer probes as its checks, declarations, maintenance and draining demand?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("A health registry")
struct RegistryTests {
  @Test("passes every probe when it has no checks", arguments: HealthProbe.allCases)
  func passesWhenEmpty(probe: HealthProbe) async {
    let answer = await makeRegistry().answer(to: probe)
    #expect(answer.passes)
    #expect(answer.report.status == .healthy)
    #expect(answer.report.checks.isEmpty)
  }

  @Test("keeps a declared name out of service until it is provided, and alive")
  func declaredNames() async throws {
    let health = makeRegistry()
    try health.declare("storage")
    #expect(await health.answer(to: .live).passes)
    for probe in [HealthProbe.ready, .startup, .health] {
      let answer = await health.answer(to: probe)
      #expect(!answer.passes)
      #expect(answer.blockedBy == ["storage"])
      #expect(answer.report.checks.map(\.isProvided) == [false])
    }
    try health.add(onDemand("storage") { .pass })
    for probe in HealthProbe.allCases { #expect(await health.answer(to: probe).passes) }
  }

  @Test("says why a check failed, whether it returned a failure or threw")
  func reasons() async throws {
    let health = makeRegistry()
    try health.add(onDemand("queue") { .fail("too\nlong") })
    try health.add(onDemand("storage") { throw Broken(description: "disk gone") })
    let answer = await health.answer(to: .ready)
    #expect(!answer.passes)
    #expect(answer.report.status == .unhealthy)
    #expect(answer.report.checks.map(\.name) == ["queue", "storage"])
    #expect(answer.report.checks.map(\.reason) == ["too\\nlong", "disk gone"])
    #expect(answer.blockedBy == ["queue", "storage"])
  }

  @Test("takes maintenance and draining out of readiness only, and comes back")
  func maintenance() async throws {
    let health = makeRegistry()
    try health.add(onDemand("storage") { .pass })
    health.setMaintenance("kernel\nupdate")
    let answer = await health.answer(to: .ready)
    #expect(!answer.passes)
    #expect(answer.isWithheld)
    #expect(answer.blockedBy.isEmpty)
    #expect(answer.report.maintenance == "kernel\\nupdate")
    #expect(answer.report.status == .healthy)
    #expect(await health.answer(to: .live).passes)
    #expect(await health.answer(to: .health).passes)
    #expect(await health.answer(to: .ready, only: "storage").passes)
    health.setMaintenance(nil)
    #expect(await health.answer(to: .ready).passes)

    health.setDraining(true)
    #expect(await !health.answer(to: .ready).passes)
    #expect(await health.answer(to: .live).passes)
    #expect(health.report().isDraining)
    health.setDraining(false)
    #expect(await health.answer(to: .ready).passes)
  }

  @Test("never fails liveness because of a dependency")
  func dependencyIsNotLiveness() async throws {
    let health = makeRegistry()
    try health.add(onDemand("database") { .fail("refused") })
    #expect(await !health.answer(to: .ready).passes)
    let live = await health.answer(to: .live)
    #expect(live.passes)
    #expect(live.report.checks.isEmpty)
  }

  @Test("serves while a check only degrades or warns, and says degraded")
  func degraded() async throws {
    let health = makeRegistry()
    try health.add(onDemand("backup", impact: .degrades) { .fail("three days old") })
    try health.add(onDemand("disk") { .warn("9% left") })
    for probe in [HealthProbe.ready, .health] {
      let answer = await health.answer(to: probe)
      #expect(answer.passes)
      #expect(answer.report.status == .degraded)
    }
  }

  @Test("leaves out what is excluded without running it, and names what it does not know")
  func exclusion() async throws {
    let health = makeRegistry()
    let gate = Gate()
    try health.add(
      onDemand("storage") {
        await gate.pass()
        return .pass
      })
    try health.add(onDemand("queue") { .pass })
    let answer = await health.answer(to: .ready, excluding: ["storage", "nonsense"])
    #expect(answer.passes)
    #expect(answer.excluded == ["storage"])
    #expect(answer.unknownExclusions == ["nonsense"])
    #expect(answer.report.checks.map(\.name) == ["queue"])
    #expect(gate.visits == 0)
  }

  @Test("answers for one check, and says when the probe has none of that name")
  func onlyOne() async throws {
    let health = makeRegistry()
    try health.add(onDemand("storage") { .fail("gone") })
    try health.add(onDemand("queue") { .pass })
    #expect(await health.answer(to: .ready, only: "queue").passes)
    #expect(await !health.answer(to: .ready, only: "storage").passes)
    let missing = await health.answer(to: .live, only: "storage")
    #expect(missing.missingCheck == "storage")
    #expect(!missing.passes)
    #expect(
      health.statistics.answers[.live].failed == 0, "a question that makes no sense is not a failed probe")
  }

  @Test("completes start-up once, and never takes it back")
  func startup() async throws {
    let clock = ManualClock()
    let health = makeRegistry(clock)
    let isMigrated = Locked(false)
    try health.declare("migrations")
    #expect(await !health.answer(to: .startup).passes)
    try health.add(
      onDemand("migrations", probes: .startup) {
        isMigrated.withLock { $0 } ? .pass : .fail("3 of 7")
      })
    #expect(await !health.answer(to: .startup).passes)
    isMigrated.withLock { $0 = true }
    clock.advance(by: .seconds(10))
    #expect(await health.answer(to: .startup).passes)

    isMigrated.withLock { $0 = false }
    clock.advance(by: .seconds(3600))
    #expect(await health.answer(to: .startup).passes)
    try health.declare("afterthought")
    #expect(await health.answer(to: .startup).passes)
    #expect(await !health.answer(to: .ready).passes)
    #expect(health.report().hasStarted)
  }

  @Test("does not count as started because somebody asked before there was a check", arguments: 0..<4)
  func startupOfEmptySet(asked: Int) async throws {
    let health = makeRegistry()
    switch asked {
    case 0: _ = health.report()
    case 1: for probe in HealthProbe.allCases { _ = health.knownOutcome(of: probe) }
    case 2: for probe in HealthProbe.allCases { _ = await health.answer(to: probe) }
    default:
      try health.add(onDemand("storage") { .pass })
      for probe in HealthProbe.allCases { _ = await health.answer(to: probe) }
    }
    try health.add(onDemand("migrations", probes: .startup) { .fail("3 of 7") })
    #expect(health.knownOutcome(of: .startup) == nil)
    #expect(await !health.answer(to: .startup).passes)
    #expect(!health.report().hasStarted)
  }

  @Test("does not settle start-up by what other probes and scrapes find")
  func startupOfOthers() async throws {
    let health = makeRegistry()
    try health.add(onDemand("storage", probes: [.ready, .startup]) { .pass })
    for probe in [HealthProbe.ready, .live, .health] { #expect(await health.answer(to: probe).passes) }
    #expect(health.report().hasStarted)
    try health.add(onDemand("migrations", probes: .startup) { .fail("3 of 7") })
    #expect(await !health.answer(to: .startup).passes)
  }

  @Test("lets a check that has not decided yet fail readiness, and never liveness")
  func undecided() async throws {
    let clock = ManualClock()
    let health = makeRegistry(clock)
    try health.add(onDemand("storage", probes: [.ready, .live], failureThreshold: 3) { .fail("gone") })
    for step in 1...3 {
      #expect(await !health.answer(to: .ready).passes)
      #expect(await health.answer(to: .live).passes == (step < 3))
      clock.advance(by: .seconds(10))
    }
  }

  @Test("refuses names that are taken or that a path or a label could not carry")
  func names() throws {
    let health = makeRegistry()
    try health.add(onDemand("storage") { .pass })
    let twice = try onDemand("storage") { .pass }
    #expect { try health.add(twice) } throws: { ($0 as? HealthError)?.code == .duplicateName }
    let bad = ["", " ", "a b", "a/b", ".a", "-", "ä", "a\n", "a\0", String(repeating: "a", count: 101)]
    for name in bad {
      #expect { try onDemand(name) { .pass } } throws: { ($0 as? HealthError)?.code == .invalidName }
      #expect { try health.declare(name) } throws: { ($0 as? HealthError)?.code == .invalidName }
    }
    for name in ["a", "0", "imap.tls-1_x", String(repeating: "a", count: 100)] {
      try health.add(onDemand(name) { .pass })
    }
    #expect(health.remove("storage"))
    #expect(!health.remove("storage"))
    try health.add(twice)
  }

  @Test("refuses settings that make no sense, and takes the longest durations")
  func settings() throws {
    typealias Settings = HealthCheck.Settings
    let bad = [
      Settings(deadline: .zero), Settings(period: .seconds(-1)), Settings(failureThreshold: 0),
      Settings(successThreshold: -1), Settings(period: .seconds(10), validity: .seconds(9)),
    ]
    for settings in bad {
      #expect { try HealthCheck("a", settings: settings) { .pass } } throws: {
        ($0 as? HealthError)?.code == .invalidSetting
      }
    }
    // A check that is told to run all the time still leaves some to others.
    for settings in [
      Settings(period: .nanoseconds(1)), .init(period: .nanoseconds(1), validity: .nanoseconds(1)),
    ] {
      #expect(try HealthCheck("a", settings: settings) { .pass }.settings.period == .milliseconds(1))
    }
    let longest = Duration.seconds(Int64.max) * 18
    let clock = ManualClock()
    let health = makeRegistry(clock)
    try health.add(
      HealthCheck("a", deadline: longest, period: longest, validity: longest, failureThreshold: .max) {
        .pass
      })
    health.start(timer: clock)
    clock.advance(by: .seconds(3600))
    _ = health.report()
  }

  @Test("tells observers of transitions, failures and results, in order")
  func observers() async throws {
    let clock = ManualClock()
    let health = makeRegistry(clock)
    let seen = Locked<[String]>([])
    health.addObserver(
      HealthObserver(
        transition: { change in seen.withLock { $0.append("\(change.from) to \(change.to)") } },
        failure: { check, reason in seen.withLock { $0.append("\(check): \(reason)") } },
        stored: { check, result, _ in seen.withLock { $0.append("\(check) \(result)") } }))
    let isBroken = Locked(false)
    try health.add(
      onDemand("storage") {
        if isBroken.withLock({ $0 }) { throw Broken(description: "gone") }
        return .pass
      })
    // Observers are told after those who wait for the answer.
    _ = await health.answer(to: .ready)
    #expect(await eventually { seen.withLock { $0 } == ["storage pass", "pending to pass"] })
    isBroken.withLock { $0 = true }
    clock.advance(by: .seconds(10))
    _ = await health.answer(to: .ready)
    let expected = [
      "storage pass", "pending to pass", "storage fail(\"gone\")", "pass to fail", "storage: gone",
    ]
    #expect(await eventually { seen.withLock { $0 } == expected })
    let history = try #require(health.report().checks.first).history
    #expect(history.map(\.to) == [.pass, .fail])
    #expect(history.map(\.unixTime) == [.seconds(1_700_000_000), .seconds(1_700_000_010)])
  }

  @Test("calls hooks off the caller's thread, in order, even when they block")
  func hooksOnThread() async throws {
    let clock = ManualClock()
    let health = HealthRegistry(clock: clock, timer: clock)
    let seen = Locked<[String]>([])
    health.addObserver(
      HealthObserver(stored: { check, _, _ in
        blockThread(milliseconds: 1)
        seen.withLock { $0.append(check) }
      }))
    let names = (0..<50).map { "check\($0)" }
    for name in names {
      try health.add(onDemand(name) { .pass })
      _ = await health.answer(to: .ready, only: name)
    }
    #expect(await eventually { seen.withLock { $0.count } == 50 })
    #expect(seen.withLock { $0 } == names)
    #expect(health.statistics.hooksDropped == 0)
  }

  @Test("ends an answer whose asker has gone")
  func cancelledAsker() async throws {
    let health = makeRegistry()
    let gate = Gate()
    try health.add(
      onDemand("storage") {
        await gate.pass()
        return .pass
      })
    let asker = Task { await health.answer(to: .ready) }
    #expect(await eventually { health.statistics.answersWaiting == 1 })
    asker.cancel()
    #expect(await !asker.value.passes)
    #expect(health.statistics.answersWaiting == 0)
    gate.open()
  }

  @Test("is not kept alive by a check that never returns")
  func deallocation() async throws {
    let gate = Gate()
    let clock = ManualClock()
    weak var weakly: HealthRegistry?
    do {
      let health = makeRegistry(clock)
      weakly = health
      try health.add(
        HealthCheck("storage") {
          await gate.pass()
          return .pass
        })
      health.start(timer: clock)
      #expect(await eventually { gate.visits == 1 })
    }
    #expect(weakly == nil)
    #expect(clock.pendingCalls == 0)
    gate.open()
  }

  @Test("gives the event loop's timer back when it is stopped, and answers with its own")
  func stopping() async throws {
    let clock = ManualClock()
    let loop = ManualClock()
    let health = HealthRegistry(clock: clock, timer: clock, hooks: .inline)
    let gate = Gate()
    try health.add(
      HealthCheck("storage") {
        await gate.pass()
        return .pass
      })
    health.start(timer: loop)
    #expect(loop.pendingCalls == 1)
    health.stop()
    #expect(loop.pendingCalls == 0)
    let asker = Task { await health.answer(to: .ready) }
    #expect(await eventually { health.statistics.answersWaiting == 1 })
    clock.advance(by: .milliseconds(800))
    #expect(await !asker.value.passes)
    gate.open()
  }
}
