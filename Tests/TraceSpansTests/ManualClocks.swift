// How does a test move the two clocks of a span?

import ObservabilityPlatform
@testable import TraceSpans

/// A time of day and a monotonic clock, each of which moves when it is told to.
final class ManualClocks: Sendable {
  /// The time of day at the beginning, in nanoseconds since 1970.
  static let wall: Int64 = 1_700_000_000_000_000_000

  private let times = Locked((wall: ManualClocks.wall, monotonic: Int64(1_000_000)))

  func advance(wall: Int64, monotonic: Int64) {
    times.withLock { times in
      times.wall += wall
      times.monotonic += monotonic
    }
  }

  var clock: SpanClock {
    SpanClock(
      wall: { self.times.withLock { $0.wall } }, monotonic: { self.times.withLock { $0.monotonic } })
  }
}
