// Which calls does a mail server make all day, written as an embedder writes them?

internal import MailObservability
internal import _MailObservabilityBenchmarks

/// Instruments of all kinds, and loops that record into them. Every instance has instruments of its own: one that
/// several threads have fought over stays divided, and must not serve as an uncontended one.
public final class Recording: Sendable {
  let metrics: MetricsCollector
  let counter: Counter
  let gauge: Gauge
  let histogram: Histogram
  let closed: ClosedFamily3<Counter, MailProtocol, Direction, DeliveryResult>
  let bounded: BoundedFamily<Counter, (String, String, String, String)>

  /// A catalogue, and one instrument of each kind beside it.
  public init() throws {
    metrics = try MetricsCollector()
    let registry = metrics.registry
    counter = try registry.register(.counter("bench_total", help: "A counter."))
    gauge = try registry.register(.gauge("bench_gauge", help: "A gauge."))
    histogram = try registry.register(
      .histogram("bench_duration_seconds", help: "Durations.", unit: "seconds", buckets: .latency))
    closed = try registry.register(
      .counter("bench_closed_total", help: "A closed family."), by: ("protocol", MailProtocol.self),
      ("direction", Direction.self), ("result", DeliveryResult.self))
    bounded = try registry.register(
      .counter("bench_bounded_total", help: "A bounded family."), byBounded: "protocol", "direction",
      "result",
      "domain",
      limit: 500)
  }

  /// `Counter.increment()` through the catalogue.
  public func increment(_ times: Int) {
    for _ in 0..<times { metrics.smtp.connections.increment() }
  }

  /// `Counter.increment()` on a counter that is held.
  public func incrementHeld(_ times: Int) {
    for _ in 0..<times { counter.increment() }
  }

  /// `Gauge.increment()` and `decrement()` in turn.
  public func moveGauge(_ times: Int) {
    for index in 0..<times { index & 1 == 0 ? gauge.increment() : gauge.decrement() }
  }

  /// `Gauge.set(_:)`.
  public func setGauge(_ times: Int) {
    for index in 0..<times { gauge.set(Double(index & 7)) }
  }

  /// `Histogram.observe(_:)`, 12 buckets.
  public func observe(_ times: Int) {
    durations.withUnsafeBufferPointer { durations in
      for index in 0..<times { histogram.observe(durations[index & 1023]) }
    }
  }

  /// `Histogram.observe(_:)` of values that come in no order that repeats soon.
  public func observeChanging(_ times: Int) {
    changingDurations.withUnsafeBufferPointer { durations in
      for index in 0..<times { histogram.observe(durations[index & 65_535]) }
    }
  }

  /// A closed family of three labels.
  public func incrementClosed(_ times: Int) {
    for _ in 0..<times { closed[.submission, .sent, .timeout].increment() }
  }

  /// A bounded family of four labels.
  public func incrementBounded(_ times: Int) {
    for index in 0..<times {
      bounded[
        protocols[index & 1], directions[index >> 1 & 1], results[index >> 2 & 3], domains[index >> 4 & 3]
      ].increment()
    }
  }

  /// A bounded family of four labels, one hot value.
  public func incrementHot(_ times: Int) {
    for _ in 0..<times { bounded.increment("smtp", "received", "delivered", "example.org") }
  }

  /// The same by a reference to the counter.
  public func incrementHotByReference(_ times: Int) {
    for _ in 0..<times { bounded["smtp", "received", "delivered", "example.org"].increment() }
  }

  /// Has a source asked for exemplars, as often as while a server runs.
  public func setExemplarSource() {
    let labels: Exemplar.Labels = ["trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"]
    metrics.registry.countExemplarTicks()
    metrics.registry.setExemplarSource { labels }
  }

  /// Has the current span asked for exemplars, as often as while a server runs, or at every observation.
  public func startTracing(sampled: Bool, countingTicks: Bool = true) throws {
    if countingTicks { metrics.registry.countExemplarTicks() }
    var config = TracingConfig(serviceName: "bench")
    if !sampled { config.sampling = .alwaysOff }
    try metrics.startTracing(config)
  }

  /// `Histogram.observe(_:)` inside of one span.
  public func observeInSpan(_ times: Int) {
    metrics.tracing.withSpan(.smtp(.data), parent: .none) { _ in observe(times) }
  }

  /// A timer, started and observed.
  public func time(_ times: Int) {
    for _ in 0..<times { histogram.startTimer().observe() }
  }

  /// The least that a timer can cost: two readings of the clock and an observation.
  public func readClockTwiceAndObserve(_ times: Int) {
    for _ in 0..<times {
      let start = clockNanoseconds()
      let end = clockNanoseconds()
      histogram.observe(Double(end &- start) * 1e-9)
    }
  }

  /// What the increments of the bounded family came to; so that no loop is without effect.
  public var total: Double {
    metrics.smtp.connections.value + counter.value + gauge.value + Double(histogram.snapshot.count)
  }
}
