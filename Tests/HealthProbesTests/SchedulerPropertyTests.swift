// Does the scheduler keep its promises under any order of events?

@testable import HealthProbes
import TestSupport
import Testing

@Suite("Under random events the scheduler")
struct SchedulerPropertyTests {
  /// What the driver of the scheduler would have in its hands.
  struct Model {
    var harness = SchedulerHarness()
    var checks: [HealthScheduler.CheckID: String] = [:]
    var runs: [HealthScheduler.RunID: HealthScheduler.CheckID] = [:]
    var waiting: [UInt64: HealthInstant] = [:]
    var completed: Set<UInt64> = []
    var problems: [String] = []
    var lastCheck: UInt64 = 0
    var lastAnswer: UInt64 = 0

    mutating func take(_ effects: [HealthScheduler.Effect]) {
      for effect in effects {
        switch effect {
        case .start(let run, let check):
          if runs.values.contains(check) { problems.append("\(check) runs twice") }
          if checks[check] == nil { problems.append("\(check) was removed") }
          runs[run] = check
        case .cancel(let run):
          if runs[run] == nil { problems.append("\(run) is cancelled but does not run") }
        case .complete(let id):
          if !completed.insert(id.value).inserted { problems.append("\(id) completes twice") }
          if let deadline = waiting.removeValue(forKey: id.value), harness.now > deadline {
            problems.append("\(id) completes late")
          }
        case .sample(let check), .stored(let check), .changed(let check, _), .failed(let check, _),
          .slowed(let check, _):
          if checks[check] == nil { problems.append("\(check) reports after its removal") }
        }
      }
    }

    mutating func send(_ event: HealthScheduler.Event) {
      take(harness.send(event))
      let pairs = harness.scheduler.waitingPairs
      if pairs.byCheck != pairs.byAnswer { problems.append("\(pairs) wait") }
    }

    /// Lets time pass and wakes the scheduler exactly when it asks for it.
    mutating func pass(_ duration: Duration) {
      let end = harness.now + duration
      while let wake = harness.scheduler.nextWake, wake <= end {
        harness.now = max(harness.now, wake)
        send(.woke)
        if let next = harness.scheduler.nextWake, next <= harness.now {
          problems.append("it would be woken for ever")
          return
        }
      }
      harness.now = end
    }

    private func settings(_ generator: inout SeededGenerator) -> HealthCheck.Settings {
      HealthCheck.Settings(
        mode: Bool.random(using: &generator) ? .background : .onDemand,
        deadline: .milliseconds(Int.random(in: 100...2000, using: &generator)),
        period: .milliseconds(Int.random(in: 100...5000, using: &generator)),
        failureThreshold: Int.random(in: 1...3, using: &generator),
        successThreshold: Int.random(in: 1...3, using: &generator))
    }

    mutating func step(_ generator: inout SeededGenerator) {
      switch Int.random(in: 0..<100, using: &generator) {
      case 0..<6:
        guard checks.count < 12 else { return }
        lastCheck += 1
        let id = HealthScheduler.CheckID(value: lastCheck)
        let name = "check\(Int.random(in: 0..<12, using: &generator))"
        guard !checks.values.contains(name) else { return }
        checks[id] = name
        send(.added(id, name: name, settings(&generator)))
      case 6..<9:
        guard let id = checks.keys.sorted(by: { $0.value < $1.value }).randomElement(using: &generator)
        else { return }
        send(.removed(id))
        checks[id] = nil
      case 9:
        guard let id = checks.keys.sorted(by: { $0.value < $1.value }).randomElement(using: &generator)
        else { return }
        send(.configured(id, settings(&generator)))
      case 10:
        send(Bool.random(using: &generator) ? .backgroundStarted : .backgroundStopped)
      case 11..<40:
        lastAnswer += 1
        let ids = checks.keys.sorted { $0.value < $1.value }
          .filter { _ in Bool.random(using: &generator) }
        waiting[lastAnswer] = harness.now + .milliseconds(800)
        send(.wanted(answer(lastAnswer), ids, within: .milliseconds(800)))
      case 40..<43:
        guard let id = waiting.keys.sorted().randomElement(using: &generator) else { return }
        waiting[id] = nil
        send(.withdrawn(answer(id)))
      case 43..<70:
        guard let run = runs.keys.sorted(by: { $0.value < $1.value }).randomElement(using: &generator)
        else { return }
        runs[run] = nil
        let results: [HealthResult] = [.pass, .pass, .warn("slow"), .fail("broken")]
        send(.finished(run, HealthObservation(results.randomElement(using: &generator) ?? .pass)))
      case 70..<72:
        // Nobody ran: answers in progress are late through no fault of the scheduler.
        waiting = [:]
        harness.now = harness.now + .seconds(Int.random(in: 1...100_000, using: &generator))
        send(.woke)
      default:
        pass(.milliseconds(Int.random(in: 0...1500, using: &generator)))
      }
    }
  }

  @Test("runs each check at most once, completes each answer once and in time, and bounds its tasks")
  func invariants() {
    let seed = UInt64.random(in: 0 ... .max)
    var generator = SeededGenerator(seed: seed)
    var model = Model()
    for _ in 0..<20_000 {
      model.step(&generator)
      if !model.problems.isEmpty { break }
    }
    #expect(model.problems == [], "seed \(seed)")
    // Twelve names, each with one run in progress and four of removed checks that never returned.
    #expect(model.harness.scheduler.statistics.peakTasksInFlight <= 12 * 5, "seed \(seed)")
    model.pass(.seconds(1))
    #expect(model.waiting.isEmpty, "seed \(seed)")
    #expect(model.completed.count > 1000, "seed \(seed)")
  }
}
