// What do deliveries out of the queue record?

public import MetricInstruments

/// The families of group ``MetricGroup/delivery``.
public struct DeliveryMetrics: Sendable {
  /// Attempts to deliver, by kind of recipient and result.
  public let attempts: ClosedFamily2<Counter, RecipientKind, DeliveryResult>
  /// Duration of an attempt, in seconds.
  public let attemptDuration: ClosedFamily<Histogram, RecipientKind>
  /// From accepting a message to its final delivery, in seconds.
  public let totalDuration: Histogram
  /// Attempts under way.
  public let inFlight: Gauge

  init(_ registry: Registry) throws(RegistrationError) {
    attempts = try registry.register(
      .counter("delivery_attempts_total", help: "Delivery attempts, by kind of recipient and result."),
      by: ("recipient", RecipientKind.self), ("result", DeliveryResult.self))
    attemptDuration = try registry.register(
      .histogram(
        "delivery_attempt_duration_seconds", help: "Duration of a delivery attempt, by kind of recipient.",
        unit: "seconds"), by: ("recipient", RecipientKind.self))
    totalDuration = try registry.register(
      .histogram(
        "delivery_total_duration_seconds", help: "Time from accepting a message to its delivery.",
        unit: "seconds", buckets: .wait))
    inFlight = try registry.register(.gauge("delivery_in_flight", help: "Delivery attempts under way."))
  }
}

/// Where a message is delivered to.
public enum RecipientKind: String, ClosedLabel {
  case pipe, local, remote
}

/// How a delivery attempt ended.
public enum DeliveryResult: String, ClosedLabel {
  case delivered, timeout, error
  case temporaryFailure = "temporary_failure"
  case permanentFailure = "permanent_failure"
}
