// When is the mail queue too long or too old, by the gauges that the host records anyway?

import ObservabilityPlatform
public import HealthProbes
import MetricInstruments

extension MetricsCollector {
  /// A check of `queue_size`: how many messages the queue holds.
  ///
  /// It reads the gauge ``QueueMetrics/size`` at the moment of each answer, on the thread that asks, so it is
  /// neither late nor needs a task. A gauge that the host never sets is an empty queue, which passes. Add it
  /// yourself:
  ///
  /// ```swift
  /// try metrics.health.add(metrics.queueDepthCheck(warnAbove: 1_000, failAbove: 50_000))
  /// ```
  ///
  /// - Parameters:
  ///   - warnAbove: more messages than this are a warning.
  ///   - failAbove: more than this are a failure; not below `warnAbove`.
  ///   - name: the name of the check.
  ///   - settings: by default it belongs to readiness and only degrades. A long queue is often the fault of
  ///     the servers that mail goes to, and taking this one out of service moves the mail to another with the
  ///     same trouble. Let it block where the queue has a hard limit.
  /// - Throws: ``HealthError`` when the name, a limit or a setting makes no sense.
  public func queueDepthCheck(
    warnAbove: Int, failAbove: Int, name: String = "queue_depth",
    settings: HealthCheck.Settings = HealthCheck.Settings(impact: .degrades)
  ) throws(HealthError) -> HealthCheck {
    let limits = try QueueLimits(Double(warnAbove), Double(failAbove), for: name)
    return try HealthCheck(
      name, settings: settings,
      immediate: { [size = queue.size] in
        limits.judge(size.value) { "\(wholeNumber($0)) messages in the queue" }
      })
  }

  /// A check of `queue_oldest_message_age_seconds`: how long the oldest message has been in the queue.
  ///
  /// It reads the gauge ``QueueMetrics/oldestMessageAge`` like
  /// ``queueDepthCheck(warnAbove:failAbove:name:settings:)`` does its own, and has the same defaults. The age
  /// is what the host last set: a host that stops setting it stops the clock of this check.
  ///
  /// - Parameters:
  ///   - warnAbove: an age above this is a warning.
  ///   - failAbove: an age above this is a failure; not below `warnAbove`.
  ///   - name: the name of the check.
  ///   - settings: by default it belongs to readiness and only degrades.
  /// - Throws: ``HealthError`` when the name, a limit or a setting makes no sense.
  public func queueAgeCheck(
    warnAbove: Duration, failAbove: Duration, name: String = "queue_age",
    settings: HealthCheck.Settings = HealthCheck.Settings(impact: .degrades)
  ) throws(HealthError) -> HealthCheck {
    let limits = try QueueLimits(warnAbove.seconds, failAbove.seconds, for: name)
    return try HealthCheck(
      name, settings: settings,
      immediate: { [age = queue.oldestMessageAge] in
        limits.judge(age.value) { "the oldest message has been in the queue for \(wholeNumber($0)) s" }
      })
  }
}

/// Limits on a gauge.
private struct QueueLimits: Sendable {
  let warnAbove: Double
  let failAbove: Double

  init(_ warnAbove: Double, _ failAbove: Double, for name: String) throws(HealthError) {
    guard warnAbove >= 0, warnAbove <= failAbove else {
      throw HealthError(.invalidSetting, of: name, "limits are not negative, and it warns before it fails")
    }
    self.warnAbove = warnAbove
    self.failAbove = failAbove
  }

  func judge(_ value: Double, _ reason: (Double) -> String) -> HealthResult {
    if value > failAbove { return .fail(reason(value)) }
    return value > warnAbove ? .warn(reason(value)) : .pass
  }
}

/// A gauge's value for people, without a fraction. It may be beyond what an integer holds.
private func wholeNumber(_ value: Double) -> String {
  Int(exactly: value.rounded(.down)).map { String($0) } ?? "\(value)"
}
