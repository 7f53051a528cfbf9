// When may a collector be asked again that has failed?

import ObservabilityPlatform

/// The pauses between attempts, as a pure state machine: they grow with every failure in a row, vary at
/// random so that many servers do not come back at once, and last as long as the collector asks for where that
/// is longer.
///
/// The pause belongs to the collector and not to a batch: one that is given up does not let the next be sent
/// sooner. Times are in nanoseconds of any clock.
///
/// Source: OTLP specification, "Failures" and "OTLP/HTTP Throttling".
package struct RetryPolicy: Sendable {
  /// The longest first pause, from which the others follow.
  package static let firstPause = Duration.seconds(1)
  /// The longest pause that the collector has not asked for.
  package static let longestPause = Duration.seconds(5)
  /// The longest pause that it can ask for.
  package static let longestRetryAfter = Duration.seconds(300)

  /// Failures in a row that say nothing of what was sent.
  package private(set) var failures = 0
  /// Before this moment nothing is sent.
  package private(set) var pauseEnd = Int64.min
  /// Whether the collector has asked for the pause.
  private var isAskedFor = false

  package init() {}

  /// Takes in a failure that may pass.
  ///
  /// - Parameter random: 0 to 1, which half of the pause depends on.
  package mutating func failed(retryAfter: Duration?, at now: Int64, random: Double) {
    failures = min(failures + 1, 64)
    let (own, asked) = (ownPause(random), min(retryAfter ?? .zero, Self.longestRetryAfter))
    // One that asks for no time, or for a date that is over by this machine's clock, would be asked again at
    // once, and for ever.
    isAskedFor = asked > own
    pauseEnd = now.clampedAdding(max(asked, own).clampedNanoseconds)
  }

  /// Takes in that the collector has answered.
  package mutating func answered() {
    failures = 0
    pauseEnd = .min
    isAskedFor = false
  }

  /// Ends a pause that the collector has not asked for.
  package mutating func hurry() {
    if !isAskedFor { pauseEnd = .min }
  }

  private func ownPause(_ random: Double) -> Duration {
    var longest = Self.firstPause
    for _ in 1..<max(failures, 1) where longest < Self.longestPause { longest = longest * 1.5 }
    return min(longest, Self.longestPause) * (0.5 + 0.5 * min(max(random, 0), 1))
  }
}
