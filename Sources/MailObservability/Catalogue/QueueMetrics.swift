// What the mail queue and delivery record.

public import MetricInstruments

/// The families of group ``MetricGroup/queue``.
public struct QueueMetrics: Sendable {
  /// Messages in the queue.
  public let size: Gauge
  /// Messages in the queue, by state.
  public let messages: ClosedFamily<Gauge, QueueState>
  /// Age of the oldest message in the queue, in seconds; 0 when it is empty.
  public let oldestMessageAge: Gauge
  /// From entering the queue to the first attempt, in seconds.
  public let wait: Histogram
  /// Attempts after the first.
  public let retries: Counter
  /// Messages put into the queue.
  public let puts: Counter
  /// Items the queue wrote to its store.
  public let itemsWritten: Counter
  /// Delivery status notifications put into the queue.
  public let dsnQueued: Counter

  init(_ registry: Registry) throws(RegistrationError) {
    size = try registry.register(.gauge("queue_size", help: "Messages in the queue."))
    messages = try registry.register(
      .gauge("queue_messages", help: "Messages in the queue, by state."), by: ("state", QueueState.self))
    oldestMessageAge = try registry.register(
      .gauge(
        "queue_oldest_message_age_seconds", help: "Age of the oldest message in the queue.", unit: "seconds"))
    wait = try registry.register(
      .histogram(
        "queue_wait_seconds", help: "Time from entering the queue to the first attempt.", unit: "seconds",
        buckets: .wait))
    retries = try registry.register(
      .counter("queue_retries_total", help: "Delivery attempts after the first."))
    puts = try registry.register(.counter("queue_puts_total", help: "Messages put into the queue."))
    itemsWritten = try registry.register(
      .counter("queue_items_written_total", help: "Items the queue wrote to its store."))
    dsnQueued = try registry.register(
      .counter("dsn_queued_total", help: "Delivery status notifications put into the queue."))
  }
}

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

/// Where a queued message stands.
public enum QueueState: String, ClosedLabel {
  case active, deferred, hold, incoming
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
