// What does the processing of messages record, whatever protocol they came by?

public import MetricInstruments

/// The families of group ``MetricGroup/mail``.
public struct MailMetrics: Sendable {
  /// Messages that went through processing.
  public let processed: Counter
  /// Messages delivered to a mailbox or another server.
  public let delivered: Counter
  /// Messages returned to their sender.
  public let bounced: Counter
  /// Messages discarded without notice to anybody.
  public let dropped: Counter
  /// From accepting a message to the end of its processing, in seconds.
  public let processingLatency: Histogram
  /// Time of one step of processing, in seconds, by its name.
  public let mailetDuration: BoundedFamily<Histogram, String>
  /// Messages by recipient domain: what is recorded here is exported. To export numbers that are kept elsewhere, see
  /// ``MetricsCollector/setPerDomainSource(_:)``.
  public let messagesPerDomain: BoundedFamily<Counter, String>

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    processed = try registry.register(.counter("mail_processed_total", help: "Messages processed."))
    delivered = try registry.register(.counter("mail_delivered_total", help: "Messages delivered."))
    bounced = try registry.register(
      .counter("mail_bounced_total", help: "Messages returned to their sender."))
    dropped = try registry.register(.counter("mail_dropped_total", help: "Messages discarded."))
    processingLatency = try registry.register(
      .histogram(
        "message_processing_latency_seconds",
        help: "Time from accepting a message to the end of its processing.",
        unit: "seconds", buckets: buckets.messageProcessing))
    mailetDuration = try registry.register(
      .histogram(
        "mailet_duration_seconds", help: "Time of a step of message processing, by step.", unit: "seconds",
        buckets: buckets.mailet),
      byBounded: "mailet")
    messagesPerDomain = try registry.register(
      .counter("messages_per_domain_total", help: "Messages by recipient domain."), byBounded: "domain")
  }
}
