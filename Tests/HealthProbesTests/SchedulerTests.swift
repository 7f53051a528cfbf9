// Does the scheduler start, join, end and forget runs as it promises?

@testable import HealthProbes
import Testing

/// A scheduler on a clock that the test moves.
final class SchedulerHarness {
  var scheduler = HealthScheduler()
  var now = HealthInstant(sinceOrigin: .seconds(1000))

  let check = HealthScheduler.CheckID(value: 1)

  func send(_ event: HealthScheduler.Event) -> [HealthScheduler.Effect] {
    scheduler.handle(event, at: now)
  }

  /// Lets time pass, waking the scheduler whenever it asked for it, and returns what happened.
  func pass(_ duration: Duration) -> [HealthScheduler.Effect] {
    let end = now + duration
    var effects: [HealthScheduler.Effect] = []
    while let wake = scheduler.nextWake, wake <= end {
      now = max(now, wake)
      effects += send(.woke)
    }
    now = end
    return effects
  }

  /// Lets time pass in which nobody ran.
  func jump(_ duration: Duration) -> [HealthScheduler.Effect] {
    now = now + duration
    return send(.woke)
  }

  func add(_ settings: HealthCheck.Settings, name: String = "storage") -> [HealthScheduler.Effect] {
    send(.added(check, name: name, settings))
  }

  func ask(_ number: UInt64, within: Duration = .milliseconds(800)) -> [HealthScheduler.Effect] {
    send(.wanted(answer(number), [check], within: within))
  }

  var state: HealthState? { scheduler.record(of: check)?.state(at: now).state }
  var reason: String? { scheduler.record(of: check)?.state(at: now).reason }
}

func answer(_ number: UInt64) -> HealthScheduler.AnswerID { HealthScheduler.AnswerID(value: number) }

func starts(_ effects: [HealthScheduler.Effect]) -> [HealthScheduler.RunID] {
  effects.compactMap { if case .start(let run, _) = $0 { run } else { nil } }
}

func completions(_ effects: [HealthScheduler.Effect]) -> [UInt64] {
  effects.compactMap { if case .complete(let id) = $0 { id.value } else { nil } }
}

func failures(_ effects: [HealthScheduler.Effect]) -> [String] {
  effects.compactMap { if case .failed(_, let reason) = $0 { reason } else { nil } }
}

func cancels(_ effects: [HealthScheduler.Effect]) -> [HealthScheduler.RunID] {
  effects.compactMap { if case .cancel(let run) = $0 { run } else { nil } }
}

@Suite("The scheduler")
struct SchedulerTests {
  let background = HealthCheck.Settings(period: .seconds(10))
  let demand = HealthCheck.Settings(mode: .onDemand, period: .seconds(10))

  @Test("runs a background check at once and then on its period, and answers without waiting")
  func runsInBackground() throws {
    let harness = SchedulerHarness()
    #expect(harness.add(background).isEmpty, "nothing runs before the background is started")
    let first = try #require(starts(harness.send(.backgroundStarted)).first)
    _ = harness.send(.finished(first, HealthObservation(.pass)))
    #expect(harness.state == .pass)
    #expect(completions(harness.ask(1)) == [1])

    #expect(harness.pass(.milliseconds(9999)).isEmpty)
    let second = try #require(starts(harness.pass(.milliseconds(1))).first)
    #expect(completions(harness.ask(2)) == [2], "the stored result answers while the next run is on")
    _ = harness.send(.finished(second, HealthObservation(.fail("gone"))))
    #expect(harness.state == .fail)
  }

  @Test("starts one run, not many, after a long time in which nobody ran")
  func jumpStartsOnce() throws {
    let harness = SchedulerHarness()
    _ = harness.add(background)
    let first = try #require(starts(harness.send(.backgroundStarted)).first)
    _ = harness.send(.finished(first, HealthObservation(.pass)))
    let effects = harness.jump(.seconds(6 * 86_400))
    #expect(starts(effects).count == 1)
    #expect(harness.scheduler.nextWake == harness.now + .seconds(1), "the deadline of that run")
  }

  @Test("runs a background check that is older than its validity before it is believed, after a jump")
  func jumpIsNotAFailure() throws {
    let harness = SchedulerHarness()
    _ = harness.add(background)
    let first = try #require(starts(harness.send(.backgroundStarted)).first)
    _ = harness.send(.finished(first, HealthObservation(.pass)))
    // The probe comes before the timer does.
    harness.now = harness.now + .seconds(3600)
    let effects = harness.ask(1)
    let run = try #require(starts(effects).first)
    #expect(completions(effects).isEmpty)
    let done = harness.send(.finished(run, HealthObservation(.pass)))
    #expect(completions(done) == [1])
    #expect(harness.state == .pass)
    #expect(harness.scheduler.record(of: harness.check)?.history.last?.to == .pass)
  }

  @Test("joins every answer to the one run in progress, and reuses a result within the period")
  func singleFlight() throws {
    let harness = SchedulerHarness()
    _ = harness.add(demand)
    let run = try #require(starts(harness.ask(1)).first)
    for number in 2...5 { #expect(harness.ask(UInt64(number)).isEmpty) }
    #expect(completions(harness.send(.finished(run, HealthObservation(.pass)))) == [1, 2, 3, 4, 5])

    _ = harness.pass(.milliseconds(9999))
    #expect(starts(harness.ask(6)).isEmpty)
    _ = harness.pass(.milliseconds(1))
    #expect(starts(harness.ask(7)).count == 1)
    #expect(harness.scheduler.statistics.runsStarted == 2)
  }

  @Test("completes an answer at its deadline, with a failure when nothing was ever known")
  func answerDeadline() throws {
    let harness = SchedulerHarness()
    _ = harness.add(demand)
    _ = harness.ask(1)
    #expect(harness.scheduler.nextWake == harness.now + .milliseconds(800))
    #expect(harness.pass(.milliseconds(799)).isEmpty)
    #expect(completions(harness.pass(.milliseconds(1))) == [1])
    #expect(harness.state == .pending)
    #expect(harness.scheduler.statistics.answersAtDeadline == 1)
  }

  @Test("believes a stored result while it is valid, although a newer one was wanted")
  func validResultAtDeadline() throws {
    let harness = SchedulerHarness()
    _ = harness.add(demand)
    let run = try #require(starts(harness.ask(1)).first)
    _ = harness.send(.finished(run, HealthObservation(.pass)))
    _ = harness.pass(.seconds(15))
    _ = harness.ask(2)
    #expect(completions(harness.pass(.milliseconds(800))) == [2])
    #expect(harness.state == .pass)
  }

  @Test("fails, once and with its age, a result that is too old when the waiting ends")
  func expiredResultAtDeadline() throws {
    let harness = SchedulerHarness()
    _ = harness.add(demand)
    let run = try #require(starts(harness.ask(1)).first)
    _ = harness.send(.finished(run, HealthObservation(.pass)))
    _ = harness.pass(.seconds(40))
    _ = harness.ask(2)
    let effects = harness.pass(.milliseconds(800))
    #expect(completions(effects) == [2])
    #expect(harness.state == .fail)
    #expect(failures(effects) == ["the last result is 40 s old and was valid for 31 s"])
  }

  @Test("says what a run waited for that is not over at its deadline, and only while it did")
  func cause() throws {
    let harness = SchedulerHarness()
    _ = harness.add(background)
    let run = try #require(starts(harness.send(.backgroundStarted)).first)
    harness.scheduler.note("a free thread", of: run)
    #expect(
      failures(harness.pass(.seconds(1))) == [
        "no result within its deadline of 1 s: waited for a free thread"
      ])
    _ = harness.send(.finished(run, HealthObservation(.pass)))
    let next = try #require(starts(harness.pass(.seconds(10))).first)
    harness.scheduler.note("a free thread", of: next)
    harness.scheduler.note(nil, of: next)
    #expect(failures(harness.pass(.seconds(1))) == ["no result within its deadline of 1 s"])
  }

  @Test("fails and cancels a run at its deadline, and never starts a second beside it")
  func checkDeadline() throws {
    let harness = SchedulerHarness()
    _ = harness.add(background)
    let run = try #require(starts(harness.send(.backgroundStarted)).first)
    let effects = harness.pass(.seconds(1))
    #expect(cancels(effects) == [run])
    #expect(failures(effects) == ["no result within its deadline of 1 s"])
    #expect(harness.state == .fail)

    let later = harness.pass(.seconds(100))
    #expect(starts(later).isEmpty)
    #expect(failures(later).count == 10, "one failure a period while it lasts")
    #expect(failures(later).first == "has not returned for 11 s")
    #expect(harness.scheduler.statistics.tasksInFlight == 1)
    #expect(completions(harness.ask(1)) == [1], "nobody waits for it")

    #expect(harness.send(.finished(run, HealthObservation(.pass))).isEmpty, "too late to be an answer")
    #expect(harness.state == .fail)
    #expect(starts(harness.pass(.seconds(10))).count == 1)
    #expect(harness.scheduler.statistics.lateReturns == 1)
  }

  @Test("reaches a failure threshold with one run that never returns")
  func hangReachesThreshold() throws {
    let harness = SchedulerHarness()
    _ = harness.add(HealthCheck.Settings(period: .seconds(10), failureThreshold: 3))
    _ = harness.send(.backgroundStarted)
    _ = harness.pass(.seconds(20))
    #expect(harness.state == .pending)
    _ = harness.pass(.seconds(1))
    #expect(harness.state == .fail)
  }

  @Test("grants the deadline once more to a run during which nobody ran")
  func deadlineAfterJump() throws {
    let harness = SchedulerHarness()
    _ = harness.add(background)
    let run = try #require(starts(harness.send(.backgroundStarted)).first)
    #expect(harness.jump(.seconds(60)).isEmpty)
    #expect(harness.scheduler.nextWake == harness.now + .seconds(1))
    _ = harness.send(.finished(run, HealthObservation(.pass)))
    #expect(harness.state == .pass)

    let second = try #require(starts(harness.pass(.zero)).first)
    _ = harness.jump(.seconds(60))
    #expect(cancels(harness.jump(.seconds(60))) == [second], "but only once")
  }

  @Test("completes the answers of a check that is removed, and forgets its run")
  func removalWhileRunning() throws {
    let harness = SchedulerHarness()
    _ = harness.add(demand)
    let run = try #require(starts(harness.ask(1)).first)
    let effects = harness.send(.removed(harness.check))
    #expect(cancels(effects) == [run])
    #expect(completions(effects) == [1])
    #expect(harness.scheduler.statistics.tasksInFlight == 1)
    #expect(harness.send(.finished(run, HealthObservation(.pass))).isEmpty)
    #expect(harness.scheduler.statistics.tasksInFlight == 0)
    #expect(harness.scheduler.nextWake == nil)
  }

  @Test("does not pile up runs of a check that is removed and added again for ever")
  func abandonedRuns() throws {
    let harness = SchedulerHarness()
    var runs: [HealthScheduler.RunID] = []
    for number in 1...100 as ClosedRange<UInt64> {
      _ = harness.add(demand)
      runs += starts(harness.ask(number))
      _ = harness.send(.removed(harness.check))
    }
    #expect(runs.count == 4)
    _ = harness.add(demand)
    #expect(completions(harness.ask(200)) == [200])
    #expect(harness.reason == "not started: 4 earlier runs of a check of this name never returned")

    _ = harness.send(.finished(runs[0], HealthObservation(.pass)))
    _ = harness.pass(.seconds(10))
    #expect(starts(harness.ask(201)).count == 1, "one has returned, so there is room for one")
  }

  @Test("asks an immediate check on its period, never makes anybody wait, and reports once a period")
  func immediate() throws {
    let harness = SchedulerHarness()
    let settings = HealthCheck.Settings(probes: .live)
    _ = harness.send(.added(harness.check, name: "executor", settings, isImmediate: true))
    #expect(harness.send(.backgroundStarted) == [.sample(harness.check)])
    #expect(harness.pass(.seconds(25)) == [.sample(harness.check), .sample(harness.check)])

    var reported = 0
    for number in 1...100 as ClosedRange<UInt64> {
      let effects = harness.send(.sampled(harness.check, HealthObservation(.fail("stuck"))))
      reported += failures(effects).count
      #expect(!effects.contains(.stored(harness.check)), "a hook is not called at every probe")
      #expect(harness.ask(number) == [.complete(answer(number))])
      harness.now = harness.now + .milliseconds(100)
    }
    #expect(reported == 1)
    #expect(harness.state == .fail)
    #expect(harness.scheduler.statistics.runsStarted == 0)
  }

  @Test("stops the background, and goes on answering on demand")
  func stopping() throws {
    let harness = SchedulerHarness()
    _ = harness.add(background)
    let run = try #require(starts(harness.send(.backgroundStarted)).first)
    _ = harness.send(.finished(run, HealthObservation(.pass)))
    _ = harness.send(.backgroundStopped)
    #expect(harness.scheduler.nextWake == nil)
    _ = harness.pass(.seconds(11))
    #expect(starts(harness.ask(1)).count == 1)
  }

  @Test("forgets an answer that nobody waits for")
  func withdrawal() throws {
    let harness = SchedulerHarness()
    _ = harness.add(demand)
    let run = try #require(starts(harness.ask(1)).first)
    #expect(harness.send(.withdrawn(answer(1))).isEmpty)
    #expect(harness.scheduler.statistics.answersWaiting == 0)
    #expect(completions(harness.send(.finished(run, HealthObservation(.pass)))).isEmpty)
  }
}
