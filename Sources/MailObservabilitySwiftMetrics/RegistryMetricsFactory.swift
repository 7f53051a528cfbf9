// How do libraries that record by swift-metrics get into a registry?

#if SwiftMetrics
  public import CoreMetrics
  public import MetricInstruments

  /// A backend of swift-metrics whose instruments are those of a ``Registry``, so that one scrape has the server's own
  /// metrics and those of its libraries.
  ///
  /// ```swift
  /// let factory = try RegistryMetricsFactory(metrics.registry)
  /// MetricsSystem.bootstrap(factory)
  /// ```
  ///
  /// It installs itself nowhere: hand it to `MetricsSystem.bootstrap`, once in a program, or to `withMetricsFactory`.
  /// A copy is the same factory. Make one for a registry: a second one has the same series where its limits, its
  /// buckets and the first label of a name are the same, but neither knows who holds them in the other.
  ///
  /// | swift-metrics | here |
  /// |---|---|
  /// | `Counter`, `FloatingPointCounter` | a counter, whose name ends in `_total` |
  /// | `Gauge`, `Recorder(aggregate: false)`, `Meter` | a gauge |
  /// | `Recorder` | a histogram |
  /// | `Timer` | a histogram of seconds, whatever unit is preferred; its name ends in `_seconds` |
  ///
  /// Names are the labels with an underscore for what no name may have, behind the registry's namespace:
  /// `http.requests` is `http_requests_total`; a character beyond ASCII becomes its code point. `_total` is left to
  /// counters, and the unit at the end of a timer (`_ms`) gives way to `_seconds`. After 200 bytes a hash of the
  /// whole stands for the rest. Names of dimensions are made legal in the same way; `le`, `quantile`, the registry's
  /// constant labels and what begins with `__` get `exported_` before them. Of a dimension that is given twice the
  /// last value counts; the values of several that become one name are joined by `;`, in the order of the dimensions'
  /// names. For other names, `withLabelAndDimensionsMapping` of swift-metrics is put around it.
  ///
  /// Nothing that reaches it ends the process (swift-metrics itself does, for an integer beyond `Int64`), and what cannot
  /// be done is counted:
  /// - Sets of dimensions with other names are series of the same family, where an absent label is an empty one.
  /// - Labels that become the same name share its series if they are of one kind. Otherwise, and where the name
  ///   belongs to another metric of the registry or begins with `observability_`, as the library's own do, the later
  ///   one has no series. Its recordings are counted in `observability_swift_metrics_lost_total{reason}`, and the log
  ///   says so once. A name that a library was given is a conflict to a host that registers it afterwards: its own
  ///   metrics come first.
  /// - Past ``Configuration/seriesLimit`` recordings go to the series `other`, see ``SparseFamily``, and so do those
  ///   with a value of more than 1,024 bytes or the 65th name of a dimension of one metric; past
  ///   ``Configuration/labelLimit`` they are lost and counted.
  /// - What an instrument refuses (a negative amount of a counter or a histogram, NaN, an infinity) is counted in
  ///   `observability_rejected_total{reason}`.
  ///
  /// Making the same again gives another handle of the same series. `destroy()` takes a series out once no other handle
  /// of it is held; one that is made afterwards keeps it. A handle that goes away undestroyed leaves its series. `reset()` of
  /// a counter begins a new one at 0, with a new time of creation.
  ///
  /// May be used from any thread.
  public struct RegistryMetricsFactory: MetricsFactory {
    private let families: ExportedFamilies

    /// A backend on a registry, such as ``MetricsCollector/registry``.
    ///
    /// - Throws: ``RegistrationError`` when the registry has something else under the name of the family in which losses are
    ///   counted.
    public init(
      _ registry: Registry, _ configuration: Configuration = Configuration()
    ) throws(RegistrationError) {
      families = try ExportedFamilies(registry, configuration)
    }

    /// A counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
      families.counter(label, dimensions)
    }

    /// A counter.
    public func makeFloatingPointCounter(
      label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
      families.counter(label, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
      families.gauge(label, dimensions)
    }

    /// A histogram, or a gauge of what is not to be aggregated.
    public func makeRecorder(
      label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
      aggregate ? families.recorder(label, dimensions) : families.gauge(label, dimensions)
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
      families.timer(label, dimensions)
    }

    /// Gives up a handle; the series goes once no other is held.
    public func destroyCounter(_ handler: any CounterHandler) { destroy(handler) }

    /// Gives up a handle; the series goes once no other is held.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { destroy(handler) }

    /// Gives up a handle; the series goes once no other is held.
    public func destroyMeter(_ handler: any MeterHandler) { destroy(handler) }

    /// Gives up a handle; the series goes once no other is held.
    public func destroyRecorder(_ handler: any RecorderHandler) { destroy(handler) }

    /// Gives up a handle; the series goes once no other is held.
    public func destroyTimer(_ handler: any TimerHandler) { destroy(handler) }

    /// Handlers of other factories are none of ours.
    private func destroy(_ handler: AnyObject) { (handler as? any SeriesHandle)?.giveUp() }
  }
#endif
