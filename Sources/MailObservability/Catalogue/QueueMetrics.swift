// What does the mail queue record?

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

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    size = try registry.register(.gauge("queue_size", help: "Messages in the queue."))
    messages = try registry.register(
      .gauge("queue_messages", help: "Messages in the queue, by state."), by: ("state", QueueState.self))
    oldestMessageAge = try registry.register(
      .gauge(
        "queue_oldest_message_age_seconds", help: "Age of the oldest message in the queue.", unit: "seconds"))
    wait = try registry.register(
      .histogram(
        "queue_wait_seconds", help: "Time from entering the queue to the first attempt.", unit: "seconds",
        buckets: buckets.queueWait))
    retries = try registry.register(
      .counter("queue_retries_total", help: "Delivery attempts after the first."))
    puts = try registry.register(.counter("queue_puts_total", help: "Messages put into the queue."))
    itemsWritten = try registry.register(
      .counter("queue_items_written_total", help: "Items the queue wrote to its store."))
    dsnQueued = try registry.register(
      .counter("dsn_queued_total", help: "Delivery status notifications put into the queue."))
  }
}

/// Where a queued message stands.
public enum QueueState: String, ClosedLabel {
  /// Being delivered at this moment.
  case active
  /// The last attempt failed transiently: waits for the next one.
  case deferred
  /// Put aside by an operator or by policy: not tried until it is released.
  case hold
  /// Accepted, and not yet tried for the first time.
  case incoming
}
