// What may a host say about the metrics of its libraries?

#if SwiftMetrics
  public import MailObservability
  public import MetricInstruments

  extension RegistryMetricsFactory {
    /// How labels and dimensions become metrics, and how many there may be.
    public struct Configuration: Sendable {
      /// The most labels that are known; below 0 counts as 0. One of several kinds counts for each, and so do those
      /// that have no metric because of a conflict. What is recorded under further ones is counted in
      /// `observability_swift_metrics_lost_total`.
      public var labelLimit = 1000
      /// The most sets of dimensions of a metric that have a series of their own; below 0 counts as 0. What is recorded under
      /// further ones goes to `other`.
      public var seriesLimit = 500
      /// The buckets of timers, in seconds.
      public var timerBuckets = BucketBounds.latency
      /// The buckets of recorders that aggregate, in whatever they record: 1, 2, 5 to 1,000,000.
      public var recorderBuckets: BucketBounds = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
        500_000, 1_000_000,
      ]
      /// The buckets of timers and recorders by their label. Of labels that share a name those of the first count. Bounds that
      /// no histogram can have are logged, and the ones above taken in their place.
      public var buckets: [String: BucketBounds] = [:]
      /// Hears, once for each label, of what has no metric of its own. Called on the thread that makes the instrument.
      public var log: @Sendable (LogMessage) -> Void = { _ in }

      /// The defaults.
      public init() {}
    }
  }
#endif
