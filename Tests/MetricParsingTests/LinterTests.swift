// What does the linter find, and what does it leave alone?

import MetricParsing
import TestSupport
import Testing

/// An exposition, and the rules of which the linter has to find something in it, beside where.
struct LintCase: Sendable, CustomTestStringConvertible {
  let title: String
  let text: String
  let format: ExpositionParser.Format
  let found: [String]

  var testDescription: String { title }

  init(_ title: String, _ text: String, _ format: ExpositionParser.Format, _ found: [String]) {
    self.title = title
    self.text = text + (format == .openMetrics ? "# EOF\n" : "")
    self.format = format
    self.found = found
  }

  init(_ title: String, _ text: String, _ found: [String]) { self.init(title, text, .text, found) }

  static let all: [LintCase] = [
    LintCase(
      "a gauge ending in total", gauge("mails_total", "mails_total 1\n"), ["1 error total-suffix mails_total"]
    ),
    LintCase("percent", gauge("full_percent", "full_percent 1\n"), ["1 error base-unit full_percent"]),
    LintCase(
      "a point in time that is a counter",
      "# HELP x_timestamp_seconds X.\n# TYPE x_timestamp_seconds summary\n",
      ["1 error timestamp-suffix x_timestamp_seconds"]),
    LintCase("no type", "# HELP x X.\nx 1\n", ["1 warning missing-type x"]),
    LintCase("an untyped one that says so", "# HELP x X.\n# TYPE x untyped\nx{le=\"1\"} 1\n", []),
    LintCase("le by hand", gauge("x", "x{le=\"1\"} 1\n"), ["3 error reserved-label x le"]),
    LintCase(
      "quantile by hand, in OpenMetrics", gauge("x", "x{quantile=\"1\"} 1\n"), .openMetrics,
      ["3 error reserved-label x quantile"]),
    // Labels.
    LintCase("other labels", gauge("x", "x{a=\"1\"} 1\nx{b=\"1\"} 1\n"), ["4 error mixed-labels x"]),
    LintCase(
      "a total beside its parts", gauge("x", "x 3\nx{a=\"1\"} 1\nx{a=\"2\"} 2\n"), ["4 error mixed-levels x"]),
    LintCase("two levels", gauge("x", "x{a=\"1\"} 1\nx{a=\"1\",b=\"2\"} 1\n"), ["4 error mixed-levels x"]),
    LintCase(
      "two levels, the finer first", gauge("x", "x{b=\"2\",a=\"1\"} 1\nx{b=\"1\"} 1\n"),
      ["4 error mixed-levels x"]),
    LintCase(
      "an empty value, which is no label", gauge("x", "x 3\nx{a=\"1\",b=\"\"} 1\n"),
      ["4 error mixed-levels x"]),
    LintCase("an empty value beside none", gauge("x", "x{a=\"1\"} 3\nx{b=\"\",a=\"2\"} 1\n"), []),
    LintCase("labels in another order", gauge("x", "x{a=\"1\",b=\"1\"} 3\nx{b=\"2\",a=\"1\"} 1\n"), []),
    LintCase("facts with other labels", gauge("x_info", "x_info{a=\"1\"} 1\nx_info{b=\"1\"} 1\n"), []),
    LintCase(
      "a value that is the sum", gauge("x", "x{a=\"1\"} 1\nx{a=\"All\"} 3\n"), ["4 warning total-label x a"]),
    LintCase("a value that is the only one", gauge("x", "x{a=\"all\"} 1\n"), []),
    LintCase(
      "a series twice", gauge("x", "x{a=\"1\",b=\"2\"} 1\nx{b=\"2\",a=\"1\"} 3\n"),
      ["4 error duplicate-series x"]),
    LintCase(
      "a bucket twice", histogram("x", ["0.5", "0.5", "+Inf"], [1, 1, 1]), ["4 error duplicate-series x"]),
    LintCase("a series of two times", gauge("x", "x 1 1\nx 1 2\n"), .openMetrics, []),
    // Values of labels.
    LintCase("an e-mail address", label("alice@example.com"), ["3 warning address-label x a"]),
    LintCase("an address with a literal", label("bob@[192.0.2.1]"), ["3 warning address-label x a"]),
    LintCase("a Message-ID", label("<20260101.1@mx.example>"), ["3 warning address-label x a"]),
    LintCase(
      "an address of another script", label("\u{7528}\u{6237}@\u{4F8B}.example"),
      ["3 warning address-label x a"]),
    LintCase("IPv4", label("192.0.2.17"), ["3 warning address-label x a"]),
    LintCase("IPv4 with a port", label("192.0.2.17:25"), ["3 warning address-label x a"]),
    LintCase("IPv6", label("2001:db8::1"), ["3 warning address-label x a"]),
    LintCase("IPv6 with a port", label("[2001:db8::1]:25"), ["3 warning address-label x a"]),
    LintCase("a network", label("192.0.2.0/24"), ["3 warning address-label x a"]),
    LintCase("a UUID", label("123e4567-e89b-12d3-a456-426614174000"), ["3 warning identifier-label x a"]),
    LintCase("a trace", label("4bf92f3577b34da6a3ce929d0e0e4736"), ["3 warning identifier-label x a"]),
    LintCase(
      "an address among other values", gauge("x", "x{a=\"b\"} 1\nx{a=\"c\"} 1\nx{a=\"d@e.example\"} 1\n"),
      ["5 warning address-label x a"]),
    LintCase(
      "facts that are identifiers",
      gauge("x_info", "x_info{revision=\"4bf92f3577b34da6a3ce\",v=\"1.2.3.4\"} 1\n"), []),
    LintCase(
      "a fact that is an address", gauge("x_info", "x_info{a=\"b@c.example\"} 1\n"),
      ["3 warning address-label x_info a"]),
    // Numbers.
    LintCase(
      "le=\"1\" in OpenMetrics", histogram("x", ["1", "+Inf"], [1, 1]), .openMetrics,
      ["3 warning canonical-number x le"]),
    LintCase("le=\"1\" in text", histogram("x", ["1", "+Inf"], [1, 1]), ["3 info canonical-number x le"]),
    LintCase("a quantile of 1", summary(quantile: "1"), ["3 info canonical-number x quantile"]),
    // Histograms.
    LintCase(
      "nothing but small ones", histogram("x_seconds", ["1.0", "5.0", "+Inf"], [95, 98, 100]),
      ["3 warning coarse-buckets x_seconds"]),
    LintCase(
      "nothing but large ones", histogram("x_seconds", ["1.0", "5.0", "+Inf"], [1, 5, 100]),
      ["3 warning coarse-buckets x_seconds"]),
    LintCase(
      "nothing but a wide bucket", histogram("x_seconds", ["0.5", "50.0", "+Inf"], [0, 99, 100]),
      ["3 warning coarse-buckets x_seconds"]),
    LintCase(
      "no finite bucket", histogram("x_seconds", ["+Inf"], [100]), ["3 warning coarse-buckets x_seconds"]),
    LintCase("few observations", histogram("x_seconds", ["1.0", "5.0", "+Inf"], [9, 9, 9]), []),
    LintCase("a spread", histogram("x_seconds", ["1.0", "5.0", "+Inf"], [40, 80, 100]), []),
    LintCase(
      "whole numbers, of which most are 1",
      histogram("x_recipients", ["1.0", "5.0", "+Inf"], [98, 99, 100]), []),
    LintCase("zeros", histogram("x_bytes", ["0.0", "5.0", "+Inf"], [100, 100, 100]), []),
    LintCase("no last bucket", histogram("x", ["1.0", "5.0"], [1, 2]), ["3 error missing-infinity x"]),
    LintCase(
      "other bounds",
      "# HELP x X.\n# TYPE x histogram\nx_bucket{a=\"1\",le=\"1.0\"} 1\nx_bucket{a=\"1\",le=\"+Inf\"} 1\n"
        + "x_bucket{a=\"2\",le=\"2.0\"} 1\nx_bucket{a=\"2\",le=\"+Inf\"} 1\n", ["5 warning mixed-buckets x"]),
    // Names in UTF-8.
    LintCase(
      "a name with dots",
      "# HELP \"http.server.ms\" X.\n# TYPE \"http.server.ms\" gauge\n{\"http.server.ms\",\"h.b\"=\"1\"} 1\n",
      []),
    LintCase(
      "a name of another script",
      "# HELP \"\u{9818}\u{4EF6}\u{E9}\u{C9}\" X.\n# TYPE \"\u{9818}\u{4EF6}\u{E9}\u{C9}\" gauge\n{\"\u{9818}\u{4EF6}\u{E9}\u{C9}\"} 1\n",
      []),
    // What a type of OpenMetrics makes of a name.
    LintCase(
      "a counter of OpenMetrics", "# HELP x X.\n# TYPE x counter\nx_total 1\nx_created 5\n", .openMetrics, []),
    LintCase(
      "a counter of OpenMetrics with a unit that is none",
      "# HELP x_hours X.\n# TYPE x_hours counter\nx_hours_total 1\n", .openMetrics,
      ["1 error base-unit x_hours_total"]),
    LintCase(
      "a state set", "# HELP x X.\n# TYPE x stateset\nx{x=\"all\"} 1\nx{x=\"b\"} 0\n", .openMetrics, []),
    LintCase(
      "a gauge histogram",
      "# HELP x X.\n# TYPE x gaugehistogram\nx_bucket{le=\"1.0\"} 1\nx_bucket{le=\"+Inf\"} 1\n", .openMetrics,
      []),
  ]

  static func gauge(_ name: String, _ samples: String) -> String {
    "# HELP \(name) X.\n# TYPE \(name) gauge\n" + samples
  }

  static func label(_ value: String) -> String { gauge("x", "x{a=\"\(value)\"} 1\n") }

  private static func histogram(_ name: String, _ bounds: [String], _ counts: [Int]) -> String {
    let buckets = zip(bounds, counts).map { "\(name)_bucket{le=\"\($0)\"} \($1)\n" }.joined()
    let count = counts.last ?? 0
    return
      "# HELP \(name) X.\n# TYPE \(name) histogram\n\(buckets)\(name)_count \(count)\n\(name)_sum \(count)\n"
  }

  private static func summary(quantile: String) -> String {
    "# HELP x X.\n# TYPE x summary\nx{quantile=\"\(quantile)\"} 1\nx_count 1\nx_sum 1\n"
  }
}

@Suite("The linter")
struct LinterTests {
  @Test("finds, and leaves alone", arguments: LintCase.all + LintCase.buckets + LintCase.texts)
  func cases(_ example: LintCase) throws {
    let findings = MetricLinter().findings(in: try ParsedExposition(example.text, example.format))
    let said = findings.map { finding in
      "\(finding.line) \(finding.severity) \(finding.rule.rawValue) \(finding.family)"
        + (finding.label.map { " \($0)" } ?? "")
    }
    #expect(said == example.found, "\(findings)")
  }

  @Test("says on one line where, what and what to do, whatever the names hold")
  func description() throws {
    let text =
      "# HELP x_total X.\n# TYPE x_total gauge\nx_total 1\n{\"a\u{1B}[31m\u{9B}\u{202E}\\n\",\"l\u{7}L\"=\"\u{7}@b\"} 1\n"
    let findings = MetricLinter().findings(in: try ParsedExposition(text, .text))
    #expect(
      findings.first?.description
        == "1: error: x_total: the name ends in _total, but it is no counter; "
        + "drop _total, or make it a counter if it only grows [total-suffix]"
    )
    #expect(findings.count >= 3)
    for finding in findings {
      #expect(
        finding.description.unicodeScalars.allSatisfy {
          $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) && $0 != "\u{202E}"
        })
    }
  }

  @Test("heeds its settings, of any number")
  func settings() throws {
    let many =
      "# HELP x X.\n# TYPE x gauge\n" + (0..<200).map { "x{a=\"v\($0)\",b=\"\($0 % 2)\"} 1\n" }.joined()
    let exposition = try ParsedExposition(many, .text)
    func rules(_ change: (inout MetricLinter) -> Void) -> [String] {
      var linter = MetricLinter()
      change(&linter)
      return linter.findings(in: exposition).map { "\($0.rule.rawValue) \($0.label ?? "-")" }
    }
    let value = "high-cardinality a"
    let series = "high-cardinality -"
    #expect(rules { _ in } == [value])
    #expect(rules { $0.mostLabelValues = 199 } == [value] && rules { $0.mostLabelValues = 200 } == [])
    #expect(rules { $0.mostLabelValues = .max } == [])
    for number in [Int.min, -1, 0, 1] {
      #expect(rules { $0.mostLabelValues = number } == [value, "high-cardinality b"])
      #expect(rules { $0.mostSeries = number } == [series, value])
    }
    #expect(rules { $0.mostSeries = 199 } == [series, value] && rules { $0.mostSeries = 200 } == [value])
    #expect(rules { $0.ignored = [.highCardinality] } == [])
    for number in [Int.min, -1, 0, 1, .max] {
      var linter = MetricLinter()
      linter.leastObservations = number
      let one = try ParsedExposition("# HELP x X.\n# TYPE x histogram\nx_bucket{le=\"+Inf\"} 1\n", .text)
      #expect(linter.findings(in: one).map(\.rule) == (number == .max ? [] : [.coarseBuckets]))
    }
  }

  @Test("tells ten labels of a family for each rule, however many there are")
  func bounded() throws {
    let names = (0..<5_000).map { "x{aB\($0)=\"u\($0)@example.com\"} 1\n" }.joined()
    let exposition = try ParsedExposition("# HELP x X.\n# TYPE x gauge\n" + names, .text)
    let findings = MetricLinter().findings(in: exposition)
    #expect(
      Dictionary(grouping: findings, by: \.rule).mapValues(\.count) == [
        .mixedLabels: 1, .camelCase: 10, .addressLabel: 10, .highCardinality: 2,
      ])
  }

  @Test(
    "says the same in any order of hashes, and of damaged expositions too", arguments: [SeededGenerator.seed])
  func deterministic(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let interesting = Array("\n\"\\{}=, #_1e@.:".utf8)
    var read = 0
    for example in LintCase.all {
      for _ in 0..<20 {
        var bytes = Array(example.text.utf8)
        generator.damage(&bytes, with: interesting)
        guard let exposition = try? ParsedExposition(bytes, example.format) else { continue }
        read += 1
        let findings = MetricLinter().findings(in: exposition)
        #expect(findings == MetricLinter().findings(in: exposition))
        #expect(findings.map(\.line) == findings.map(\.line).sorted())
      }
    }
    #expect(read > 20)
  }
}
