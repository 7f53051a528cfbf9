// What does the linter say of an exposition, and how does a tool tell its findings apart?

/// What the linter found: what is wrong, where, and what to do about it.
public struct MetricFinding: Sendable, Hashable, CustomStringConvertible {
  /// How bad a finding is.
  public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
    /// What is right or wrong by taste, or wrong for some readers.
    case info
    /// What is likely a mistake, judged by the values of one scrape.
    case warning
    /// What `promtool check metrics` finds in what it reads, or what makes a query wrong.
    case error

    /// From info to error.
    public static func < (one: Severity, other: Severity) -> Bool { one.rank < other.rank }

    private var rank: Int {
      switch self {
      case .info: 0
      case .warning: 1
      case .error: 2
      }
    }
  }

  /// Which rule a finding is of. The raw values are stable, and made to be written into a configuration;
  /// there may be more of them in later versions.
  public enum Rule: String, Sendable, Hashable, CaseIterable {
    // Those of promtool and of client_golang's promlint.

    /// There is no help, or an empty one.
    case missingHelp = "missing-help"
    /// The name of a counter does not end in `_total`.
    case counterTotal = "counter-total"
    /// The name of a gauge, a histogram or a summary ends in `_total`.
    case totalSuffix = "total-suffix"
    /// The name of what is no gauge ends in `_timestamp_seconds`.
    case timestampSuffix = "timestamp-suffix"
    /// The name ends in `_bucket`, `_count` or `_sum`, which are those of a histogram's or a summary's
    /// samples.
    case reservedSuffix = "reserved-suffix"
    /// What is no histogram has a label `le`, or what is no summary a label `quantile`.
    case reservedLabel = "reserved-label"
    /// The name has a unit that is no base unit, such as `milliseconds`.
    case baseUnit = "base-unit"
    /// The name has an abbreviated unit, such as `_ms`.
    case abbreviatedUnit = "abbreviated-unit"
    /// The name has the name of a type, such as `_gauge`.
    case typeInName = "type-in-name"
    /// The name has a colon, which is for recording rules.
    case colonInName = "colon-in-name"
    /// The name of the family or of a label is in camelCase.
    case camelCase = "camel-case"
    /// A series is there twice.
    case duplicateSeries = "duplicate-series"

    // This package's own.

    /// No `# TYPE` line says what the family is.
    case missingType = "missing-type"
    /// The series of the family have different labels.
    case mixedLabels = "mixed-labels"
    /// A series has all labels of another and more: a sum over the family counts twice.
    case mixedLevels = "mixed-levels"
    /// One value of a label stands for all the others: a sum over the family counts twice.
    case totalLabel = "total-label"
    /// The family has many series or names of labels, or a label many values.
    case highCardinality = "high-cardinality"
    /// The values of a label look like e-mail, IP or message addresses.
    case addressLabel = "address-label"
    /// The values of a label look like identifiers: UUIDs or long hexadecimal numbers.
    case identifierLabel = "identifier-label"
    /// A bound `le` or a `quantile` is not written as OpenMetrics has it, such as `1` in place of `1.0`.
    case canonicalNumber = "canonical-number"
    /// A histogram lacks the bucket `+Inf`.
    case missingInfinity = "missing-infinity"
    /// A bucket of a histogram holds less than one with a lower bound.
    case decreasingBuckets = "decreasing-buckets"
    /// The series of a histogram have different bounds, which cannot be added up.
    case mixedBuckets = "mixed-buckets"
    /// Nearly all observations of a histogram are in one bucket that says next to nothing of them.
    case coarseBuckets = "coarse-buckets"
  }

  /// Which rule it is of.
  public let rule: Rule
  /// How bad it is.
  public let severity: Severity
  /// The name of the family as it is exposed: that of a counter with its `_total`, in OpenMetrics too.
  public let family: String
  /// The name of the label that it is about; nil when it is about the family.
  public let label: String?
  /// The line, from 1: that of the family's first mention, or of the first sample that shows it.
  public let line: Int
  /// What is wrong, on one line. No value of a label is told that may be personal.
  public let message: String
  /// What to do, on one line.
  public let advice: String

  /// `LINE: severity: family{label}: message; advice [rule]`, on one line without control characters.
  public var description: String {
    let place = shownName(family) + (label.map { "{\(shownName($0))}" } ?? "")
    return "\(line): \(severity.rawValue): \(place): \(message); \(advice) [\(rule.rawValue)]"
  }
}

/// A name as it may stand in a message: in quotes unless it is of letters, digits, underscores and colons.
private func shownName(_ name: String) -> String {
  let bytes = Array(name.utf8)
  let isPlain = bytes.count <= 200 && bytes.allSatisfy { $0.isNameByte || $0 == UInt8(ascii: ":") }
  return isPlain ? name : shown(bytes)
}
