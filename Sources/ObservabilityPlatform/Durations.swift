// How do durations become numbers, whatever somebody has configured?

extension Duration {
  /// The duration, clamped to what 64 bits of seconds hold. Beyond them, where sums and multiples lead,
  /// `components` traps.
  package var clamped: Duration { min(max(self, .seconds(Int64.min)), .seconds(Int64.max)) }

  /// The duration in seconds.
  package var seconds: Double {
    let (seconds, attoseconds) = clamped.components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// Whole nanoseconds; what does not fit is clamped, so that any duration may be configured.
  package var clampedNanoseconds: Int64 {
    let (seconds, attoseconds) = clamped.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    guard !carry else { return seconds < 0 ? .min : .max }
    return sum
  }
}

extension Int64 {
  /// The sum, clamped to the range of the type.
  package func clampedAdding(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    guard overflow else { return sum }
    return other < 0 ? .min : .max
  }
  /// From this moment to another one, as far as that goes when it is too much.
  package func elapsed(at time: Int64) -> Int64 {
    let (difference, overflow) = time.subtractingReportingOverflow(self)
    return overflow ? (time > self ? .max : .min) : difference
  }
}
