// How are collectors asked: the host's on the pool, as long as it runs, and the library's own beside it?

import ObservabilityPlatform
import MetricExposition
import MetricInstruments

/// Asks collectors on behalf of scrapes.
///
/// How long a scrape waits is its own affair; what it waits for is shared, see ``CollectorFlights``.
final class CollectorRun: Sendable {
  let memory: CollectedMemory
  /// The families about collectors as they were last made.
  private let lastReports = Locked<Reports?>(nil)
  private let timer: any OneShotTimer
  private let log: @Sendable (String) -> Void
  let flights: CollectorFlights
  private let runLimit: Duration
  private let poolDelay: @Sendable () -> Duration

  private struct Reports {
    var success: CheckedFamily
    var duration: CheckedFamily
    /// How it went with each collector that was asked.
    var outcomes: [(name: LabelText, isSuccess: Bool, duration: Duration)] = []
  }

  /// Each family as it can be shown, or why it cannot: what is wrong with one costs the others nothing.
  typealias Families = [Result<CheckedFamily, CollectedFamilyError>]

  /// How it went with one collector.
  struct Outcome: Sendable {
    let collector: LabelText
    /// Whether the registry keeps the names of what it returned for it.
    let hasClaims: Bool
    let result: Result<Families, any Error>
    let duration: Duration
    /// Whether it comes after all others, and gets the names that these have left.
    var givesWay = false

    var familyCount: Int { (try? result.get().count) ?? 0 }
  }

  /// - Parameter limit: how long a collector may take, whichever scrape asked first.
  init(
    _ registry: Registry, within limit: Duration, timer: any OneShotTimer, settings: EndpointSettings,
    log: @escaping @Sendable (String) -> Void
  ) {
    self.timer = timer
    self.log = log
    runLimit = limit
    memory = CollectedMemory(registry)
    poolDelay = settings.poolDelay
    flights = CollectorFlights(memory, within: limit, timer: timer, settings: settings)
  }

  /// Asks those that need the pool, as far as they may have families of these names, and waits for them until the limit.
  ///
  /// Those that have not come to run when the pool has had time for it, and all of them once the pool is stuck, are waited
  /// for no longer: the rest of the scrape is what people want to see then. How much time that is follows the pool, see
  /// ``PoolPatience``.
  func ask(
    _ collectors: [Registry.NamedCollector], within limit: Duration, names: Set<String>
  ) async -> [Outcome] {
    let asked = collectors.filter { $0.synchronous == nil && $0.mayHave(names) }
    guard !asked.isEmpty else { return [] }
    let answers = CollectorAnswers(asked)
    let (flights, poolDelay, patience) = (flights, poolDelay, flights.patience)
    // What has a thread of its own may have an answer all the same.
    let wasStuck = poolDelay() >= patience
    let number = flights.nextNumber()
    for (index, collector) in asked.enumerated() {
      if wasStuck, collector.executor == nil {
        answers.add(.failure(CollectorFlights.Unanswered.poolIsStuck), at: index)
      } else {
        flights.join(collector, .init(answers: answers, index: index), as: number)
      }
    }
    // Nor longer than a run may take, so that what it has begun has a deadline.
    let waited = await answers.wait(within: min(limit, runLimit), timer: timer, every: patience) { answers in
      let isStuck = poolDelay() >= patience
      for index in asked.indices {
        if isStuck {
          answers.add(.failure(CollectorFlights.Unanswered.poolIsStuck), at: index)
        } else if !flights.hasBegun(asked[index]) {
          answers.add(.failure(CollectorFlights.Unanswered.notBegun), at: index)
        }
      }
    }
    for collector in asked { flights.leave(number, of: collector.id, after: waited) }
    return answers.close(.late)
  }

  /// Reads those that need no task, as far as they may have families of these names, on the calling thread.
  private func read(
    _ collectors: [Registry.NamedCollector], names: Set<String>, into outcomes: inout [Outcome]
  ) {
    for named in collectors where named.mayHave(names) {
      guard let collector = named.synchronous else { continue }
      let start = ContinuousClock.now
      let result = Result { try memory.checked(collector.read(), of: named.id) }
      outcomes.append(
        Outcome(
          collector: named.name, hasClaims: named.hasClaims, result: result,
          duration: ContinuousClock.now - start, givesWay: collector.givesWay))
    }
  }

  /// What a scrape shows: what the registry held when it began, what collectors returned as far as its names are free,
  /// and how it went with each of them. The library's own are read now.
  ///
  /// - Parameter own: collectors that are in no registry.
  func metrics(
    _ contents: Registry.Contents, own: [Registry.NamedCollector] = [], _ reports: CollectorReports,
    _ outcomes: [Outcome], named names: Set<String>
  ) -> GatheredMetrics {
    memory.keepOnly(contents.collectors, own)
    var outcomes = outcomes
    outcomes.reserveCapacity(outcomes.count + contents.collectors.count + own.count)
    read(contents.collectors, names: names, into: &outcomes)
    read(own, names: names, into: &outcomes)
    outcomes.sort { $0.givesWay == $1.givesWay ? $0.collector < $1.collector : $1.givesWay }
    var gathering = Gathering(contents, expecting: 2 + outcomes.reduce(0) { $0 + $1.familyCount })
    // Taken out, so that its memory can be used again.
    var report =
      lastReports.withLock { $0.take() }
      ?? Reports(success: CheckedFamily(own: reports.success), duration: CheckedFamily(own: reports.duration))
    report.outcomes.removeAll(keepingCapacity: true)
    for outcome in outcomes {
      let problems = add(outcome, to: &gathering)
      for problem in problems.prefix(CollectorRun.mostLogged) {
        log("collector \(outcome.collector): \(problem)")
      }
      if problems.count > CollectorRun.mostLogged {
        let rest = problems.count - CollectorRun.mostLogged
        log("collector \(outcome.collector): \(rest) more of its families cannot be shown")
      }
      report.outcomes.append((outcome.collector, problems.isEmpty, outcome.duration))
    }
    if !outcomes.isEmpty {
      let (count, went) = (report.outcomes.count, report.outcomes)
      report.success.update(own: reports.success, count, label: { went[$0].name.text }) {
        went[$0].isSuccess ? 1 : 0
      }
      report.duration.update(own: reports.duration, count, label: { went[$0].name.text }) {
        went[$0].duration.seconds
      }
      gathering.add(own: report.success)
      gathering.add(own: report.duration)
    }
    lastReports.withLock { $0 = report }
    return gathering.takeMetrics(named: names)
  }

  /// How many lines a scrape logs of one collector, which may return any number of bad families.
  private static let mostLogged = 10

  /// Adds the families of a collector that can be shown, and says what was wrong with the rest.
  private func add(_ outcome: Outcome, to gathering: inout Gathering) -> [any Error] {
    switch outcome.result {
    case .success(let families): gathering.add(families, areClaimed: outcome.hasClaims)
    case .failure(let error): [error]
    }
  }
}
