// Are exemplars kept with what they explain, and refused when no scraper would take them?

import TestSupport
import ObservabilityPlatform
@testable import MetricInstruments
import Synchronization
import Testing

@Suite("An exemplar")
struct ExemplarTests {
  let registry: Registry
  let counter: Counter
  let histogram: Histogram

  init() throws {
    registry = try Registry(namespace: "mail")
    counter = try registry.register(.counter("x_total", help: ""))
    histogram = try registry.register(.histogram("h", help: "", buckets: [1, 2]))
  }

  @Test("is kept with the amount that was added, the latest one")
  func onCounter() throws {
    counter.increment(exemplar: ["trace_id": "a"])
    counter.increment(by: 7, exemplar: ["trace_id": "b"])
    counter.increment(by: UInt64(1), exemplar: Exemplar.Labels([Exemplar.Label("trace_id", "c")]))
    counter.increment(by: 0.5, exemplar: ["trace_id": "d", "span_id": "e"])
    #expect(counter.value == 9.5)
    let kept = try #require(counter.exemplars.all.first ?? nil)
    #expect(kept.value == 0.5)
    #expect(kept.labels == [Exemplar.Label("trace_id", "d"), Exemplar.Label("span_id", "e")])
    #expect(kept.timestamp > 1.7e9 && kept.timestamp < 4e9, "in seconds")
  }

  @Test("is kept in the bucket of its value")
  func onHistogram() {
    histogram.observe(1, exemplar: ["id": "a"])
    histogram.observe(1.5, exemplar: ["id": "b"])
    histogram.observe(.seconds(3), exemplar: ["id": "c"])
    histogram.observe(0.25)
    #expect(histogram.snapshot.counts == [2, 1, 1])
    #expect(histogram.exemplars.all.map { $0?.value } == [1, 1.5, 3])
    #expect(histogram.exemplars.all.map { $0?.labels.first?.value } == ["a", "b", "c"])
  }

  @Test("is kept by a timer")
  func onTimer() throws {
    let clock = ManualNanoseconds()
    let registry = try Registry(clock: clock.clock)
    let histogram = try registry.register(.histogram("h", help: "", buckets: [1, 2]))
    let timer = histogram.startTimer()
    clock.advance(by: .milliseconds(1500))
    timer.observe(exemplar: ["id": "x"])
    #expect(histogram.exemplars.all.map { $0?.value } == [nil, 1.5, nil])
  }

  @Test(
    "whose labels no scraper would take is left out and counted, and the amount recorded",
    arguments: [
      ["a-b": "x"], ["": "x"], ["9": "x"], ["a:b": "x"], ["ä": "x"], ["a": "x\0"], ["a": "x", "a": "y"],
      Exemplar.Labels([Exemplar.Label("a", String(repeating: "x", count: 128))]),
      Exemplar.Labels([Exemplar.Label("a", String(repeating: "\u{1F4EC}", count: 128))]),
      Exemplar.Labels((0..<12).map { Exemplar.Label("name\($0)", "seven77") }),
    ] as [Exemplar.Labels])
  func refused(labels: Exemplar.Labels) {
    counter.increment(by: 2, exemplar: labels)
    histogram.observe(1.5, exemplar: labels)
    #expect(counter.value == 2 && histogram.snapshot.counts == [0, 1, 0])
    #expect(counter.exemplars.all.isEmpty && histogram.exemplars.all.isEmpty)
    #expect(registry.rejected[.invalidLabel].value == 2)
  }

  @Test("may have 128 code points, whatever their bytes, or no labels at all")
  func longest() {
    counter.increment(
      exemplar: Exemplar.Labels([Exemplar.Label("a", String(repeating: "\u{1F4EC}", count: 127))]))
    histogram.observe(1, exemplar: [:])
    #expect(registry.rejected[.invalidLabel].value == 0)
    #expect(counter.exemplars.all.count == 1 && histogram.exemplars.all.first??.labels == [])
  }

  @Test("of a refused amount does not exist")
  func refusedAmounts() {
    let labels: Exemplar.Labels = ["id": "x"]
    for amount in [Double.nan, .infinity, -1, 0x1p64] { counter.increment(by: amount, exemplar: labels) }
    counter.increment(by: -1, exemplar: labels)
    counter.increment(by: .max as UInt64, exemplar: labels)
    for value in [Double.nan, .infinity, -1] { histogram.observe(value, exemplar: labels) }
    #expect(registry.unregister("x_total"))
    #expect(registry.unregister("h"))
    counter.increment(exemplar: labels)
    counter.increment(by: 0.5, exemplar: labels)
    histogram.observe(1, exemplar: labels)
    #expect(counter.exemplars.all.isEmpty && histogram.exemplars.all.isEmpty)
    #expect(registry.rejected[.removedSeries].value == 3)
  }

  @Test("comes from the hook where a recording names none, until the hook is taken away")
  func hook() {
    let trace = Locked<Exemplar.Labels?>(["trace_id": "t1"])
    registry.setExemplarSource { trace.withLock { $0 } }
    histogram.observe(0.5)
    counter.increment(by: 3)
    #expect(histogram.exemplars.all.first??.labels == [Exemplar.Label("trace_id", "t1")])
    #expect(counter.exemplars.all.first??.value == 3)
    trace.withLock { $0 = nil }
    counter.increment(by: 0.5)
    #expect(counter.exemplars.all.first??.value == 3, "without a trace, what was there stays")
    trace.withLock { $0 = ["not legal": "x"] }
    histogram.observe(1.5)
    #expect(registry.rejected[.invalidLabel].value == 1)
    trace.withLock { $0 = ["trace_id": "t2"] }
    registry.setExemplarSource(nil)
    histogram.observe(1.5)
    #expect(histogram.exemplars.all.map { $0?.value } == [0.5, nil, nil])
    #expect(histogram.snapshot.count == 3)
  }

  @Test("is asked for once a tick while a timer counts, and each time otherwise")
  func ticks() {
    let timer = ManualTicks()
    let asked = Atomic<Int>(0)
    let number = registry.beginExemplarTicks(on: timer)
    #expect(timer.fire() == false, "nothing is counted without a source")
    registry.setExemplarSource {
      asked.add(1, ordering: .relaxed)
      return ["id": "x"]
    }
    for _ in 0..<5 { counter.increment(by: 1) }
    #expect(asked.load(ordering: .relaxed) == 1)
    // Each bucket has an exemplar of its own.
    for _ in 0..<5 { for value in [0.5, 1.5, 3] { histogram.observe(value) } }
    #expect(asked.load(ordering: .relaxed) == 4)
    #expect(timer.fire())
    for _ in 0..<5 { counter.increment(by: 0.5) }
    histogram.observe(0.5)
    #expect(asked.load(ordering: .relaxed) == 6)
    registry.endExemplarTicks(number)
    #expect(timer.fire() == false)
    for _ in 0..<5 { counter.increment(by: 1) }
    #expect(asked.load(ordering: .relaxed) == 11)
    registry.setExemplarSource(nil)
  }

  @Test("is asked for by one thread a tick, and the others record on while that one is stuck in the source")
  func stuckSource() {
    let timer = ManualTicks()
    let (counter, registry) = (counter, registry)
    let asked = Atomic<Int>(0)
    let (isInside, isReleased) = (Flag(), Flag())
    let number = registry.beginExemplarTicks(on: timer)
    registry.setExemplarSource {
      if asked.add(1, ordering: .relaxed).oldValue == 0 {
        isInside.set()
        isReleased.waitBlocking()
      }
      return ["id": "x"]
    }
    onThreads(4) { index in
      if index == 0 { return counter.increment(by: 1) }
      isInside.waitBlocking()
      for _ in 0..<1000 { counter.increment(by: 1) }
      if counter.value == 3001 { isReleased.set() }
    }
    #expect(counter.value == 3001)
    #expect(asked.load(ordering: .relaxed) == 1)
    registry.endExemplarTicks(number)
    registry.setExemplarSource(nil)
  }

  @Test("comes from a source that replaces itself, ends the ticks, removes the series and reads the registry")
  func reentrantSource() throws {
    let timer = ManualTicks()
    let registry = registry
    let family = try registry.register(.counter("y_total", help: ""), byBounded: "a")
    let series = family["x"]
    let number = registry.beginExemplarTicks(on: timer)
    registry.setExemplarSource {
      registry.setExemplarSource { ["id": "second"] }
      registry.endExemplarTicks(number)
      family.remove("x")
      family.increment("x")
      series.increment(by: 2)
      _ = MetricInstrumentsTests.series(of: "y_total", in: registry)
      return ["id": "first"]
    }
    series.increment(by: 1)
    #expect(series.exemplars.all.map { $0?.labels.first?.value } == ["first"])
    #expect(series.value == 1 && family["x"].value == 1)
    #expect(registry.rejected[.removedSeries].value == 1)
    #expect(timer.fire() == false)
    family["x"].increment(by: 1)
    #expect(family["x"].exemplars.all.map { $0?.labels.first?.value } == ["second"])
  }

  @Test("takes no memory for the exemplars of a series that is asked for and never has one")
  func noneGiven() {
    let timer = ManualTicks()
    let number = registry.beginExemplarTicks(on: timer)
    registry.setExemplarSource { nil }
    for _ in 0..<3 {
      histogram.observe(1)
      _ = timer.fire()
    }
    #expect(histogram.exemplars.all.isEmpty)
    registry.endExemplarTicks(number)
  }

  /// A timer that calls when it is told to.
  private struct ManualTicks: OneShotTimer {
    struct Token: OneShotTimerToken {
      let pending: Locked<(@Sendable () -> Void)?>
      func cancel() { pending.withLock { $0 = nil } }
    }
    let pending = Locked<(@Sendable () -> Void)?>(nil)

    func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token {
      pending.withLock { $0 = fire }
      return Token(pending: pending)
    }

    /// False when no call was asked for.
    func fire() -> Bool {
      let call = pending.withLock { pending in
        defer { pending = nil }
        return pending
      }
      call?()
      return call != nil
    }
  }

  @Test("comes from a hook that records itself, which is asked for none of its own recordings")
  func recordingHook() throws {
    let registry = try Registry()
    let counter = try registry.register(.counter("x_total", help: ""))
    let asked = try registry.register(.counter("asked_total", help: ""))
    registry.setExemplarSource {
      asked.increment(by: 1)
      return ["trace_id": "a"]
    }
    counter.increment(by: 2)
    counter.increment(by: 2)
    #expect(asked.value == 2)
    #expect(counter.exemplars.all.compactMap { $0 }.map(\.value) == [2])
    #expect(asked.exemplars.all.isEmpty)
  }

  @Test("is whole, and of its own bucket, whatever threads do at once")
  func concurrent() {
    let (counter, histogram, registry) = (counter, histogram, registry)
    onThreads(4) { thread in
      for round in 0..<2_000 {
        let value = Double((thread + round) % 5) / 2
        if thread == 0, round % 100 == 0 { registry.setExemplarSource { ["value": "1.25"] } }
        if thread == 0, round % 100 == 50 { registry.setExemplarSource(nil) }
        histogram.observe(value, exemplar: ["value": "\(value)"])
        histogram.observe(1.25)
        counter.increment(by: value, exemplar: ["value": "\(value)"])
        for (bucket, exemplar) in histogram.exemplars.all.enumerated() {
          guard let exemplar else { continue }
          #expect(exemplar.labels == [Exemplar.Label("value", "\(exemplar.value)")])
          #expect(bucket == 2 || exemplar.value <= [1.0, 2.0][bucket])
          #expect(bucket == 0 || exemplar.value > [1.0, 2.0][bucket - 1])
        }
      }
    }
    #expect(histogram.snapshot.count == 16_000)
    registry.setExemplarSource(nil)
  }
}
