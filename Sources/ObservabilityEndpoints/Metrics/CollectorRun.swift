// How are collectors asked: all at once, off the loop, and none longer than the scrape has?

import ObservabilityPlatform
import MetricExposition
import MetricInstruments

/// Asks collectors on behalf of scrapes.
///
/// How long a scrape waits is its own affair; what it waits for is shared, see ``CollectorFlights``.
final class CollectorRun: Sendable {
  private let timer: any OneShotTimer
  private let log: @Sendable (String) -> Void
  private let flights: CollectorFlights

  /// Each family as it can be shown, or why it cannot: what is wrong with one costs the others nothing.
  typealias Families = [Result<CheckedFamily, CollectedFamilyError>]

  /// How it went with one collector.
  struct Outcome: Sendable {
    let collector: LabelText
    let result: Result<Families, any Error>
    let duration: Duration
  }

  /// - Parameter limit: how long a collector may take, whichever scrape asked first.
  init(
    allowsUTF8Names: Bool, within limit: Duration, timer: any OneShotTimer,
    log: @escaping @Sendable (String) -> Void
  ) {
    self.timer = timer
    self.log = log
    flights = CollectorFlights(allowsUTF8Names: allowsUTF8Names, within: limit, timer: timer)
  }

  /// Asks those that may have families of these names, or all, and waits for them until the limit.
  func ask(
    _ collectors: [Registry.NamedCollector], within limit: Duration, names: Set<String>
  ) async -> [Outcome] {
    let asked = collectors.filter { named in
      let families = named.familyNames
      return names.isEmpty || families.isEmpty || !families.isDisjoint(with: names)
    }
    guard !asked.isEmpty else { return [] }
    let answers = CollectorAnswers(asked)
    let flights = flights
    _ = await outcome(within: limit, timer: timer) { end in
      answers.begin { end(.finished(())) }
      let waiters = asked.indices.map { index in
        flights.join(asked[index]) { answers.add($0, at: index) }
      }
      return { for (waiter, named) in zip(waiters, asked) { flights.leave(waiter, of: named.name) } }
    }
    return answers.close()
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
