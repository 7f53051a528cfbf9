// What is a moment to a schedule?

/// A moment on the clock that schedules use: monotonic, and counting the time a machine sleeps.
package struct HealthInstant: Sendable, Hashable, Comparable {
  /// The time since an arbitrary origin of the clock that gave it.
  package var sinceOrigin: Duration

  package init(sinceOrigin: Duration) { self.sinceOrigin = sinceOrigin }

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
