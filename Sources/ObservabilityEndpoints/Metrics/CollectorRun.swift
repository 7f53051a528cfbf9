// How are collectors asked: all at once, off the loop, and none longer than the scrape has?

import ObservabilityPlatform
import MetricExposition
import MetricInstruments

/// Asks collectors.
///
/// Each runs once at a time: simultaneous scrapes share a run, and a collector that has not come back from an earlier
/// scrape is not asked again, so one that hangs holds one task and not one for each scrape.
final class CollectorRun: Sendable {
  private let allowsUTF8Names: Bool
  private let timer: any OneShotTimer
  private let log: @Sendable (String) -> Void
  private let running = Locked<[LabelText: Running]>([:])

  /// Each family as it can be shown, or why it cannot: what is wrong with one costs the others nothing.
  typealias Families = [Result<CheckedFamily, CollectedFamilyError>]

  private struct Running: Sendable {
    let task: Task<Families, any Error>
    let start: ContinuousClock.Instant
  }

  /// How it went with one collector.
  struct Outcome: Sendable {
    let collector: LabelText
    let result: Result<Families, any Error>
    let duration: Duration
  }

  private struct Unanswered: Error, CustomStringConvertible { let description: String }

  init(allowsUTF8Names: Bool, timer: any OneShotTimer, log: @escaping @Sendable (String) -> Void) {
    self.allowsUTF8Names = allowsUTF8Names
    self.timer = timer
    self.log = log
  }

  /// Asks those that may have families of these names, or all.
  func ask(
    _ collectors: [Registry.NamedCollector], within limit: Duration, names: Set<String>
  ) async -> [Outcome] {
    let asked = collectors.filter { named in
      let families = named.collector.familyNames
      return names.isEmpty || families.isEmpty || !families.isDisjoint(with: names)
    }
    guard !asked.isEmpty else { return [] }
    return await withTaskGroup(of: Outcome.self) { group in
      for collector in asked { group.addTask { await self.ask(collector, within: limit) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func ask(_ collector: Registry.NamedCollector, within limit: Duration) async -> Outcome {
    let start = ContinuousClock.now
    func outcome(_ result: Result<Families, any Error>) -> Outcome {
      Outcome(collector: collector.name, result: result, duration: ContinuousClock.now - start)
    }
    let (run, isOwn) = self.run(of: collector, at: start)
    guard isOwn || start - run.start < limit else {
      return outcome(.failure(Unanswered(description: "has not returned since an earlier scrape")))
    }
    let answer = await offLoop(within: limit, timer: timer) { try await run.task.value }
    if isOwn, case .deadlineExceeded = answer { run.task.cancel() }
    switch answer {
    case .finished(let families): return outcome(.success(families))
    case .failed(let error): return outcome(.failure(error))
    case .deadlineExceeded: return outcome(.failure(Unanswered(description: "was late")))
    }
  }

  /// The run in progress, or a new one.
  private func run(
    of collector: Registry.NamedCollector, at now: ContinuousClock.Instant
  ) -> (Running, isOwn: Bool) {
    let (name, allowsUTF8) = (collector.name, allowsUTF8Names)
    return running.withLock { running in
      if let current = running[name] { return (current, false) }
      let task = Task.detached { [self] () throws -> Families in
        defer { self.running.withLock { $0[name] = nil } }
        return try await collector.collector.collect().map { family in
          Result { () throws(CollectedFamilyError) in
            try CheckedFamily(family, allowingUTF8: allowsUTF8)
          }
        }
      }
      let run = Running(task: task, start: now)
      running[name] = run
      return (run, true)
    }
  }

  /// What a scrape shows: what the registry held when it began, what collectors returned as far as its names are free,
  /// and how it went with each of them.
  func metrics(
    _ contents: Registry.Contents, _ reports: CollectorReports, _ outcomes: [Outcome],
    named names: Set<String>
  ) -> GatheredMetrics {
    var gathering = Gathering(contents)
    var successes: [(labelValue: String, number: Double)] = []
    for outcome in outcomes.sorted(by: { $0.collector < $1.collector }) {
      let problems = add(outcome, to: &gathering)
      for problem in problems.prefix(CollectorRun.mostLogged) {
        log("collector \(outcome.collector): \(problem)")
      }
      if problems.count > CollectorRun.mostLogged {
        let rest = problems.count - CollectorRun.mostLogged
        log("collector \(outcome.collector): \(rest) more of its families cannot be shown")
      }
      successes.append((outcome.collector.text, problems.isEmpty ? 1 : 0))
    }
    if !outcomes.isEmpty {
      let durations = outcomes.map { ($0.collector.text, $0.duration.seconds) }
      gathering.add(own: [
        CheckedFamily(own: reports.success, successes), CheckedFamily(own: reports.duration, durations),
      ])
    }
    return gathering.metrics(named: names)
  }

  /// How many lines a scrape logs of one collector, which may return any number of bad families.
  private static let mostLogged = 10

  /// Adds the families of a collector that can be shown, and says what was wrong with the rest.
  private func add(_ outcome: Outcome, to gathering: inout Gathering) -> [any Error] {
    var problems: [any Error] = []
    do {
      for family in try outcome.result.get() {
        do { try gathering.add(family.get()) } catch { problems.append(error) }
      }
    } catch {
      problems.append(error)
    }
    return problems
  }
}
