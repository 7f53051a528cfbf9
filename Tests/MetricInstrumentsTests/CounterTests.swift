// Is every amount counted exactly once, by however many threads?

import Synchronization
import TestSupport
@testable import MetricInstruments
import Testing

@Suite("A counter")
struct CounterTests {
  let registry: Registry
  let counter: Counter

  init() throws {
    registry = try Registry()
    counter = try registry.register(.counter("things_total", help: "Things."))
  }

  private func rejected(_ reason: RejectionReason) -> Double { registry.rejected[reason].value }

  @Test("adds integers exactly, far beyond what a Double can hold")
  func exact() {
    counter.increment(by: UInt64(1) << 62)
    counter.increment()
    counter.increment(by: 2)
    #expect(counter.integerValue == (UInt64(1) << 62) + 3)
  }

  @Test("keeps integers exact when fractions are recorded beside them")
  func mixed() {
    counter.increment(by: UInt64(1) << 60)
    counter.increment(by: 0.5)
    counter.increment(by: 2.25)
    counter.increment()
    #expect(counter.integerValue == (UInt64(1) << 60) + 3)
    #expect(counter.value == Double((UInt64(1) << 60) + 3) + 0.75)
  }

  @Test(
    "refuses an amount that makes no sense, and counts it",
    arguments: [
      (Double.nan, RejectionReason.notFinite), (.infinity, .notFinite), (-.infinity, .notFinite),
      (-0.001, .negative), (-1e300, .negative), (1e300, .tooLarge), (0x1p63, .tooLarge),
    ])
  func refusesDoubles(amount: Double, reason: RejectionReason) {
    counter.increment(by: amount)
    #expect(counter.value == 0)
    #expect(rejected(reason) == 1)
  }

  @Test("takes zero and negative zero as nothing")
  func zero() {
    counter.increment(by: 0.0)
    counter.increment(by: -0.0)
    counter.increment(by: 0)
    #expect(counter.value == 0)
    #expect(RejectionReason.allCases.allSatisfy { rejected($0) == 0 })
  }

  @Test("refuses a negative integer")
  func refusesNegative() {
    counter.increment(by: -1)
    counter.increment(by: Int.min)
    #expect(counter.value == 0)
    #expect(rejected(.negative) == 2)
  }

  @Test("refuses what would carry it to 2^63, and keeps what it had")
  func refusesOverflow() {
    counter.increment(by: UInt64.max)
    #expect(counter.integerValue == 0)
    counter.increment(by: UInt64(Int64.max))
    #expect(counter.integerValue == UInt64(Int64.max))
    counter.increment()
    counter.increment(by: 7)
    counter.increment(by: UInt64(1) << 40)
    #expect(counter.integerValue == UInt64(Int64.max))
    #expect(rejected(.tooLarge) == 4)
  }

  @Test("loses no increment of many threads that fight over it", arguments: [2, 4, 8])
  func contended(threads: Int) {
    let counter = counter
    onThreads(threads) { _ in for _ in 0..<100_000 { counter.increment() } }
    #expect(counter.integerValue == UInt64(threads) * 100_000)
  }

  @Test("loses no fraction of many threads")
  func contendedFractions() {
    let counter = counter
    onThreads(4) { _ in for _ in 0..<20_000 { counter.increment(by: 0.25) } }
    #expect(counter.value == 20_000)
  }

  @Test("never shows less than it showed before while threads record")
  func monotone() {
    let counter = counter
    let done = Flag()
    let went = Flag()
    onThreads(3) { index in
      if index < 2 {
        for _ in 0..<200_000 { counter.increment() }
        done.set()
      } else {
        var last: UInt64 = 0
        while !done.isSet {
          let now = counter.integerValue
          if now < last { went.set() }
          last = now
        }
      }
    }
    #expect(!went.isSet, "the value went down")
  }

  @Test("that is removed refuses every amount from then on, and loses none before", arguments: [1, 4])
  func removedWhileRecording(threads: Int) {
    let counter = counter
    let registry = registry
    let total = UInt64(threads) * 50_000
    onThreads(threads + 1) { index in
      if index == threads {
        while counter.integerValue < 1000 {}
        counter.markRemoved()
      } else {
        for _ in 0..<50_000 { counter.increment() }
      }
    }
    #expect(counter.isRemoved)
    #expect(counter.integerValue + registry.rejected[.removedSeries].integerValue == total)
    let after = counter.integerValue
    counter.increment(by: 0.5)
    #expect(counter.value == Double(after))
  }

  @Test("that is removed refuses nothing as well")
  func zeroAfterRemoval() {
    counter.markRemoved()
    counter.increment(by: 0)
    counter.increment(by: 0.0)
    #expect(rejected(.removedSeries) == 2)
  }

  @Test("is exact up to its limit, for threads at once, divided or not", arguments: [false, true])
  func limit(isDivided: Bool) {
    let counter = counter
    if isDivided { counter.divide() }
    // As much as seals a word without a large amount; the rest is counted one by one.
    counter.base.store((1 << 55) - 5, ordering: .relaxed)
    onThreads(4) { _ in for _ in 0..<1000 { counter.increment() } }
    for _ in 0..<300 { counter.increment(by: 1) }
    #expect(counter.integerValue == (1 << 55) + 4295)
    counter.increment(by: UInt64(Int64.max) - (1 << 55) - 4295 - 10)
    if isDivided, rejected(.tooLarge) > 0 { return }
    onThreads(4) { _ in for _ in 0..<1000 { counter.increment() } }
    #expect(counter.integerValue == UInt64(Int64.max))
    #expect(rejected(.tooLarge) == 3990)
    counter.markRemoved()
    counter.increment()
    #expect(counter.integerValue == UInt64(Int64.max) && rejected(.removedSeries) == 1)
  }

  @Test("that is divided while it is removed loses nothing", arguments: 0..<20)
  func dividedWhileRemoved(round: Int) {
    let (counter, registry) = (counter, registry)
    onThreads(4) { index in
      if index == 3 {
        while counter.integerValue < UInt64(round * 100) {}
        counter.divide()
        counter.markRemoved()
      } else {
        for _ in 0..<5000 { counter.increment() }
        counter.increment(by: 1 << 40)
      }
    }
    let refused = registry.rejected[.removedSeries].integerValue
    let large = counter.integerValue >> 40
    #expect(counter.integerValue & ((1 << 40) - 1) + refused - (3 - large) == 15_000)
  }

  @Test("is contended when threads change hands often within a window, and by nothing less")
  func contention() {
    let contention = Contention()
    let limit = Contention.limit
    // One thread alone, however often.
    #expect(!(0..<1000).contains { _ in contention.isFound(by: 1) { 0 } })
    // Two that take turns once a second.
    let slow = (0..<1000).contains { turn in
      contention.isFound(by: UInt32(turn % 2) + 1) { UInt64(turn) * 1_000_000_000 }
    }
    #expect(!slow)
    // Two that take turns within a window: at the limit, and then anew.
    let found = (1...limit * 2).map { turn in
      contention.isFound(by: UInt32(turn % 2) + 7) { 9_000_000_000_000 }
    }
    #expect(found.enumerated().filter(\.element).map(\.offset) == [Int(limit) - 1, Int(limit) * 2 - 1])
  }

  @Test("that threads fought over shows what it accepted, however much that is")
  func dividedLimit() {
    let counter = counter
    while !counter.isDivided { onThreads(4) { _ in for _ in 0..<10_000 { counter.increment() } } }
    var expected = counter.integerValue
    for amount in [UInt64(Int64.max) - (1 << 33), 1 << 61, 1 << 61, 1 << 60, 1 << 33, 1] {
      let before = rejected(.tooLarge)
      counter.increment(by: amount)
      if rejected(.tooLarge) == before { expected += amount }
      #expect(counter.integerValue == expected)
    }
    #expect(rejected(.tooLarge) > 0)
    for _ in 0..<4000 { counter.increment(by: 1 << 31) }
    #expect(counter.integerValue == expected + (4000 << 31))
  }
}
