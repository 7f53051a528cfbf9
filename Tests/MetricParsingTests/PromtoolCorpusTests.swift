// Does the linter say everything that promtool says?

import MetricParsing
import Testing

@Suite("What promtool says")
struct PromtoolCorpusTests {
  @Test(
    "the linter says too, as an error, and of what promtool lets pass it says none",
    arguments: PromtoolExample.all)
  func example(_ example: PromtoolExample) throws {
    let findings = MetricLinter().findings(in: try ParsedExposition(example.text, .text))
    let errors = findings.filter { $0.severity == .error }
    for line in example.said {
      let (family, rule, detail) = try #require(Self.mapped(line), "\(line)")
      let isSaid = errors.contains {
        $0.family == family && $0.rule == rule && ($0.message + ($0.label ?? "")).contains(detail)
      }
      #expect(isSaid, "\(line)")
    }
    // A family without samples is none to promtool.
    if example.said.isEmpty, !example.title.contains("without samples") { #expect(errors.isEmpty) }
  }

  @Test("is recorded of at least thirty badly named metrics")
  func size() { #expect(PromtoolExample.all.filter { !$0.said.isEmpty }.count >= 30) }

  /// The family, the rule and what the finding has to name besides.
  private static func mapped(_ line: String) -> (family: String, rule: MetricFinding.Rule, detail: String)? {
    let parts = line.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let (_, rule) = rules.first(where: { parts[1].contains($0.text) }) else {
      return nil
    }
    let quoted = parts[1].split(separator: rule == .typeInName ? "'" : "\"")
    let detail: Substring =
      switch rule {
      case .baseUnit: quoted[3]
      case .typeInName, .reservedLabel: quoted[1]
      case .camelCase: parts[1].contains("label") ? "label" : "name"
      default: ""
      }
    return (String(parts[0]), rule, String(detail))
  }

  private static let rules: [(text: String, rule: MetricFinding.Rule)] = [
    ("no help text", .missingHelp), ("use base unit", .baseUnit),
    ("counter metrics should have \"_total\" suffix", .counterTotal),
    ("non-counter metrics should not have \"_total\" suffix", .totalSuffix),
    ("should not have \"_bucket\" suffix", .reservedSuffix),
    ("should not have \"_count\" suffix", .reservedSuffix),
    ("should not have \"_sum\" suffix", .reservedSuffix), ("should not have \"le\" label", .reservedLabel),
    ("should not have \"quantile\" label", .reservedLabel),
    ("metric name should not include type", .typeInName),
    ("metric names should not contain ':'", .colonInName),
    ("names should be written in 'snake_case'", .camelCase),
    ("metric names should not contain abbreviated units", .abbreviatedUnit),
  ]
}
