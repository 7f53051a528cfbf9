// What time is it, for people?

/// The time of day, which may be set back and forth; nothing is scheduled by it.
package enum WallClock {
  /// The time since 1970-01-01 UTC.
  package static var now: Duration {
    var time = timespec()
    guard clock_gettime(CLOCK_REALTIME, &time) == 0 else { return .zero }
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }

  /// The same in seconds, rounded down.
  package static var wholeSeconds: Int64 {
    var time = timespec()
    return clock_gettime(CLOCK_REALTIME, &time) == 0 ? Int64(time.tv_sec) : 0
  }

  /// The same in seconds.
  package static var seconds: Double { now.seconds }
}
