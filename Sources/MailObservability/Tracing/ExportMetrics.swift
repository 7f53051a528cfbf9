// What is recorded of the export of spans?

import MetricInstruments
import OTLPExport

/// What is exported.
enum ExportSignal: String, ClosedLabel {
  case traces
}

extension SpanExportObserver.Result: ClosedLabel {}

/// The families about requests to a collector.
struct ExportMetrics: Sendable {
  static let labels = ["signal", "result"]

  let exports: ClosedFamily2<Counter, ExportSignal, SpanExportObserver.Result>
  let duration: Histogram

  init(_ registry: Registry) throws(RegistrationError) {
    exports = try registry.register(
      .counter(
        "observability_exports_total", help: "Batches sent to the collector, by how that has ended."),
      by: ("signal", ExportSignal.self), ("result", SpanExportObserver.Result.self))
    duration = try registry.register(
      .histogram(
        "observability_export_duration_seconds",
        help: "Time from taking a batch to its end, attempts and pauses included.", unit: "seconds",
        buckets: .latency))
  }
}
