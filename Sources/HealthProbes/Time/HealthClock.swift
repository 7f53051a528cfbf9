// What time is it, for schedules and for people?

/// A moment on the clock that schedules use: monotonic, and counting the time a machine sleeps.
package struct HealthInstant: Sendable, Hashable, Comparable {
  /// The time since an arbitrary origin of the clock that gave it.
  package var sinceOrigin: Duration

  package init(sinceOrigin: Duration) {
    self.sinceOrigin = sinceOrigin
  }

  package static func < (left: HealthInstant, right: HealthInstant) -> Bool {
    left.sinceOrigin < right.sinceOrigin
  }

  package static func + (instant: HealthInstant, duration: Duration) -> HealthInstant {
    HealthInstant(sinceOrigin: instant.sinceOrigin + duration)
  }

  package static func - (later: HealthInstant, earlier: HealthInstant) -> Duration {
    later.sinceOrigin - earlier.sinceOrigin
  }
}

/// Where a registry gets its time.
package protocol HealthClock: Sendable {
  /// Never goes back; may jump far ahead when a machine was suspended.
  var now: HealthInstant { get }
  /// The time since 1970-01-01 UTC.
  var unixTime: Duration { get }
}

/// The machine's clocks.
package struct SystemHealthClock: HealthClock {
  private let origin = ContinuousClock.now

  package init() {}

  package var now: HealthInstant {
    HealthInstant(sinceOrigin: origin.duration(to: ContinuousClock.now))
  }

  package var unixTime: Duration { systemUnixTime() }
}
