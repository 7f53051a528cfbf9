// What time is it, for schedules and for people?

import ObservabilityPlatform

/// Where a registry gets its time.
package protocol HealthClock: Sendable {
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
