// Does counting by label values come to the same as counting by the counter that they find?

import ObservabilityPlatform
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
}
