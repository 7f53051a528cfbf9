// Does the history keep what was sampled, in memory that never grows, and leave gaps where nothing was?

@testable import MailObservability
import MetricInstruments
import TestSupport
import Testing

@Suite("The history")
struct HistoryTests {
  private static let kinds: [HistoryKind] = [.gauge, .counter, .bucket]

  private func tier(_ resolution: Int = 1, _ capacity: Int = 600) -> HistoryTier {
    HistoryTier(resolution: resolution, capacity: capacity, kinds: HistoryTests.kinds)
  }

  private func add(_ values: [Double], at time: Double, to tier: HistoryTier, _ marks: HistoryMarks = []) {
    values.withUnsafeBufferPointer { tier.add($0, at: time, marks) }
  }

  private func point(_ number: Int, of slots: Int, _ tier: HistoryTier) -> (values: [Float], HistoryMarks?) {
    var row = [Float](repeating: 0, count: tier.kinds.count)
    let marks = row.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { tier.read(number, of: slots, into: $0) }
    }
    return (row, marks)
  }

  @Test("has of a gauge the highest value, of a counter the rate, of a bucket the count")
  func points() {
    let tier = tier()
    for second in 0...9 {
      add(
        [Double(second == 4 ? 50 : second), Double(10 * second), Double(second)], at: Double(second), to: tier
      )
    }
    #expect(tier.newestPoint(of: 2) == 4)
    #expect(point(2, of: 2, tier).values == [50, 10, 2])
    // Nobody knows what the first sample has grown by.
    #expect(point(0, of: 2, tier).values == [1, 10, 1])
    #expect(point(5, of: 2, tier).1 == nil)
    #expect(point(-1, of: 2, tier).values.allSatisfy { $0.isNaN })
  }

  @Test("takes a counter that was begun anew for one that has grown by what it has")
  func reset() {
    let tier = tier()
    for (second, value) in [100.0, 110, 4, 6].enumerated() {
      add([0, value, 0], at: Double(second), to: tier)
    }
    #expect((1...3).map { point($0, of: 1, tier).values[1] } == [10, 4, 2])
  }

  @Test("leaves a gap where a machine was suspended, and has no rate over it")
  func suspended() {
    let tier = tier(1, 7200)
    for second in 0..<60 { add([1, Double(second), 0], at: Double(second), to: tier) }
    for second in 0..<60 { add([2, 1000 + Double(second), 0], at: 3660 + Double(second), to: tier) }
    #expect(point(59, of: 1, tier).values == [1, 1, 0])
    #expect(point(60, of: 1, tier).1 == nil && point(3659, of: 1, tier).1 == nil)
    let after = point(3660, of: 1, tier).values
    #expect(after[0] == 2 && after[1].isNaN)
    #expect(point(3661, of: 1, tier).values == [2, 1, 0])
    #expect(abs(tier.latest(60, before: 3719.5)[1] - 1) < 0.02)
  }

  @Test("takes late samples as they come: a second that was missed is a gap, and its counts are in the next")
  func late() {
    let tier = tier()
    for time in [0.0, 1.9, 3.1, 4.0] { add([0, 10 * time, 0], at: time, to: tier) }
    #expect(point(2, of: 1, tier).1 == nil)
    #expect(abs(point(3, of: 1, tier).values[1] - 10) < 0.001)
  }

  @Test("begins anew when its clock goes back")
  func back() {
    let tier = tier()
    for second in 100..<110 { add([1, Double(second), 0], at: Double(second), to: tier) }
    add([5, 7, 0], at: 20, to: tier)
    add([5, 9, 0], at: 21, to: tier)
    #expect(tier.newest == 21 && point(105, of: 1, tier).1 == nil)
    #expect(point(20, of: 1, tier).values[1].isNaN && point(21, of: 1, tier).values[1] == 2)
  }

  @Test(
    "adds up the marks of a slot, takes its highest gauges and one sample of a counter, and waits for its end"
  )
  func marks() {
    let tier = tier(10)
    add([1, 0, 0], at: 0, to: tier)
    add([9, 5, 0], at: 4, to: tier, .draining)
    add([9, 5, 0], at: 5, to: tier, .stuck)
    add([.nan, 7, 0], at: 9, to: tier)
    #expect(point(0, of: 1, tier).1 == [.draining, .stuck] && point(0, of: 1, tier).values[0] == 9)
    // Whoever has a point does not ask for it again.
    #expect(tier.newestPoint(of: 1) == -1)
    add([3, 12, 0], at: 10, to: tier)
    #expect(tier.newestPoint(of: 1) == 0 && point(1, of: 1, tier).values[1] == 1.2)
  }

  @Test(
    "refuses times that are none",
    arguments: [-1, -Double.infinity, .infinity, .nan, 1e300, Double.leastNonzeroMagnitude * -1])
  func times(time: Double) {
    let tier = tier()
    add([1, 1, 1], at: time, to: tier)
    add([1], at: 1, to: tier)
    #expect(tier.newest == -1 && tier.latest(60, before: 0).count == 3)
  }

  @Test("keeps values that are hostile, and never traps")
  func hostileValues() {
    let tier = tier()
    for (second, value) in [0, .nan, .infinity, -1, 1e308, -.infinity, .nan, 5].enumerated() {
      add([value, value, value], at: Double(second), to: tier)
      _ = tier.latest(60, before: Double(second))
    }
    for number in -2...10 { _ = point(number, of: 2, tier) }
    #expect(tier.newest == 7)
  }

  // MARK: - A day

  @Test("keeps a day in less than two mebibytes, which it has from the beginning")
  func day() throws {
    let series = LiveSeries(try MetricsCollector(), poolDelay: { .zero })
    let history = History(kinds: series.kinds)
    let bytes = history.byteCount
    #expect(bytes <= 2 << 20, "\(bytes)")
    #expect(55...75 ~= series.sources.count && series.histograms.count == 3)
    var sample = [Double](repeating: 0, count: series.kinds.count)
    for second in 0..<90_000 {
      for column in sample.indices { sample[column] = Double(3 * second) }
      sample.withUnsafeBufferPointer { history.add($0, at: Double(second), []) }
    }
    #expect(history.byteCount == bytes)
    for range in History.Range.all {
      let points = HistoryPoints(history, range, from: 0, now: 89_999)
      #expect(points.count == range.points && points.marks.allSatisfy { $0 == [] })
      let counter = series.kinds.firstIndex { $0 == .counter } ?? 0
      let rates = (0..<points.count).map { points.value(counter, at: $0) }
      #expect(rates.allSatisfy { abs($0 - 3) < 0.001 }, "\(range.name)")
      #expect(abs(points.latest[counter] - 3) < 0.001)
    }
  }

  @Test("does not grow with the buckets that a host has chosen")
  func manyBuckets() throws {
    var buckets = CatalogueBuckets()
    buckets.smtpCommand = .linear(start: 1, width: 1, count: 500)
    buckets.imapCommand = .linear(start: 1, width: 1, count: 500)
    buckets.messageProcessing = [7]
    let metrics = try MetricsCollector(buckets: buckets)
    let series = LiveSeries(metrics, poolDelay: { .zero })
    let history = History(kinds: series.kinds)
    #expect(history.byteCount <= 2 << 20)
    #expect(series.histograms[0].bounds.count <= HistoryHistogram.mostBounds)
    #expect(series.histograms[0].bounds.last == 500 && series.histograms[2].bounds == [7])
    history.take(series, at: 0, [])
    for value in 1...100 { metrics.smtp.commandDuration[.mail].observe(Double(value)) }
    history.take(series, at: 1, [])
    let points = HistoryPoints(history, History.Range.all[0], from: 0, now: 1)
    let histogram = series.histograms[0]
    let median = histogram.quantile(0.5) { Double(points.value(histogram.column + $0, at: 0)) }
    #expect(abs(median - 50) < 0.5, "\(median)")
  }

  // MARK: - As Prometheus has it

  /// What Prometheus 2.42 answers for `rate(x[1m])`, computed by hand after `extrapolatedRate`.
  struct Rate: Sendable {
    let first: Double
    let from: Double
    let count: Int
    let each: Double
    let rate: Double
  }

  static let rates: [Rate] = [
    // Sixty samples from 0.5 to 59.5, one a second, of a counter that has always been there: 59 over 59 s, and half a
    // second at both ends.
    Rate(first: 1000, from: 0.5, count: 60, each: 1, rate: 1),
    // A counter that began at 0 with the first sample, ten seconds ago: nothing before it.
    Rate(first: 0, from: 50.5, count: 10, each: 2, rate: 19.0 / 60),
    // One that began long ago, and was first seen ten seconds ago: half a step before it.
    Rate(first: 1000, from: 50.5, count: 10, each: 2, rate: 20.0 / 60),
  ]

  @Test("has the rate of Prometheus", arguments: rates)
  func rate(expected: Rate) {
    let tier = tier()
    for number in 0..<expected.count {
      add(
        [0, expected.first + expected.each * Double(number), 0], at: expected.from + Double(number), to: tier)
    }
    let rate = tier.latest(60, before: 60)[1]
    #expect(abs(rate - expected.rate) < 1e-6, "\(rate)")
  }

  static let quantiles: [(Double, [Double], Double)] = [
    (0.5, [4, 4, 0, 0], 1), (0.25, [4, 4, 0, 0], 0.5), (0.75, [4, 4, 0, 0], 1.5), (0.99, [0, 0, 0, 5], 4),
    (0.5, [0, 0, 8, 0], 3), (1, [1, 0, 0, 0], 1), (0.5, [.nan, .nan, 2, .nan], 3),
  ]

  @Test("has the quantiles of Prometheus", arguments: quantiles)
  func quantile(share: Double, counts: [Double], expected: Double) throws {
    let registry = try Registry()
    let histogram = try registry.register(.histogram("x", help: "X.", buckets: [1, 2, 4]))
    let kept = HistoryHistogram([histogram], at: 0)
    #expect(kept.quantile(share) { counts[$0] } == expected)
    #expect(kept.quantile(share) { _ in 0 }.isNaN && kept.quantile(share) { _ in .nan }.isNaN)
  }

  // MARK: - The timer

  @Test("takes a sample at the beginning of every second, until it is stopped")
  func ticks() throws {
    let metrics = try MetricsCollector()
    let clock = ManualClock()
    let live = LiveHistory(
      LiveSeries(metrics, poolDelay: { .zero }), clock: { clock.elapsed / .seconds(1) }, marks: { .draining })
    live.start(on: clock)
    for _ in 0..<100 {
      metrics.smtp.messagesReceived.increment(by: 5)
      clock.advance(by: .seconds(1))
    }
    let (points, now, _) = live.points(History.Range.all[0], from: 0)
    #expect(now == 100 && points.last == 49 && points.count == 50)
    #expect(
      (1..<50).allSatisfy { points.value(0, at: $0) == 5 } && points.marks.allSatisfy { $0 == .draining })
    // Suspended: one late call, and a gap.
    clock.jump(by: .seconds(3600))
    #expect(live.points(History.Range.all[0], from: 0).points.marks.contains { $0 == nil })
    live.stop()
    #expect(clock.pendingCalls == 0)
    clock.advance(by: .seconds(10))
    #expect(live.points(History.Range.all[0], from: 0).points.last <= 1850)
  }
}
