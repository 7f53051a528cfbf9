// Is a gauge the same to its users once its value is in several parts?

import ObservabilityPlatform
import Synchronization
import TestSupport
@testable import MetricInstruments
import Testing

@Suite("A gauge that is divided among threads")
struct DividedGaugeTests {
  let registry: Registry
  let gauge: Gauge

  init() throws {
    registry = try Registry()
    gauge = try registry.register(.gauge("depth", help: "Depth."))
    gauge.increment(by: 3)
    gauge.divide()
    gauge.decrement(by: 3)
  }

  @Test("does what an undivided one does", arguments: [UInt64.random(in: .min ... .max)])
  func sameAsUndivided(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let plain = try Registry()
    let other = try plain.register(.gauge("depth", help: "Depth."))
    let amounts: [Double] = [
      0, -0.0, 1, -1, 2.5, 0.1, 1e-300, 0x1p31, 0x1p46, -0x1p46, 0x1p52, 0x1p53, 1e18, 1e300, .nan, .infinity,
      -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    var held: [(GaugeGuard, GaugeGuard)] = []
    var largest = 1.0
    for step in 0..<2000 {
      let amount = amounts.randomElement(using: &generator) ?? 0
      switch Int.random(in: 0..<12, using: &generator) {
      case 0..<4:
        gauge.increment(by: amount)
        other.increment(by: amount)
      case 4..<7:
        gauge.decrement(by: amount)
        other.decrement(by: amount)
      case 7:
        gauge.set(amount)
        other.set(amount)
      case 8:
        held.append((gauge.track(by: amount), other.track(by: amount)))
      case 9:
        if let (one, two) = held.popLast() {
          one.end()
          two.end()
        }
      case 10: gauge.increment(by: -gauge.value); other.increment(by: -other.value)
      default: _ = Stripes.move()
      }
      // What a large value swallows is kept in a part: up to the last place of the largest since both were
      // alike.
      largest = max(largest, gauge.value.magnitude, other.value.magnitude)
      #expect(
        (gauge.value - other.value).magnitude <= largest * 1e-12, "seed \(seed), step \(step), \(amount)")
      if gauge.value != other.value {
        gauge.set(0)
        other.set(0)
        largest = 1
      }
      #expect(
        registry.rejected[.notFinite].integerValue == plain.rejected[.notFinite].integerValue, "seed \(seed)")
    }
    #expect(gauge.isDivided && !other.isDivided)
  }

  @Test("shows only values that it had: never -1 of what one thread raises and another lowers")
  func snapshots() {
    let gauge = gauge
    let raised = Atomic<Int>(0)
    let isOver = Flag()
    let seen = Locked<Set<Double>>([])
    onThreads(4) { index in
      switch index {
      case 0, 1:
        // One raises, the other lowers what was raised: between 0 and 1.
        for turn in 0..<10_000 {
          var spins = 0
          while raised.load(ordering: .acquiring) != turn * 2 + index {
            spins += 1
            if spins & 63 == 0 { sched_yield() }
          }
          if index == 0 { gauge.increment() } else { gauge.decrement() }
          raised.add(1, ordering: .releasing)
        }
        if index == 1 { isOver.set() }
      default:
        var own: Set<Double> = []
        while !isOver.isSet { own.insert(gauge.value) }
        seen.withLock { $0.formUnion(own) }
      }
    }
    #expect(seen.withLock { $0 }.isSubset(of: [0, 1]))
    #expect(gauge.value == 0)
  }

  @Test("loses nothing of many threads, be it whole, a fraction, or more than a part may hold")
  func contended() {
    let gauge = gauge
    onThreads(6) { index in
      for round in 0..<10_000 {
        let amount = [1, 0.5, 0x1p20, 0x1p38][round % 4]
        if index.isMultiple(of: 2) { gauge.increment(by: amount) } else { gauge.decrement(by: amount) }
      }
    }
    #expect(gauge.value == 0)
  }

  @Test("comes to what was set last and what was added since")
  func setBesideAdditions() {
    let gauge = gauge
    onThreads(4) { index in
      for _ in 0..<2000 { if index == 0 { gauge.set(1_000_000) } else { gauge.increment() } }
    }
    #expect(gauge.value >= 1_000_000 && gauge.value <= 1_006_000)
    gauge.set(0.1)
    #expect(gauge.value == 0.1)
  }

  @Test(
    "adds to the last value or to the refused, when it is divided and removed meanwhile", arguments: 0..<20)
  func removal(round: Int) throws {
    let registry = try Registry()
    let gauge = try registry.register(.gauge("g", help: ""))
    onThreads(5) { index in
      switch index {
      case 3:
        while gauge.value < Double(round * 50) { sched_yield() }
        gauge.divide()
      case 4:
        while gauge.value < Double(round * 100) { sched_yield() }
        gauge.markRemoved()
      default: for _ in 0..<5000 { gauge.increment() }
      }
    }
    #expect(gauge.isRemoved)
    #expect(gauge.value + registry.rejected[.removedSeries].value == 15_000)
    gauge.set(1)
    gauge.divide()
    #expect(gauge.value + registry.rejected[.removedSeries].value == 15_001)
  }

  @Test("is one that threads raise and lower at once, and none that one thread uses or that is only set")
  func division() throws {
    let registry = try Registry()
    let (alone, set, absent) = (
      try registry.register(.gauge("a", help: "")), try registry.register(.gauge("b", help: "")),
      try registry.register(.gauge("c", help: "", absentUntilSet: true))
    )
    for _ in 0..<100_000 { alone.increment() }
    onThreads(3) { _ in for value in 0..<10_000 { set.set(value) } }
    absent.divide()
    #expect(!alone.isDivided && !set.isDivided && !absent.isDivided && !absent.isSet)
  }

  @Test("keeps its series in use")
  func use() throws {
    let time = ManualNanoseconds()
    let family = try Registry(clock: time.clock).register(.gauge("g", help: ""), byBounded: "a")
    let gauge = family["x"]
    gauge.divide()
    family.expireIdle(after: .seconds(15))
    for _ in 0..<5 {
      gauge.increment()
      time.advance(by: .seconds(10))
      #expect(family.expireIdle(after: .seconds(15)) == 0)
    }
    time.advance(by: .seconds(20))
    #expect(family.expireIdle(after: .seconds(15)) == 1)
  }
}
