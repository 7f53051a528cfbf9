// What of a server can a test drive by a clock of its own?

public import HealthProbes
public import MetricInstruments
public import ObservabilityManualClock
import ObservabilityPlatform

extension ManualClock {
  /// The clock as timers read it: for ``MetricsCollector``, or for a ``Registry``.
  ///
  /// ```swift
  /// let clock = ManualClock()
  /// let metrics = try MetricsCollector(health: HealthRegistry(clock: clock), clock: clock.monotonic)
  /// ```
  public var monotonic: MonotonicClock {
    MonotonicClock { UInt64(clamping: self.elapsed.clampedNanoseconds) }
  }

  /// Lets `duration` pass, and every check that becomes due on the way end before more of it passes.
  ///
  /// A check that hangs holds the clock: to let one come to its deadline, use ``advance(by:)``.
  ///
  /// - Parameters:
  ///   - duration: the time; a negative one is none.
  ///   - health: whose checks are waited for: made with this clock, and started.
  public func advance(by duration: Duration, finishing health: HealthRegistry) async {
    let end = (elapsed + max(duration, .zero).clamped).clamped
    repeat { await health.finishRuns() } while !Task.isCancelled && fireNext(until: end)
    advance(by: end - elapsed)
    await health.finishRuns()
  }
}

extension HealthRegistry {
  /// Creates a registry whose checks run, and whose answers end, when a test moves the clock that far.
  ///
  /// ``start()`` runs checks in the background by it. A server takes its own event loop for that while it
  /// runs: what is to be driven by a clock is tested without one.
  ///
  /// - Parameters:
  ///   - answerDeadline: the longest that one answer takes, as ``init(answerDeadline:)`` has it.
  ///   - clock: what tells the time. The time of day begins on 14 November 2023.
  public convenience init(answerDeadline: Duration = .milliseconds(800), clock: ManualClock) {
    self.init(answerDeadline: answerDeadline, clock: HealthTime(clock: clock), timer: clock)
  }

  /// Waits until no check is running. One that hangs is waited for until something moves the clock to its
  /// deadline, or the task that waits is cancelled.
  public func finishRuns() async {
    while statistics.tasksInFlight > 0 {
      guard (try? await Task.sleep(for: .milliseconds(1))) != nil else { return }
    }
  }
}

/// The clock as schedules read it.
private struct HealthTime: HealthClock {
  let clock: ManualClock

  var now: HealthInstant { HealthInstant(sinceOrigin: clock.elapsed) }
  var unixTime: Duration { (.seconds(1_700_000_000) + clock.elapsed).clamped }
}
