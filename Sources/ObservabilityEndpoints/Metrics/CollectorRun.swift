// How are collectors asked: all at once, off the loop, and none longer than the scrape has?

import ObservabilityPlatform
import MetricExposition
import MetricInstruments

/// Asks the collectors of a registry.
///
/// Each runs once at a time: simultaneous scrapes share a run, and a collector that has not come back from an earlier
/// scrape is not asked again, so one that hangs holds one task and not one for each scrape.
final class CollectorRun: Sendable {
  private let registry: Registry
  private let timer: any OneShotTimer
  private let log: @Sendable (String) -> Void
  private let running = Locked<[String: Running]>([:])

  private typealias Answer = (families: [CollectedFamily], problem: String?)

  private struct Running: Sendable {
    let task: Task<Answer, any Error>
    let start: ContinuousClock.Instant
  }

  private struct Outcome: Sendable {
    let collector: String
    var families: [CollectedFamily]
    /// Nil for success.
    var problem: String?
    let duration: Duration
  }

  init(registry: Registry, timer: any OneShotTimer, log: @escaping @Sendable (String) -> Void) {
    self.registry = registry
    self.timer = timer
    self.log = log
  }

  /// What the collectors returned, without what cannot be shown, and how it went with each.
  func collect(within limit: Duration, names: Set<String>) async -> [CollectedFamily] {
    let collectors = registry.collectors.filter { collector in
      names.isEmpty || collector.familyNames.isEmpty || !collector.familyNames.isDisjoint(with: names)
    }
    guard !collectors.isEmpty else { return [] }
    var outcomes = await withTaskGroup(of: Outcome.self) { group in
      for collector in collectors { group.addTask { await self.ask(collector, within: limit) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    outcomes.sort { $0.collector < $1.collector }
    dropClashes(&outcomes)
    for outcome in outcomes {
      if let problem = outcome.problem { log("collector \(outcome.collector): \(problem)") }
    }
    return outcomes.flatMap { $0.problem == nil ? $0.families : [] } + report(outcomes)
  }

  private func ask(_ collector: any Collector, within limit: Duration) async -> Outcome {
    let name = collector.name
    let start = ContinuousClock.now
    let (run, isOwn) = self.run(of: collector, at: start)
    guard isOwn || start - run.start < limit else {
      return Outcome(
        collector: name, families: [], problem: "has not returned since an earlier scrape", duration: .zero)
    }
    let answer = await offLoop(within: limit, timer: timer) { try await run.task.value }
    if isOwn, case .deadlineExceeded = answer { run.task.cancel() }
    let duration = ContinuousClock.now - start
    switch answer {
    case .finished(let answer):
      return Outcome(
        collector: name, families: answer.families, problem: answer.problem, duration: duration)
    case .failed(let error):
      return Outcome(collector: name, families: [], problem: "\(error)", duration: duration)
    case .deadlineExceeded:
      return Outcome(collector: name, families: [], problem: "was late", duration: duration)
    }
  }

  /// The run in progress, or a new one.
  private func run(of collector: any Collector, at now: ContinuousClock.Instant) -> (Running, isOwn: Bool) {
    let name = collector.name
    let allowsUTF8 = registry.allowsUTF8Names
    return running.withLock { running in
      if let current = running[name] { return (current, false) }
      let task = Task.detached { [self] () throws -> Answer in
        defer { self.running.withLock { $0[name] = nil } }
        let families = try await collector.collect()
        let problem = families.lazy.compactMap { family in
          family.problem(allowingUTF8: allowsUTF8).map { "\(family.name): \($0)" }
        }.first
        return (families, problem)
      }
      let run = Running(task: task, start: now)
      running[name] = run
      return (run, true)
    }
  }

  /// A name belongs to the registry, or else to the first collector that has it.
  private func dropClashes(_ outcomes: inout [Outcome]) {
    var taken = Set(registry.families.lazy.flatMap(\.descriptor.claimedNames))
    for index in outcomes.indices where outcomes[index].problem == nil {
      var own: Set<String> = []
      for family in outcomes[index].families {
        let names = family.descriptor.claimedNames
        if let clash = names.first(where: { taken.contains($0) || own.contains($0) }) {
          outcomes[index].problem = "\(family.name): \(clash) is taken"
          break
        }
        own.formUnion(names)
      }
      if outcomes[index].problem == nil { taken.formUnion(own) }
    }
  }

  private func report(_ outcomes: [Outcome]) -> [CollectedFamily] {
    [
      CollectedFamily(
        registry.fullName("collector_success"), .gauge,
        help: "Whether a collector's values are in this scrape.",
        samples: outcomes.map { CollectedSample($0.problem == nil ? 1 : 0, ["collector": $0.collector]) }),
      CollectedFamily(
        registry.fullName("collector_duration_seconds"), .gauge, help: "How long a collector took.",
        unit: "seconds",
        samples: outcomes.map { CollectedSample($0.duration.seconds, ["collector": $0.collector]) }),
    ]
  }
}
