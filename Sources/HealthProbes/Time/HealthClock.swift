// What time is it, for schedules and for people?

import ObservabilityPlatform

/// A moment on the clock that schedules use: monotonic, and counting the time a machine sleeps.
struct HealthInstant: Sendable, Hashable, Comparable {
  /// The time since an arbitrary origin of the clock that gave it.
  var sinceOrigin: Duration

  init(sinceOrigin: Duration) {
    self.sinceOrigin = sinceOrigin
  }

  static func < (left: HealthInstant, right: HealthInstant) -> Bool {
    left.sinceOrigin < right.sinceOrigin
  }

  static func + (instant: HealthInstant, duration: Duration) -> HealthInstant {
    HealthInstant(sinceOrigin: instant.sinceOrigin + duration)
  }

  static func - (later: HealthInstant, earlier: HealthInstant) -> Duration {
    later.sinceOrigin - earlier.sinceOrigin
  }
}

/// Where a registry gets its time.
protocol HealthClock: Sendable {
  /// Never goes back; may jump far ahead when a machine was suspended.
  var now: HealthInstant { get }
  /// The time since 1970-01-01 UTC.
  var unixTime: Duration { get }
}

/// The machine's clocks.
struct SystemHealthClock: HealthClock {
  private let origin = ContinuousClock.now

  init() {}

  var now: HealthInstant {
    HealthInstant(sinceOrigin: origin.duration(to: ContinuousClock.now))
  }

  var unixTime: Duration { WallClock.now }
}
