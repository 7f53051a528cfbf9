// Into which buckets do the histograms of the catalogue count?

public import MetricInstruments

/// The buckets of the catalogue's histograms, each of which a host may set; bounds that cannot be used make
/// ``MetricsCollector`` throw.
///
/// ```swift
/// var buckets = CatalogueBuckets()
/// buckets.imapCommand = .exponential(start: 0.0001, factor: 2, count: 16)
/// let metrics = try MetricsCollector(buckets: buckets)
/// ```
public struct CatalogueBuckets: Sendable, Hashable {
  /// Of `message_processing_latency_seconds`: 1 ms to 10 s, as specified.
  public var messageProcessing = BucketBounds.latency
  /// Of `smtp_session_duration_seconds`: 100 ms to 600 s, as specified.
  public var smtpSession = BucketBounds.session
  /// Of `imap_session_duration_seconds`: 100 ms to 600 s, as specified.
  public var imapSession = BucketBounds.session
  /// Of `smtp_command_duration_seconds`: 10 µs to 10 s.
  public var smtpCommand = BucketBounds.shortLatency
  /// Of `imap_command_duration_seconds`: 10 µs to 10 s.
  public var imapCommand = BucketBounds.shortLatency
  /// Of `jmap_request_duration_seconds`: 10 µs to 10 s.
  public var jmapRequest = BucketBounds.shortLatency
  /// Of `jmap_method_duration_seconds`: 10 µs to 10 s.
  public var jmapMethod = BucketBounds.shortLatency
  /// Of `mailet_duration_seconds`: 10 µs to 10 s.
  public var mailet = BucketBounds.shortLatency
  /// Of `storage_operation_duration_seconds`: 10 µs to 10 s.
  public var storageOperation = BucketBounds.shortLatency
  /// Of `delivery_attempt_duration_seconds`: 10 µs to 10 s, since a delivery into a mailbox is one too, and on to 300 s.
  public var deliveryAttempt = BucketBounds(BucketBounds.shortLatency.values + [30, 60, 300])
  /// Of `delivery_total_duration_seconds`: 10 ms to 3 days.
  public var deliveryTotal = BucketBounds([0.01, 0.1] + BucketBounds.wait.values)
  /// Of `queue_wait_seconds`: 1 ms to 3 days.
  public var queueWait = BucketBounds([0.001, 0.01, 0.1] + BucketBounds.wait.values)
  /// Of `smtp_message_size_bytes`: 1 KiB to 64 MiB.
  public var messageSize = BucketBounds.size
  /// Of `smtp_recipients_per_message`: 1 to 100.
  public var recipientsPerMessage: BucketBounds = [1, 2, 5, 10, 20, 50, 100]
  /// Of `observability_scrape_duration_seconds`: 10 µs to 10 s.
  public var scrape = BucketBounds.shortLatency
  /// Of `executor_delay_seconds`: 10 µs to 10 s.
  public var executorDelay = BucketBounds.shortLatency

  /// The buckets that the catalogue has by itself.
  public init() {}
}
