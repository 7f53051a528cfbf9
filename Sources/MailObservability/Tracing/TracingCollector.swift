// What does a scrape tell of spans?

import MetricInstruments
import TraceSpans

/// What has become of spans, and how much memory the recent traces take.
struct TracingCollector: SynchronousCollector {
  static let reservedName = "tracing"
  /// The names of the labels that its families have.
  static let labels = ["outcome"]

  let name = TracingCollector.reservedName
  private let tracer: SpanTracer
  private let spans: String
  private let changes: String
  private let bytes: String

  /// - Parameter namespace: and not the registry, which holds its collectors.
  init(_ tracer: SpanTracer, namespace: String) {
    self.tracer = tracer
    spans = Registry.fullName("observability_spans_total", in: namespace)
    changes = Registry.fullName("observability_span_changes_after_end_total", in: namespace)
    bytes = Registry.fullName("observability_recent_traces_bytes", in: namespace)
  }

  var familyNames: Set<String> { [spans, changes, bytes] }

  func read() -> [CollectedFamily] {
    let statistics = tracer.statistics
    func sample(_ outcome: String, _ count: UInt64) -> CollectedSample {
      CollectedSample(Double(count), ["outcome": outcome])
    }
    return [
      CollectedFamily(
        spans, .counter, help: "Spans, by what has become of them. Each is counted once.",
        samples: [
          sample("not_sampled", statistics.notSampled), sample("ended", statistics.unexported),
          sample("abandoned", statistics.abandoned), sample("dropped", statistics.dropped),
          sample("after_stop", statistics.endedAfterStop),
        ]),
      CollectedFamily(
        changes, .counter, help: "What was done to spans after their end.",
        value: Double(statistics.changesAfterEnd)),
      CollectedFamily(
        bytes, .gauge, help: "Memory that recent traces take.", unit: "bytes",
        value: Double(tracer.recent?.byteCount ?? 0)),
    ]
  }
}
