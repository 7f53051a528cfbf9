// How are collectors asked: the host's on the pool, as long as it runs, and the library's own beside it?

import ObservabilityPlatform
import MetricExposition
import MetricInstruments

/// Asks collectors on behalf of scrapes.
///
/// How long a scrape waits is its own affair; what it waits for is shared, see ``CollectorFlights``.
final class CollectorRun: Sendable {
  private let check: CollectedFamilyCheck
  private let timer: any OneShotTimer
  private let log: @Sendable (String) -> Void
  private let flights: CollectorFlights
  private let poolDelay: @Sendable () -> Duration
  private let patience: Duration

  /// Each family as it can be shown, or why it cannot: what is wrong with one costs the others nothing.
  typealias Families = [Result<CheckedFamily, CollectedFamilyError>]

  /// How it went with one collector.
  struct Outcome: Sendable {
    let collector: LabelText
    /// Whether the registry keeps the names of what it returned for it.
    let hasClaims: Bool
    let result: Result<Families, any Error>
    let duration: Duration
  }

  /// - Parameter limit: how long a collector may take, whichever scrape asked first.
  init(
    _ registry: Registry, within limit: Duration, timer: any OneShotTimer, settings: EndpointSettings,
    log: @escaping @Sendable (String) -> Void
  ) {
    self.timer = timer
    self.log = log
    check = CollectedFamilyCheck(registry)
    poolDelay = settings.poolDelay
    patience = settings.poolPatience
    flights = CollectorFlights(check, within: limit, timer: timer)
  }

  /// Asks those that need the pool, as far as they may have families of these names, and waits for them until the limit.
  ///
  /// Those that have not come to run when the pool has had time for it, and all of them once the pool is stuck, are waited
  /// for no longer: the rest of the scrape is what people want to see then.
  func ask(
    _ collectors: [Registry.NamedCollector], within limit: Duration, names: Set<String>
  ) async -> [Outcome] {
    let asked = collectors.filter { $0.synchronous == nil && $0.mayHave(names) }
    guard !asked.isEmpty else { return [] }
    let answers = CollectorAnswers(asked)
    let (flights, poolDelay, patience) = (flights, poolDelay, patience)
    guard poolDelay() < patience else { return answers.close(.poolIsStuck) }
    _ = await outcome(within: limit, timer: timer) { end in
      answers.begin { end(.finished(())) }
      let waiters = asked.indices.map { index in
        flights.join(asked[index]) { answers.add($0, at: index) }
      }
      let watch = RepeatingTimer(every: patience, on: timer) {
        let isStuck = poolDelay() >= patience
        for index in asked.indices where isStuck || !flights.hasBegun(asked[index]) {
          answers.add(.failure(CollectorFlights.Unanswered.poolIsStuck), at: index)
        }
      }
      return {
        watch.stop()
        for (waiter, named) in zip(waiters, asked) { flights.leave(waiter, of: named) }
      }
    }
    return answers.close(.late)
  }

  /// Reads those that need no task, as far as they may have families of these names, on the calling thread.
  private func read(_ collectors: [Registry.NamedCollector], names: Set<String>) -> [Outcome] {
    collectors.compactMap { named in
      guard let collector = named.synchronous, named.mayHave(names) else { return nil }
      let start = ContinuousClock.now
      let result = Result { try check(collector.read()) }
      return Outcome(
        collector: named.name, hasClaims: named.hasClaims, result: result,
        duration: ContinuousClock.now - start)
    }
  }

  /// What a scrape shows: what the registry held when it began, what collectors returned as far as its names are free,
  /// and how it went with each of them. The library's own are read now.
  func metrics(
    _ contents: Registry.Contents, _ reports: CollectorReports, _ outcomes: [Outcome],
    named names: Set<String>
  ) -> GatheredMetrics {
    let outcomes = outcomes + read(contents.collectors, names: names)
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
    switch outcome.result {
    case .success(let families): gathering.add(families, areClaimed: outcome.hasClaims)
    case .failure(let error): [error]
    }
  }
}
