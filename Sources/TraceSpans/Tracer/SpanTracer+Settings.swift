// What is a tracer started with?

extension SpanTracer {
  /// How a tracer samples, and how much it keeps.
  public struct Settings: Sendable {
    /// Which traces are recorded. By default all that begin here, and of others those that their server has
    /// recorded.
    public var sampler = TraceSampler.parentBased(.alwaysOn)
    /// How much a span holds.
    public var limits = SpanLimits()
    /// About how much memory recent traces may take, in bytes: 4 MiB by default, from 0, which keeps none, to
    /// 1 GiB. Values outside of that are clamped.
    public var recentTraceBytes = 4 << 20
    /// Which traces are kept among recent ones that the sampler does not record; nil, the default, for none.
    public var alwaysKeep: KeptTraces?
    /// How many ended spans may wait for the exporter; 0, the default, where there is none.
    package var queueCapacity = 0
    package var clock = SpanClock.system

    /// The defaults.
    public init() {}
  }
}
