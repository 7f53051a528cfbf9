// For how long has the cooperative pool not run anything, not counting the time in which nothing could run?

/// The judgement on an executor's heartbeat as a pure state machine: times go in, a verdict comes out.
///
/// A beat is a task that does nothing. It is handed to the pool at a tick of a timer that does not depend on
/// the pool, and the time until it runs is the pool's delay. There is never more than one beat on its way.
///
/// A process that is stopped, a machine that is paused and a container that is throttled run no beat either,
/// and must not be restarted for it. But then the timer's thread did not run its ticks, which is how the gap
/// is noticed: from one tick to the next at most one and a half intervals are counted, however much later
/// the clock says it is.
struct HeartbeatMonitor: Sendable {
  struct Beat: Hashable, Sendable { package let number: UInt64 }

  /// The time from one tick to the next.
  let interval: Duration
  /// The delay from which on the pool is regarded as stuck.
  let threshold: Duration
  /// The delay from which on it is worth a warning.
  let warning: Duration

  private var lastTick: HealthInstant?
  private var outstanding: Beat?
  /// What has been counted of the outstanding beat's waiting, up to the last tick.
  private var counted = Duration.zero
  private var lastBeat: UInt64 = 0

  /// - Parameters:
  ///   - threshold: at least 10 ms; less is treated as that.
  ///   - warning: `nil`: a third of the threshold.
  ///   - interval: `nil`: a tenth of the threshold, at most a second. At most a quarter of the threshold, so
  ///     that the part of one gap which is counted is never taken for a stuck pool.
  init(threshold: Duration, warning: Duration? = nil, interval: Duration? = nil) {
    self.threshold = min(max(threshold, .milliseconds(10)), HealthCheck.Settings.longest)
    self.warning = min(max(warning ?? self.threshold / 3, .zero), self.threshold)
    let wanted = interval ?? min(self.threshold / 10, .seconds(1))
    self.interval = min(max(wanted, .milliseconds(1)), self.threshold / 4)
  }

  /// The timer fired: its thread runs. Returns a beat to hand to the pool when none is on its way.
  mutating func tick(at now: HealthInstant) -> Beat? {
    counted += countable(until: now)
    lastTick = now
    guard outstanding == nil else { return nil }
    lastBeat &+= 1
    let beat = Beat(number: lastBeat)
    outstanding = beat
    counted = .zero
    return beat
  }

  /// The beat ran on the pool. Returns the time it had to wait; `nil` for a beat that is not expected.
  mutating func ran(_ beat: Beat, at now: HealthInstant) -> Duration? {
    guard outstanding == beat else { return nil }
    let delay = delay(at: now)
    outstanding = nil
    counted = .zero
    return delay
  }

  /// How long the beat on its way has been waiting while the timer's thread ran; zero when none is.
  func delay(at now: HealthInstant) -> Duration {
    outstanding == nil ? .zero : counted + countable(until: now)
  }

  /// What a liveness probe says.
  func verdict(at now: HealthInstant) -> HealthResult {
    let delay = delay(at: now)
    if delay >= threshold {
      return .fail(AgingReason.stuck(for: delay))
    }
    if delay >= warning { return .warn("tasks wait \(delay.brief) for the cooperative pool") }
    return .pass
  }

  /// The time since the last tick, as far as ticks prove that the process ran in it.
  private func countable(until now: HealthInstant) -> Duration {
    guard let lastTick, now > lastTick else { return .zero }
    return min(now - lastTick, interval + interval / 2)
  }
}
