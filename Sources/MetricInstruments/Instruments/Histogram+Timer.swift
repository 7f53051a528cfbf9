// How long did it take?

extension Histogram {
  /// A started clock that records the elapsed seconds into a histogram.
  ///
  /// ```swift
  /// let timer = metrics.mail.processingLatency.startTimer()
  /// defer { timer.observe() }
  /// ```
  ///
  /// It is a small value: copy it, keep it in a class, hand it to a task. Each `observe()` records the time since
  /// the start, so one timer can record several stages.
  public struct Timer: Sendable {
    // Starting and observing are inlined into the caller, where a histogram that is known to live need not be retained:
    // each count costs as much as the observation itself.
    @usableFromInline let histogram: Histogram
    @usableFromInline let start: UInt64

    @inlinable
    init(_ histogram: Histogram) {
      self.histogram = histogram
      start = histogram.clockNanoseconds()
    }

    /// Records the time since the start, in seconds.
    @inlinable
    public func observe() { histogram.observe(since: start) }

    /// Records the time since the start, in seconds, with an exemplar.
    public func observe(exemplar: Exemplar.Labels) {
      histogram.observe(Double(histogram.elapsedNanoseconds(since: start)) * 1e-9, exemplar: exemplar)
    }

    /// The time since the start; nothing is recorded.
    public var elapsed: Duration { .nanoseconds(Int64(clamping: histogram.elapsedNanoseconds(since: start))) }
  }
}

extension Histogram {
  /// The time of the registry's clock.
  @usableFromInline
  func clockNanoseconds() -> UInt64 {
    guard let custom = context?.clock.custom else { return MonotonicClock.systemNanoseconds() }
    return custom()
  }

  func elapsedNanoseconds(since start: UInt64) -> UInt64 {
    let now = clockNanoseconds()
    return now > start ? now - start : 0
  }

  @usableFromInline
  func observe(since start: UInt64) {
    observe(Double(elapsedNanoseconds(since: start)) * 1e-9)
  }
}
