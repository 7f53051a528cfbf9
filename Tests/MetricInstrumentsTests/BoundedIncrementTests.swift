// Does counting by label values come to the same as counting by the counter that they find?

import ObservabilityPlatform
import Synchronization
import TestSupport
@testable import MetricInstruments
import Testing

@Suite("An increment by label values")
struct BoundedIncrementTests {
  let registry: Registry

  init() throws { registry = try Registry(namespace: "mail") }

  @Test("goes where the look-up goes, for each number of labels, and makes the series that is not there")
  func sameSeries() throws {
    let one = try registry.register(.counter("one_total", help: ""), byBounded: "a")
    let two = try registry.register(.counter("two_total", help: ""), byBounded: "a", "b")
    let three = try registry.register(.counter("three_total", help: ""), byBounded: "a", "b", "c")
    let four = try registry.register(.counter("four_total", help: ""), byBounded: "a", "b", "c", "d")
    for _ in 0..<3 {
      one.increment("x")
      two.increment("x", "y")
      three.increment("x", "y", "z")
      four.increment("x", "y", "z", "")
    }
    #expect(one["x"].value == 3)
    #expect(two["x", "y"].value == 3)
    #expect(three["x", "y", "z"].value == 3)
    #expect(four["x", "y", "z", ""].value == 3)
    #expect([one.count, two.count, three.count, four.count] == [1, 1, 1, 1])
  }

  @Test("past the limit goes to other, and on a removed family is refused and counted")
  func limits() throws {
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a", limit: 1)
    for value in ["x", "y", "z", String(repeating: "l", count: 2000)] { family.increment(value) }
    #expect(family["x"].value == 1)
    #expect(family["other"].value == 3)
    #expect(registry.rejected[.invalidLabel].value == 1)
    #expect(registry.unregister("x_total"))
    family.increment("x")
    family.increment("new")
    #expect(registry.rejected[.removedSeries].value == 2)
  }

  @Test("keeps its series in use")
  func use() throws {
    let time = ManualNanoseconds()
    let registry = try Registry(clock: time.clock)
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a")
    for _ in 0..<5 {
      family.increment("x")
      time.advance(by: .seconds(10))
      #expect(family.expireIdle(after: .seconds(15)) == 0)
    }
    #expect(family["x"].value == 5)
  }

  @Test("of one hot value is lost by no thread while that series is removed and made again")
  func removal() throws {
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a")
    let removed = Locked<[Counter]>([])
    onThreads(4) { index in
      for round in 0..<20_000 {
        if index < 3 {
          family.increment("hot")
        } else if round % 50 == 0 {
          // Nobody else removes, so this one saw every series that there was.
          let series = family["hot"]
          family.remove("hot")
          removed.withLock { $0.append(series) }
        }
      }
    }
    let counted = removed.withLock { $0.reduce(0) { $0 + $1.integerValue } } + family["hot"].integerValue
    #expect(counted + registry.rejected[.removedSeries].integerValue == 60_000)
  }

  @Test("is counted whatever the lengths of its values, and wherever their bytes lie")
  func values() throws {
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a", "b")
    let long = String(repeating: "l", count: 40)
    for value in ["", "x", "fifteen bytes..", "sixteen bytes...", long, "\u{E9}", "a\0b"] {
      family.increment(value, long)
      family.increment(String(value.dropFirst(0)), long[...].description)
      #expect(family[value, long].value == 2)
    }
  }

  @Test("of ten thousand threads that come and go, more than there are stripes at a time, is lost by none")
  func manyThreads() throws {
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a")
    let gauge = try registry.register(.gauge("g", help: ""))
    let histogram = try registry.register(.histogram("h", help: "", buckets: [1]))
    gauge.divide()
    for _ in 0..<100 {
      onThreads(100) { index in
        family.increment("hot")
        family.increment("v\(index)")
        gauge.increment()
        histogram.observe(1)
      }
    }
    #expect(family["hot"].value == 10_000)
    #expect((0..<100).allSatisfy { family["v\($0)"].value == 100 })
    #expect(gauge.value == 10_000)
    #expect(histogram.snapshot.count == 10_000)
  }

  @Test("never reaches a counter that is gone: additions, removals, expiry and new series at once")
  func churn() throws {
    let time = ManualNanoseconds()
    let registry = try Registry(clock: time.clock)
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a", limit: 8)
    let expiring = try registry.register(.counter("y_total", help: ""), byBounded: "a", limit: 8)
    let removed = Locked<[Counter]>([])
    onThreads(6) { index in
      for round in 0..<3000 {
        switch index {
        case 0, 1:
          if let series = family.existing("v\((round + index) % 10)"), family.remove(series) {
            removed.withLock { $0.append(series) }
          }
          time.advance(by: .seconds(1))
          expiring.expireIdle(after: .zero)
        case 2: _ = series(of: "x_total", in: registry)
        default:
          family.increment("v\((round * 7 + index) % 10)")
          expiring.increment("v\((round * 7 + index) % 10)")
        }
      }
    }
    var counted = removed.withLock { $0.reduce(0) { $0 + $1.integerValue } }
    for value in (0..<10).map({ "v\($0)" }) + ["other"] {
      counted += family.existing(value)?.integerValue ?? 0
    }
    // Refusals of both families are counted together.
    let refused = registry.rejected[.removedSeries].integerValue
    #expect(counted <= 9000 && counted + refused >= 9000)
    #expect(family.count <= 9 && expiring.count <= 9)
  }

  @Test("past what a word holds is exact, and refused past the limit")
  func limit() throws {
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "a")
    let counter = family["x"]
    counter.base.store((1 << 55) - 100, ordering: .relaxed)
    onThreads(4) { _ in for _ in 0..<1000 { family.increment("x") } }
    #expect(counter.integerValue == (1 << 55) + 3900)
    counter.increment(by: UInt64(Int64.max) - counter.integerValue)
    family.increment("x")
    #expect(counter.integerValue == UInt64(Int64.max))
    #expect(registry.rejected[.tooLarge].value == 1)
  }
}
