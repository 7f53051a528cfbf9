// What does one thread do to a registry, and how does it scrape while it does it?

import TestSupport
import MailObservability
import ObservabilityPlatform
import Synchronization

/// One of the threads that record, remove and scrape. Used by one thread at a time.
final class ChurnWorker: @unchecked Sendable {
  let number: Int
  /// What was recorded into, kept so that nothing else gets its address, with the amount that one recording belongs to.
  private(set) var handles: [(instrument: MetricInstrument, amount: ChurnModel.Amount)] = []
  private let model: ChurnModel
  private let address: String
  private var generator: SeededGenerator
  private var seen: Set<ObjectIdentifier> = []
  /// Families that were registered once, and may have been unregistered since.
  private var keptCounters: [String: BoundedFamily<Counter, String>] = [:]
  private var keptWaits: BoundedFamily<Histogram, String>?
  private var guards: [(value: Int, guard: GaugeGuard)] = []
  /// How many guards are held for each value, and the fewest and most since a scrape began.
  private var held = [Int](repeating: 0, count: 3)
  private var leastHeld = [0, 0, 0]
  private var mostHeld = [0, 0, 0]
  private let gauges: BoundedFamily<Gauge, String>

  private enum Colour: String, ClosedLabel { case red, green }

  init(_ model: ChurnModel, number: Int, seed: UInt64, _ address: String) throws {
    self.model = model
    self.number = number
    self.address = address
    generator = SeededGenerator(seed: seed)
    gauges = try model.metrics.registry.register(
      .gauge("held\(number)", help: "Held by one thread."), byBounded: "v")
  }

  func work(rounds: Int) {
    for name in ChurnModel.counters + [ChurnModel.histogram] { fill(name) }
    for _ in 0..<rounds {
      for form in ScrapeForm.allCases.shuffled(using: &generator) {
        for _ in 0..<100 { step() }
        scrape(form)
      }
    }
    for (_, held) in guards { held.end() }
  }

  // MARK: - Everything but scraping

  private func random(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

  private func step() {
    let registry = model.metrics.registry
    let value = random(ChurnModel.values.count)
    let name = ChurnModel.counters[random(ChurnModel.counters.count)]
    switch random(100) {
    case 0 where random(8) == 0: _ = registry.unregister(name)
    case 1 where random(6) == 0: _ = registry.unregister(ChurnModel.histogram)
    case 2: _ = registry.unregister("closed_total")
    case 3...7: model.counters(name).remove(ChurnModel.values[value])
    case 8...9: model.waits.remove(ChurnModel.values[value])
    case 10 where random(4) == 0: model.time.nanoseconds.add(1_000_000_000, ordering: .relaxed)
    case 11 where random(4) == 0: model.counters(name).expireIdle(after: .seconds(random(3)))
    case 12...24: record(ChurnModel.histogram, value)
    case 25...34: guardGauge()
    case 35...38: recordAgain()
    case 39...40: changeCollectors()
    case 41...48: model.variableAmount.record { model.variable.add(1) }
    case 49...58:
      let number = random(8)
      model.steadyAmounts[number].record { model.steady["\(number)"].increment() }
    case 59...62: recordClosed()
    case 63:
      let hasTrace = random(2) == 0
      registry.setExemplarSource { hasTrace ? ["trace_id": "4bf92f3577b34da6"] : nil }
    case 64: _ = try? registry.register(.gauge("x\(random(20))", help: ""), byBounded: "a")
    case 65: registry.unregister("x\(random(20))")
    case 66: fill(random(2) == 0 ? name : ChurnModel.histogram)
    case 67...69: remake(name)
    default: record(name, value)
    }
  }

  private func record(_ instrument: MetricInstrument, _ family: String, _ value: Int) {
    guard let amount = model.amounts[family]?[ChurnModel.shown[value]] else { return }
    record(instrument, amount)
  }

  /// The family as it is, or as it was.
  private func counters(_ name: String) -> BoundedFamily<Counter, String> {
    if random(3) > 0, let kept = keptCounters[name] { return kept }
    let family = model.counters(name)
    keptCounters[name] = family
    return family
  }

  private var waits: BoundedFamily<Histogram, String> {
    if random(3) > 0, let keptWaits { return keptWaits }
    keptWaits = model.waits
    return model.waits
  }

  private func record(_ family: String, _ value: Int) {
    let text = ChurnModel.values[value]
    record(family == ChurnModel.histogram ? waits[text] : counters(family)[text], family, value)
  }

  /// Gives many of the values a series, so that a scrape takes several parts for one family.
  private func fill(_ family: String) {
    for value in ChurnModel.values.indices where random(3) > 0 { record(family, value) }
  }

  /// Removes series and makes them again at other places, before a slow reader or behind it.
  private func remake(_ family: String) {
    let values = (0..<40).map { _ in random(ChurnModel.values.count) }
    for value in values { model.counters(family).remove(ChurnModel.values[value]) }
    for value in values { record(family, value) }
  }

  private func recordClosed() {
    guard
      let family = try? model.metrics.registry.register(
        .counter("closed_total", help: ""), by: ("colour", Colour.self))
    else { return model.report("a closed family could not be registered") }
    record(family[random(2) == 0 ? .red : .green], model.closedAmount)
  }

  private func record(_ instrument: MetricInstrument, _ amount: ChurnModel.Amount) {
    if seen.insert(ObjectIdentifier(instrument)).inserted { handles.append((instrument, amount)) }
    amount.record {
      switch instrument {
      case let counter as Counter: if random(4) == 0 { counter.increment(by: 1) } else { counter.increment() }
      case let histogram as Histogram:
        histogram.observe(ChurnModel.observations[random(ChurnModel.observations.count)])
      default: model.report("what is \(instrument)?")
      }
    }
  }

  /// Records through a handle that was kept, and may be removed since.
  private func recordAgain() {
    guard !handles.isEmpty else { return }
    let (instrument, amount) = handles[random(handles.count)]
    record(instrument, amount)
  }

  private func guardGauge() {
    if random(2) == 0, !guards.isEmpty {
      let (value, ended) = guards.remove(at: random(guards.count))
      ended.end()
      held[value] -= 1
      leastHeld[value] = min(leastHeld[value], held[value])
    } else {
      let value = random(held.count)
      guards.append((value, gauges["\(value)"].track()))
      held[value] += 1
      mostHeld[value] = max(mostHeld[value], held[value])
    }
    // A gauge that is held stays, however often it is looked for idle ones.
    if random(8) == 0 { gauges.expireIdle(after: .zero) }
  }

  private func changeCollectors() {
    let collector = model.passing[random(model.passing.count)]
    if random(2) == 0 {
      // It may be there already.
      try? model.metrics.registry.add(collector)
    } else {
      model.metrics.registry.removeCollector(named: collector.name)
    }
  }

  // MARK: - Scraping

  /// Reads in small pieces, between which everything goes on.
  private func scrape(_ form: ScrapeForm) {
    (leastHeld, mostHeld) = (held, held)
    let least = model.least
    do {
      let read = try form.read(at: address, pieces: { random(8000) + 1 }) {
        for _ in 0..<random(6) { step() }
      }
      guard let read else { return }
      model.judge(read, since: least)
      for value in held.indices {
        let shown = read.number("m_held\(number)", "v", "\(value)") ?? 0
        if shown < Double(leastHeld[value]) || shown > Double(mostHeld[value]) {
          model.report("\(leastHeld[value]) to \(mostHeld[value]) guards are held, \(shown) are shown")
        }
      }
    } catch {
      model.report("\(form): \(error)")
    }
  }
}
