// Is every recording found again, in a value or in a count of refusals, whatever else happens to the registry?

@testable import MetricInstruments
import ObservabilityPlatform
import TestSupport
import Synchronization
import Testing

@Suite("A registry under everything at once")
struct RecordingModelTests {
  /// What was done, counted by those who did it.
  private final class Tally: Sendable {
    let offered = Atomic<UInt64>(0)
    let handles = Locked<[ObjectIdentifier: Counter]>([:])

    func increment(_ counter: Counter) {
      offered.add(1, ordering: .relaxed)
      handles.withLock { $0[ObjectIdentifier(counter)] = counter }
      counter.increment()
    }
  }

  @Test("loses no recording and counts none twice", arguments: [UInt64.random(in: .min ... .max)])
  func conservation(seed: UInt64) throws {
    let time = ManualNanoseconds()
    let registry = try Registry(clock: time.clock)
    let tally = Tally()
    let problems = Locked<[String]>([])
    let gauges = try registry.register(.gauge("held", help: ""), byBounded: "a")

    onThreads(7) { index in
      var generator = SeededGenerator(seed: seed &+ UInt64(index))
      for _ in 0..<1000 {
        let name = "f\(Int.random(in: 0..<3, using: &generator))_total"
        let value = "v\(Int.random(in: 0..<40, using: &generator))"
        guard
          let family = try? registry.register(
            .counter(name, help: ""), byBounded: "a", limit: 30, idleTimeout: .seconds(3))
        else { return problems.withLock { $0.append("\(name) could not be registered") } }
        switch (index, Int.random(in: 0..<20, using: &generator)) {
        case (0, 0): registry.unregister(name)
        case (1, 0...3): family.remove(value)
        case (2, 0...1):
          time.advance(by: .seconds(1))
          registry.expireIdleSeries()
        case (3, _):
          let tracked = gauges[value].track(by: 0.1)
          time.advance(by: .milliseconds(100))
          gauges.expireIdle(after: .zero)
          gauges.expireIdle(after: .zero)
          if gauges[value].value < 0.1 { problems.withLock { $0.append("a held gauge went away") } }
          tracked.end()
        case (4, 0...1):
          // A scrape: no family and no series twice, nothing more than was offered.
          let families = registry.families
          if Set(families.map { LabelText($0.descriptor.name) }).count < families.count {
            problems.withLock { $0.append("a family twice") }
          }
          var sum: UInt64 = 0
          for family in families where family.descriptor.shape != .own {
            var seen: Set<[LabelText]> = []
            for series in series(of: family) {
              if !seen.insert(series.labels.values.map { LabelText($0) }).inserted {
                problems.withLock { $0.append("\(series.labels.values) twice") }
              }
              sum += (series as? Counter)?.integerValue ?? 0
            }
          }
          if sum > tally.offered.load(ordering: .acquiring) { problems.withLock { $0.append("too much") } }
        default: tally.increment(family[value])
        }
      }
    }
    #expect(problems.withLock { $0 } == [], "seed \(seed)")
    // An amount is in the last value of the instrument that it was given to, or refused and counted.
    let accepted = tally.handles.withLock { $0.values.reduce(UInt64(0)) { $0 + $1.integerValue } }
    let refused = registry.rejected[.removedSeries].integerValue
    #expect(accepted + refused == tally.offered.load(ordering: .acquiring), "seed \(seed)")
    series(of: "held", in: registry).compactMap { $0 as? Gauge }.forEach {
      #expect($0.value == 0, "seed \(seed)")
    }
  }
}
