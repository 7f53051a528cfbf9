// Is what a scrape shows what a test expects?

public import MailObservability
public import MetricInstruments
import MetricParsing

/// Which families of a scrape are compared.
public enum FamilySelection: Sendable, Hashable {
  /// Those that the expected text names: a family with a `# TYPE` line with all of its samples, and a sample
  /// without one with all series of its name.
  case expected
  /// All of them.
  case all
  /// Those that have one of these names, or samples of that name; one that is not in the expected text must
  /// not be exported. A counter of OpenMetrics has its name with and without `_total`. A text of which no line
  /// is compared is a misuse, unless it is empty.
  case named(Set<String>)
}

/// Compares what a scrape would show now with an exposition, as client_golang's `testutil.CollectAndCompare`
/// does.
///
/// ```swift
/// try await expectMetrics(
///   in: metrics,
///   equals: """
///     # HELP mx_greylisted_total Recipients put off by greylisting.
///     # TYPE mx_greylisted_total counter
///     mx_greylisted_total{list="example.com"} 1
///     mx_greylisted_total{list="lists.example.org"} 1
///     """)
/// ```
///
/// The order of families, series and labels makes no difference, nor does the spelling of a bound: `le="1"`
/// is `le="1.0"`. What the expected text leaves out is not compared: `# HELP`, `# TYPE` and `# UNIT` lines,
/// timestamps and exemplars. Values are compared exactly, and NaN is the same as NaN. Any test framework will
/// do: what differs is thrown. May be called from any thread.
///
/// - Parameters:
///   - collector: the metrics, all of which are asked, as a scrape does.
///   - expected: Prometheus text 0.0.4, or OpenMetrics when its last line is `# EOF`. The last line needs no
///     line feed.
///   - families: which families are compared.
///   - ignored: names of families, or of samples, that are compared on neither side.
///   - file: where the call is.
///   - line: where the call is.
/// - Throws: ``MetricsTestError`` whose message shows each line that is missing after a `-`, and each that was
///   not expected after a `+`; or that says where the expected text cannot be read, or that nothing of it
///   would be compared.
public func expectMetrics(
  in collector: MetricsCollector, equals expected: String, families: FamilySelection = .expected,
  ignoring ignored: Set<String> = [], file: String = #fileID, line: Int = #line
) async throws(MetricsTestError) {
  try await expectMetrics(
    in: collector.registry, equals: expected, families: families, ignoring: ignored, file: file, line: line)
}

/// Compares what a registry would show now with an exposition, as
/// ``expectMetrics(in:equals:families:ignoring:file:line:)-(MetricsCollector,_,_,_,_,_)`` does.
///
/// - Parameters:
///   - registry: the metrics, all of which are asked, as a scrape does.
///   - expected: Prometheus text 0.0.4, or OpenMetrics when its last line is `# EOF`.
///   - families: which families are compared.
///   - ignored: names of families, or of samples, that are compared on neither side.
///   - file: where the call is.
///   - line: where the call is.
/// - Throws: ``MetricsTestError``.
public func expectMetrics(
  in registry: Registry, equals expected: String, families: FamilySelection = .expected,
  ignoring ignored: Set<String> = [], file: String = #fileID, line: Int = #line
) async throws(MetricsTestError) {
  let place = CallPlace(file: file, line: line)
  let wanted = try ExpectedExposition(expected, families, ignoring: ignored, at: place)
  let found = try await registry.exposition(wanted.format, at: place)
  let difference = try wanted.difference(to: found, at: place)
  guard difference.isEmpty else {
    throw MetricsTestError(.different, at: place, "the metrics differ: - expected, + found\n" + difference)
  }
}

extension Registry {
  /// What a scrape would show now, read back.
  func exposition(
    _ format: ExpositionParser.Format, at place: CallPlace
  ) async throws(MetricsTestError) -> ParsedExposition {
    let text = await text(format == .openMetrics ? .openMetrics : .prometheus)
    do throws(ExpositionError) {
      return try ParsedExposition(text, format)
    } catch {
      throw MetricsTestError(.unreadable, at: place, "what a scrape shows cannot be read: \(error)")
    }
  }
}
