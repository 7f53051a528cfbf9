// Can a series be asked for without being made, and removed by the instrument?

@testable import MetricInstruments
import Testing

@Suite("The series of a bounded family")
struct ExistingSeriesTests {
  let registry: Registry

  init() throws { registry = try Registry() }

  @Test("are found without being made, for every number of labels")
  func existing() throws {
    let one = try registry.register(.counter("a_total", help: ""), byBounded: "a")
    #expect(one.existing("x") == nil)
    #expect(one.count == 0)
    #expect(one.existing("x") === nil)
    #expect(one.existing("x") !== one["x"])
    #expect(one.existing("x") === one["x"])
    let two = try registry.register(.gauge("b", help: ""), byBounded: "a", "b")
    #expect(two.existing("x", "y") == nil)
    #expect(two["x", "y"] === two.existing("x", "y"))
    let three = try registry.register(.gauge("c", help: ""), byBounded: "a", "b", "c")
    #expect(three.existing("x", "y", "z") == nil)
    #expect(three["x", "y", "z"] === three.existing("x", "y", "z"))
    let four = try registry.register(.histogram("d", help: ""), byBounded: "a", "b", "c", "d")
    #expect(four.existing("x", "y", "z", "") == nil)
    #expect(four["x", "y", "z", ""] === four.existing("x", "y", "z", ""))
    // What is shown alike is one series.
    #expect(one["a\0"] === one.existing("a\u{FFFD}"))
    #expect(one.existing("a\0") === one["a\0"])
  }

  @Test("that have no place of their own are not there, and other is once it is")
  func other() throws {
    let family = try registry.register(.counter("a_total", help: ""), byBounded: "a", limit: 1)
    _ = family["x"]
    #expect(family.existing("other") == nil)
    let other = family["y"]
    #expect(family.existing("y") == nil)
    #expect(family.existing("other") === other)
    #expect(!family.remove(other))
    #expect(registry.overflow.existing("a_total")?.value == 1)
  }

  @Test("stay no longer for having been asked for")
  func idle() throws {
    let clock = ManualNanoseconds()
    let family = try Registry(clock: clock.clock).register(.counter("a_total", help: ""), byBounded: "a")
    family["x"].increment()
    #expect(family.expireIdle(after: .seconds(10)) == 0)
    for _ in 0..<10 {
      clock.advance(by: .seconds(1))
      _ = family.existing("x")
    }
    #expect(family.expireIdle(after: .seconds(10)) == 1)
  }

  @Test("are removed by the instrument, once, and by no other of the same labels")
  func removal() throws {
    let family = try registry.register(.counter("a_total", help: ""), byBounded: "a", "b")
    let series = family["x", "y"]
    #expect(family.remove(series))
    #expect(!family.remove(series))
    series.increment()
    #expect(registry.rejected[.removedSeries].value == 1)
    let again = family["x", "y"]
    #expect(again !== series)
    #expect(!family.remove(series))
    #expect(family.existing("x", "y") === again)
    let elsewhere = try registry.register(.counter("b_total", help: ""), byBounded: "a", "b")
    #expect(!elsewhere.remove(again))
    let plain = try registry.register(.counter("c_total", help: ""))
    #expect(!elsewhere.remove(plain))
    #expect(family.remove(again))
    #expect(family.count == 0)
  }
}
