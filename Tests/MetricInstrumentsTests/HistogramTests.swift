// Does every reader of a histogram see whole observations?

import ObservabilityPlatform
@testable import MetricInstruments
import TestSupport
import Testing

@Suite("A histogram")
struct HistogramTests {
  let registry: Registry
  let histogram: Histogram

  init() throws {
    registry = try Registry()
    histogram = try registry.register(.histogram("latency_seconds", help: "", unit: "seconds"))
  }

  @Test(
    "puts a value into the bucket whose bound it does not exceed",
    arguments: [
      (0.0, 0), (0.001, 0), (0.0010000001, 1), (0.005, 1), (0.25, 6), (0.3, 7), (10.0, 11), (10.1, 12),
      (1e300, 12),
    ])
  func buckets(value: Double, bucket: Int) {
    histogram.observe(value)
    let snapshot = histogram.snapshot
    #expect(snapshot.counts.count == 13)
    #expect(snapshot.counts.firstIndex(of: 1) == bucket)
    #expect(snapshot.count == 1)
    #expect(snapshot.sum == value)
  }

  @Test("finds the same bucket as a search one by one, for any bounds and value")
  func bucketSearch() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let count = Int.random(in: 1...40, using: &generator)
      let bounds = Set((0..<count).map { _ in Double.random(in: 0...100, using: &generator) }).sorted()
      let registry = try Registry()
      let histogram = try registry.register(.histogram("h", help: "", buckets: BucketBounds(bounds)))
      for _ in 0..<20 {
        let value =
          Bool.random(using: &generator)
          ? Double.random(in: 0...110, using: &generator) : bounds.randomElement(using: &generator) ?? 0
        let before = histogram.snapshot
        histogram.observe(value)
        let after = histogram.snapshot
        let expected = bounds.firstIndex { value <= $0 } ?? bounds.count
        #expect(
          after.counts[expected] == before.counts[expected] + 1,
          "seed \(seed), value \(value), bounds \(bounds)")
      }
    }
  }

  @Test(
    "refuses an observation that makes no sense, and counts it",
    arguments: [
      (Double.nan, RejectionReason.notFinite), (.infinity, .notFinite), (-.infinity, .notFinite),
      (-0.5, .negative), (-1e-300, .negative),
    ])
  func refuses(value: Double, reason: RejectionReason) {
    histogram.observe(value)
    #expect(histogram.snapshot.count == 0)
    #expect(registry.rejected[reason].value == 1)
  }

  @Test("refuses a negative duration")
  func negativeDuration() {
    histogram.observe(Duration.milliseconds(-1))
    histogram.observe(Duration.seconds(Int64.min) * 18)
    #expect(histogram.snapshot.count == 0)
    #expect(registry.rejected[.negative].value == 2)
  }

  @Test("takes a duration that is longer than its seconds can be counted")
  func longestDuration() {
    histogram.observe(Duration.seconds(Int64.max) * 18)
    #expect(histogram.snapshot.count == 1)
  }

  @Test("refuses an observation that its sum has no room for, count and all")
  func sumOverflow() {
    histogram.observe(HistogramStripe.limit)
    histogram.observe(HistogramStripe.limit)
    histogram.observe(Double.greatestFiniteMagnitude)
    #expect(histogram.snapshot.count == 1)
    #expect(registry.rejected[.tooLarge].value == 2)
  }

  @Test("has a finite sum, however many threads have a part in it")
  func sumOfStripes() {
    let histogram = histogram
    onThreads(16) { _ in for _ in 0..<2000 { histogram.observe(HistogramStripe.limit) } }
    #expect(histogram.snapshot.sum.isFinite)
    #expect(histogram.snapshot.count + registry.rejected[.tooLarge].integerValue == 32_000)
  }

  @Test("records durations in seconds")
  func durations() {
    histogram.observe(.milliseconds(250))
    #expect(histogram.snapshot.sum == 0.25)
  }

  @Test("loses no observation of many threads, and every snapshot holds whole ones", arguments: [2, 4, 8])
  func contended(threads: Int) {
    let histogram = histogram
    let each = 50_000
    let torn = Flag()
    let wentBack = Flag()
    let finished = FlagCount()
    onThreads(threads + 1) { index in
      if index < threads {
        for _ in 0..<each { histogram.observe(0.5) }
        finished.add()
      } else {
        var last: UInt64 = 0
        while finished.value < threads {
          let snapshot = histogram.snapshot
          // Halves add up exactly, so a snapshot with half an observation would show here.
          if snapshot.sum != Double(snapshot.count) / 2 { torn.set() }
          if snapshot.count < last { wentBack.set() }
          last = snapshot.count
        }
      }
    }
    #expect(!torn.isSet, "a snapshot held half an observation")
    #expect(!wentBack.isSet, "the count went down")
    #expect(histogram.snapshot.count == UInt64(threads * each))
    #expect(histogram.snapshot.sum == Double(threads * each) / 2)
  }

  @Test("that is removed refuses what comes after, and loses nothing before", arguments: [1, 4])
  func removed(threads: Int) {
    let (histogram, registry) = (histogram, registry)
    onThreads(threads + 1) { index in
      if index == threads {
        while histogram.snapshot.count < 1000 {}
        histogram.markRemoved()
      } else {
        for _ in 0..<20_000 { histogram.observe(1) }
      }
    }
    #expect(histogram.isRemoved)
    #expect(
      histogram.snapshot.count + registry.rejected[.removedSeries].integerValue == UInt64(threads) * 20_000)
  }
}

@Suite("A timer")
struct TimerTests {
  let time = ManualNanoseconds()
  let histogram: Histogram

  init() throws {
    let registry = try Registry(clock: time.clock)
    histogram = try registry.register(.histogram("latency_seconds", help: "", unit: "seconds"))
  }

  @Test("records the seconds since its start")
  func records() {
    let timer = histogram.startTimer()
    time.advance(by: .milliseconds(1500))
    #expect(timer.elapsed == .milliseconds(1500))
    timer.observe()
    #expect(histogram.snapshot.sum == 1.5)
  }

  @Test("can be copied, kept, and observed more than once")
  func copies() {
    struct Session { let timer: Histogram.Timer }
    let session = Session(timer: histogram.startTimer())
    let copy = session.timer
    time.advance(by: .seconds(1))
    copy.observe()
    time.advance(by: .seconds(1))
    session.timer.observe()
    #expect(histogram.snapshot.count == 2)
    #expect(histogram.snapshot.sum == 3)
  }

  @Test("measures a closure that returns and one that throws")
  func measures() throws {
    struct Oops: Error {}
    let answer = histogram.measure { () -> Int in
      time.advance(by: .seconds(1))
      return 42
    }
    #expect(answer == 42)
    #expect(throws: Oops.self) {
      try histogram.measure {
        time.advance(by: .seconds(2))
        throw Oops()
      }
    }
    #expect(histogram.snapshot.sum == 3)
  }

  @Test("measures an asynchronous closure, suspensions included")
  func measuresAsync() async {
    let value = await histogram.measure { () async -> String in
      time.advance(by: .seconds(1))
      await Task.yield()
      time.advance(by: .seconds(1))
      return "done"
    }
    #expect(value == "done")
    #expect(histogram.snapshot.sum == 2)
  }

  @Test("records nothing negative when the clock goes back")
  func backwards() throws {
    let readings = Locked<[UInt64]>([2_000_000_000, 1_000_000_000])
    let registry = try Registry(clock: MonotonicClock { readings.withLock { $0.removeFirst() } })
    let histogram = try registry.register(.histogram("h_seconds", help: "", unit: "seconds"))
    histogram.startTimer().observe()
    #expect(histogram.snapshot.sum == 0)
    #expect(histogram.snapshot.count == 1)
  }
}
