// Where do timers read the time?

import ObservabilityPlatform

/// A source of monotonic nanoseconds. Tests inject one that they move by hand.
public struct MonotonicClock: Sendable {
  @usableFromInline let custom: (@Sendable () -> UInt64)?

  /// The system's monotonic clock (`CLOCK_MONOTONIC`): it does not run while the machine is suspended, so a
  /// session that slept through a suspension is not counted as long.
  public static let system = MonotonicClock(custom: nil)

  init(custom: (@Sendable () -> UInt64)?) { self.custom = custom }

  /// A clock that answers what `nanoseconds` returns.
  public init(nanoseconds: @escaping @Sendable () -> UInt64) { custom = nanoseconds }

  /// Nanoseconds since an arbitrary moment.
  package var nanoseconds: UInt64 {
    if let custom { return custom() }
    return MonotonicClock.systemNanoseconds()
  }

  @inline(__always)
  static func systemNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
      &+ UInt64(truncatingIfNeeded: time.tv_nsec)
  }
}
