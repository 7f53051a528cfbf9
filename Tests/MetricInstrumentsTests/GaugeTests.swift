// Does a gauge hold what was set, and does what is tracked end once?

import TestSupport
@testable import MetricInstruments
import Testing

@Suite("A gauge")
struct GaugeTests {
  let registry: Registry
  let gauge: Gauge

  init() throws {
    registry = try Registry()
    gauge = try registry.register(.gauge("depth", help: "Depth."))
  }

  @Test("is set, raised and lowered")
  func basics() {
    gauge.set(5)
    gauge.increment()
    gauge.decrement(by: 2.5)
    #expect(gauge.value == 3.5)
    gauge.set(-7)
    #expect(gauge.value == -7)
  }

  @Test("keeps its value when given what is not finite", arguments: [Double.nan, .infinity, -.infinity])
  func refuses(value: Double) {
    gauge.set(3)
    gauge.set(value)
    gauge.increment(by: value)
    gauge.decrement(by: value)
    #expect(gauge.value == 3)
    #expect(registry.rejected[.notFinite].value == 3)
  }

  @Test("keeps its value when a sum would not be finite")
  func overflow() {
    gauge.set(Double.greatestFiniteMagnitude)
    gauge.increment(by: Double.greatestFiniteMagnitude)
    #expect(gauge.value == Double.greatestFiniteMagnitude)
    #expect(registry.rejected[.notFinite].value == 1)
  }

  @Test("loses nothing of many threads")
  func contended() {
    let gauge = gauge
    onThreads(4) { index in
      for _ in 0..<50_000 { if index.isMultiple(of: 2) { gauge.increment() } else { gauge.decrement() } }
    }
    #expect(gauge.value == 0)
  }

  @Test("goes back when a guard ends, once however often it is ended")
  func guardEnds() {
    let first = gauge.track()
    let second = gauge.track(by: 3)
    #expect(gauge.value == 4)
    second.end()
    second.end()
    #expect(gauge.value == 1)
    first.end()
    #expect(gauge.value == 0)
  }

  @Test("goes back when the last reference to a guard goes away")
  func guardDropped() {
    do {
      let kept = gauge.track()
      #expect(gauge.value == 1)
      _ = kept
    }
    #expect(gauge.value == 0)
  }

  @Test("is not moved by a guard of what is not finite")
  func guardOfNaN() {
    gauge.track(by: .nan).end()
    #expect(gauge.value == 0)
  }

  @Test("ends a guard once when many threads end it")
  func guardRace() {
    for _ in 0..<200 {
      let tracked = gauge.track()
      onThreads(2) { _ in tracked.end() }
    }
    #expect(gauge.value == 0)
  }

  @Test("that starts absent is there once it was set")
  func absent() throws {
    let limit = try registry.register(.gauge("limit", help: "", absentUntilSet: true))
    #expect(!limit.isSet)
    #expect(limit.value == 0)
    limit.increment(by: 2)
    #expect(limit.isSet)
    #expect(limit.value == 2)
  }

  @Test("that was removed refuses what comes after")
  func removed() {
    gauge.set(4)
    gauge.markRemoved()
    gauge.set(5)
    gauge.increment()
    #expect(gauge.isRemoved)
    #expect(registry.rejected[.removedSeries].value == 2)
  }

  @Test("that is removed keeps its last value for who still reads it, and stays absent if it never had one")
  func removedValue() throws {
    gauge.set(42)
    gauge.markRemoved()
    gauge.markRemoved()
    #expect(gauge.value == 42)
    let never = try registry.register(.gauge("never", help: "", absentUntilSet: true))
    never.markRemoved()
    #expect(!never.isSet)
  }

  @Test(
    "comes back to what it was when guards of any size end, in any order", arguments: [0.1, 1e-9, 1.0 / 3, 2])
  func guardsDoNotDrift(amount: Double) {
    gauge.set(7)
    var guards = (1...10).map { gauge.track(by: amount * Double($0)) }
    guards.append(gauge.track())
    guards.shuffle()
    for tracked in guards { tracked.end() }
    #expect(gauge.value == 7)
  }

  @Test(
    "comes back to what it was when guards end, whatever their fractions", arguments: [0.1, 1e-17, 1 / 3.0])
  func fractions(amount: Double) throws {
    let gauge = try Registry().register(.gauge("g", help: ""))
    gauge.set(5)
    let guards = (1...10).map { gauge.track(by: amount * Double($0)) }
    for held in guards.shuffled() { held.end() }
    #expect(gauge.value == 5)
  }

  @Test("is not lowered by a guard whose amount was refused")
  func refusedGuard() {
    gauge.set(Double.greatestFiniteMagnitude)
    let tracked = gauge.track(by: Double.greatestFiniteMagnitude)
    gauge.set(1)
    tracked.end()
    #expect(gauge.value == 1)
  }

  @Test("loses nothing that is recorded while it is removed")
  func removedWhileRecording() {
    let (gauge, registry) = (gauge, registry)
    onThreads(3) { index in
      if index == 2 {
        while gauge.value < 1000 {}
        gauge.markRemoved()
      } else {
        for _ in 0..<20_000 { gauge.increment() }
      }
    }
    #expect(gauge.value + registry.rejected[.removedSeries].value == 40_000)
  }
}
