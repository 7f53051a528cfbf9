// What does a scrape tell of spans?

import MetricInstruments
import OTLPExport
import TraceSpans

/// What has become of spans, how many wait for the collector, and how much memory the recent traces take.
struct TracingCollector: SynchronousCollector {
  static let reservedName = "tracing"
  /// The names of the labels that its families have.
  static let labels = ["outcome"]

  let name = TracingCollector.reservedName
  private let tracer: SpanTracer
  private let export: SpanExport?
  private let queue: String
  private let spans: String
  private let changes: String
  private let bytes: String

  /// - Parameter namespace: and not the registry, which holds its collectors.
  init(_ tracer: SpanTracer, _ export: SpanExport?, namespace: String) {
    self.tracer = tracer
    self.export = export
    queue = Registry.fullName("observability_export_queue_spans", in: namespace)
    spans = Registry.fullName("observability_spans_total", in: namespace)
    changes = Registry.fullName("observability_span_changes_after_end_total", in: namespace)
    bytes = Registry.fullName("observability_recent_traces_bytes", in: namespace)
  }

  var familyNames: Set<String> { [spans, changes, bytes, queue] }

  func read() -> [CollectedFamily] {
    let statistics = tracer.statistics
    let exported = export?.statistics ?? SpanExportStatistics()
    let totals = exported.totals
    func sample(_ outcome: String, _ count: UInt64) -> CollectedSample {
      CollectedSample(Double(count), ["outcome": outcome])
    }
    return [
      CollectedFamily(
        spans, .counter, help: "Spans, by what has become of them. Each is counted once.",
        samples: [
          sample("not_sampled", statistics.notSampled), sample("ended", statistics.unexported),
          sample("abandoned", statistics.abandoned), sample("exported", totals.exported),
          sample("rejected", totals.rejected), sample("dropped_queue", statistics.dropped),
          sample("dropped_export", totals.dropped),
          sample("dropped_shutdown", totals.droppedAtShutdown + statistics.endedAfterStop),
        ]),
      CollectedFamily(
        queue, .gauge, help: "Ended spans that wait for the collector.",
        value: Double(exported.queued + exported.inHand)),
      CollectedFamily(
        changes, .counter, help: "What was done to spans after their end.",
        value: Double(statistics.changesAfterEnd)),
      CollectedFamily(
        bytes, .gauge, help: "Memory that recent traces take.", unit: "bytes",
        value: Double(tracer.recent?.byteCount ?? 0)),
    ]
  }
}
