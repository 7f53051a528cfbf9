// What does a library of swift-metrics record into?

#if SwiftMetrics
  import CoreMetrics
  import MetricInstruments
  import Synchronization

  /// A handle that holds a series until it is given up or goes away.
  protocol SeriesHandle: AnyObject {
    /// Says that nothing more will be recorded; a second time says nothing.
    func giveUp()
  }

  /// A hold on a series: taken when a handle is made, and ended once.
  struct SeriesHold<Child: MetricInstrument>: ~Copyable, Sendable {
    let series: Child
    private let family: ExportedFamily<Child>
    private let isOver = Atomic<Bool>(false)

    init(_ series: Child, of family: ExportedFamily<Child>) {
      self.series = series
      self.family = family
    }

    deinit { end(removing: false) }

    func end(removing: Bool) {
      if !isOver.exchange(true, ordering: .relaxed) { family.release(series, removing: removing) }
    }
  }

  final class CounterHandle: CounterHandler, FloatingPointCounterHandler, SeriesHandle {
    private let counter: MetricInstruments.Counter
    private let hold: SeriesHold<MetricInstruments.Counter>

    init(_ family: ExportedFamily<MetricInstruments.Counter>, _ labels: [(String, String)]) {
      hold = family.hold(labels)
      counter = hold.series
    }

    // By one, which is by far the most frequent, all of it is inlined here, and nothing is saved on the stack.
    func increment(by amount: Int64) {
      guard amount == 1 else { return incrementBySome(amount) }
      counter.incrementShortest { finishOne($0) }
    }

    @inline(never)
    private func incrementBySome(_ amount: Int64) { counter.increment(by: Int(clamping: amount)) }

    @inline(never)
    private func finishOne(_ old: UInt64?) { counter.finishOne(old) }

    func increment(by amount: Double) { counter.increment(by: amount) }
    func reset() { counter.reset() }
    func giveUp() { hold.end(removing: true) }
  }

  final class GaugeHandle: MeterHandler, RecorderHandler, SeriesHandle {
    private let gauge: MetricInstruments.Gauge
    private let hold: SeriesHold<MetricInstruments.Gauge>

    init(_ family: ExportedFamily<MetricInstruments.Gauge>, _ labels: [(String, String)]) {
      hold = family.hold(labels)
      gauge = hold.series
    }

    func set(_ value: Int64) { gauge.set(Double(value)) }
    func set(_ value: Double) { gauge.set(value) }
    func increment(by amount: Double) { gauge.increment(by: amount) }
    func decrement(by amount: Double) { gauge.decrement(by: amount) }
    func record(_ value: Int64) { gauge.set(Double(value)) }
    func record(_ value: Double) { gauge.set(value) }
    func giveUp() { hold.end(removing: true) }
  }

  final class HistogramHandle: RecorderHandler, TimerHandler, SeriesHandle {
    private let histogram: Histogram
    private let hold: SeriesHold<Histogram>

    init(_ family: ExportedFamily<Histogram>, _ labels: [(String, String)]) {
      hold = family.hold(labels)
      histogram = hold.series
    }

    func record(_ value: Int64) { histogram.observe(Double(value)) }
    func record(_ value: Double) { histogram.observe(value) }
    // Divided: times 1e-9, five milliseconds would be more than 0.005 and fall into the bucket after it.
    func recordNanoseconds(_ duration: Int64) { histogram.observe(Double(duration) / 1e9) }
    func giveUp() { hold.end(removing: true) }
  }

  /// A handle without a series, which counts what is recorded into it.
  final class LostHandle: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler,
    TimerHandler
  {
    private let recordings: MetricInstruments.Counter

    init(_ recordings: MetricInstruments.Counter) { self.recordings = recordings }

    func increment(by amount: Int64) { recordings.increment() }
    func increment(by amount: Double) { recordings.increment() }
    func decrement(by amount: Double) { recordings.increment() }
    func reset() {}
    func set(_ value: Int64) { recordings.increment() }
    func set(_ value: Double) { recordings.increment() }
    func record(_ value: Int64) { recordings.increment() }
    func record(_ value: Double) { recordings.increment() }
    func recordNanoseconds(_ duration: Int64) { recordings.increment() }
  }
#endif
