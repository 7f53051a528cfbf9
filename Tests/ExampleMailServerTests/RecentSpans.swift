// Which spans has a test caused? Those that are kept in the process, oldest first.

@testable import MailObservability
import TraceSpans

/// Metrics that trace, and export nothing.
func tracedMetrics(_ change: (inout TracingConfig) -> Void = { _ in }) throws -> MetricsCollector {
  let metrics = try MetricsCollector(version: "1")
  var config = TracingConfig(serviceName: "mx.example")
  config.exporter = .none
  change(&config)
  try metrics.startTracing(config)
  return metrics
}

extension MetricsCollector {
  /// Of a family, the spans of the ten traces that ended last.
  func recentSpans(of family: String) -> [SpanRecording] {
    let traces = tracing.tracer.recent?.traces(of: family, .newest) ?? []
    return traces.flatMap(\.spans).sorted { $0.start < $1.start }
  }
}
