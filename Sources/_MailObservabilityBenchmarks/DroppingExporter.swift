// How do the benchmarks record spans for an exporter, without one?

public import TraceSpans

/// A tracer that records everything, and whose ended spans wait in a queue from which they are dropped.
public final class DroppingExporter: Sendable {
  /// How many spans are dropped at once.
  public static let batchSize = 512

  /// Is started.
  public let tracer = SpanTracer()

  /// A queue of 2,048 spans, and recent traces within a bound.
  public init(recentTraceBytes: Int = SpanTracer.Settings().recentTraceBytes) {
    var settings = SpanTracer.Settings()
    settings.queueCapacity = 2048
    settings.recentTraceBytes = recentTraceBytes
    tracer.start(settings)
  }

  /// Drops the oldest spans.
  public func dropBatch() { _ = tracer.queue?.take(DroppingExporter.batchSize) }
}
