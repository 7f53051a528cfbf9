// How long did it take?

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
  private let histogram: Histogram
  private let start: UInt64

  init(_ histogram: Histogram) {
    self.histogram = histogram
    start = Timer.now(histogram)
  }

  /// Records the time since the start, in seconds.
  public func observe() {
    histogram.observe(Double(elapsedNanoseconds) * 1e-9)
  }

  /// Records the time since the start, in seconds, with an exemplar.
  public func observe(exemplar: Exemplar.Labels) {
    histogram.observe(Double(elapsedNanoseconds) * 1e-9, exemplar: exemplar)
  }

  /// The time since the start; nothing is recorded.
  public var elapsed: Duration { .nanoseconds(Int64(clamping: elapsedNanoseconds)) }

  private var elapsedNanoseconds: UInt64 {
    let now = Timer.now(histogram)
    return now > start ? now - start : 0
  }

  @inline(__always)
  private static func now(_ histogram: Histogram) -> UInt64 {
    (histogram.context?.clock ?? .system).nanoseconds
  }
}
