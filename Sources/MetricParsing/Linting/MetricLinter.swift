// Is an exposition such that queries over it are right, cheap, and easily written?

/// Judges the names, labels and values of an exposition: by the rules of `promtool check metrics` and
/// client_golang's `promlint`, and by some of this package's own. ``MetricFinding/Rule`` has them all.
///
/// ```swift
/// let scrape = try ParsedExposition(await metrics.registry.text(), .text)
/// let findings = MetricLinter().findings(in: scrape)
/// ```
///
/// A family without samples is judged by its name. The time taken is proportional to the size of the
/// exposition. Of a family the labels of the first 1,000 names are judged, and at most ten of them are told
/// for each rule. A value: it may be used by any number of threads.
///
/// Source: Prometheus, "Metric and label naming", "Instrumentation" and "Histograms and summaries".
public struct MetricLinter: Sendable, Hashable {
  /// The most values of one label that are no finding. A value below 1 counts as 1.
  public var mostLabelValues = 100
  /// The most series of one family that are no finding, a histogram or a summary being one. A value below 1
  /// counts as 1.
  public var mostSeries = 1_000
  /// The fewest observations of a histogram by which its buckets are judged. A value below 1 counts as 1.
  public var leastObservations = 20
  /// Rules of which nothing is told.
  public var ignored: Set<MetricFinding.Rule> = []

  /// A linter with the values above.
  public init() {}

  /// What is to be said of an exposition, in the order of its lines, and of one line in the order of the
  /// rules.
  public func findings(in exposition: ParsedExposition) -> [MetricFinding] {
    let store = exposition.store.value
    var report = LintReport(ignored: ignored)
    for index in store.families.indices {
      let family = LintedFamily(store, index)
      family.checkNames(&report)
      family.checkSamples(self, &report)
    }
    return report.sorted
  }
}

/// The findings so far.
struct LintReport {
  private let ignored: Set<MetricFinding.Rule>
  private var findings: [(finding: MetricFinding, rank: Int)] = []

  init(ignored: Set<MetricFinding.Rule>) { self.ignored = ignored }

  mutating func add(
    _ rule: MetricFinding.Rule, _ severity: MetricFinding.Severity, _ family: LintedFamily,
    label: [UInt8]? = nil, line: Int? = nil, _ message: String, _ advice: String
  ) {
    guard !ignored.contains(rule) else { return }
    let finding = MetricFinding(
      rule: rule, severity: severity, family: String(decoding: family.name, as: UTF8.self),
      label: label.map { String(decoding: $0, as: UTF8.self) }, line: line ?? family.line, message: message,
      advice: advice)
    findings.append((finding, MetricFinding.Rule.allCases.firstIndex(of: rule) ?? 0))
  }

  /// What is of one line and rule stays in the order in which it was found: that does not depend on hashes
  /// either.
  var sorted: [MetricFinding] {
    findings.enumerated().sorted { one, other in
      let keys = [one, other].map { ($0.element.finding.line, $0.element.rank, $0.offset) }
      return keys[0] < keys[1]
    }.map(\.element.finding)
  }
}
