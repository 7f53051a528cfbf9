// Where do spans read the time?

import ObservabilityPlatform

/// The time of day, read once a span, and the monotonic clock, by which everything after that is measured: a
/// span does not end before it begins when the time of day is set back.
package struct SpanClock: Sendable {
  package typealias Reading = @Sendable () -> Int64

  private final class Custom: Sendable {
    let wall: Reading
    let monotonic: Reading

    init(wall: @escaping Reading, monotonic: @escaping Reading) {
      self.wall = wall
      self.monotonic = monotonic
    }
  }

  // One word, since each span has a copy.
  private let custom: Custom?

  /// The system's clocks.
  package static let system = SpanClock(custom: nil)

  private init(custom: Custom?) { self.custom = custom }

  /// Clocks that a test moves.
  ///
  /// - Parameters:
  ///   - wall: nanoseconds since 1970-01-01 UTC.
  ///   - monotonic: nanoseconds since an arbitrary moment.
  package init(wall: @escaping Reading, monotonic: @escaping Reading) {
    custom = Custom(wall: wall, monotonic: monotonic)
  }

  var wallNanoseconds: Int64 { custom.map { $0.wall() } ?? SpanClock.read(CLOCK_REALTIME) }
  var monotonicNanoseconds: Int64 { custom.map { $0.monotonic() } ?? SpanClock.read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}

extension Int64 {
  /// The time from another moment to this one, in their unit; 0 where this one is earlier.
  func clampedDistance(from earlier: Int64) -> Int64 {
    guard self > earlier else { return 0 }
    let (distance, overflow) = subtractingReportingOverflow(earlier)
    return overflow ? .max : distance
  }
}
