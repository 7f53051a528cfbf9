// How is something timed whose series is known only at its end?

extension Registry {
  /// Starts a clock for something whose label values are known at its end: a result, a verb.
  ///
  /// It reads the registry's clock. May be called from any thread.
  public func startTimer() -> Histogram.Stopwatch { Histogram.Stopwatch(context.clock) }
}

extension Histogram {
  /// A started clock that records the elapsed seconds into whichever histogram it is given.
  ///
  /// ```swift
  /// let timer = metrics.registry.startTimer()
  /// let verdict = await scan()
  /// timer.observe(into: scans[verdict])
  /// ```
  ///
  /// It is a small value: copy it, keep it in a class, hand it to a task. Where the series is known at the start, a
  /// ``Histogram/Timer`` says so.
  public struct Stopwatch: Sendable {
    private let clock: MonotonicClock
    private let start: UInt64

    init(_ clock: MonotonicClock) {
      self.clock = clock
      start = clock.nanoseconds
    }

    /// Records the time since the start, in seconds.
    public func observe(into histogram: Histogram) { histogram.observe(Double(elapsedNanoseconds) * 1e-9) }

    /// Records the time since the start, in seconds, with an exemplar.
    public func observe(into histogram: Histogram, exemplar: Exemplar.Labels) {
      histogram.observe(Double(elapsedNanoseconds) * 1e-9, exemplar: exemplar)
    }

    /// The time since the start; nothing is recorded.
    public var elapsed: Duration { .nanoseconds(Int64(clamping: elapsedNanoseconds)) }

    /// 0 where a host's clock has gone back.
    private var elapsedNanoseconds: UInt64 {
      let now = clock.nanoseconds
      return now > start ? now - start : 0
    }
  }
}
