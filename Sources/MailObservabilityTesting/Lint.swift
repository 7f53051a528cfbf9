// Do the metrics of a host keep to the rules?

public import MailObservability
public import MetricInstruments
public import MetricParsing

/// What ``MetricLinter`` says of what a scrape would show now.
///
/// ```swift
/// let errors = try await lint(metrics).filter { $0.severity == .error }
/// ```
///
/// May be called from any thread.
///
/// - Parameters:
///   - collector: the metrics, the library's own among them.
///   - linter: the rules and their limits.
///   - file: where the call is.
///   - line: where the call is.
/// - Returns: the findings in the order of the lines of the text; empty when there are none.
/// - Throws: ``MetricsTestError`` when what a scrape shows cannot be read.
public func lint(
  _ collector: MetricsCollector, with linter: MetricLinter = MetricLinter(), file: String = #fileID,
  line: Int = #line
) async throws(MetricsTestError) -> [MetricFinding] {
  try await lint(collector.registry, with: linter, file: file, line: line)
}

/// What ``MetricLinter`` says of what a registry would show now.
///
/// May be called from any thread.
///
/// - Parameters:
///   - registry: the metrics.
///   - linter: the rules and their limits.
///   - file: where the call is.
///   - line: where the call is.
/// - Returns: the findings in the order of the lines of the text; empty when there are none.
/// - Throws: ``MetricsTestError`` when what a scrape shows cannot be read.
public func lint(
  _ registry: Registry, with linter: MetricLinter = MetricLinter(), file: String = #fileID, line: Int = #line
) async throws(MetricsTestError) -> [MetricFinding] {
  linter.findings(in: try await registry.exposition(.text, at: CallPlace(file: file, line: line)))
}
