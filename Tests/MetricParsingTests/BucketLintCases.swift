// What does the linter say of buckets that no histogram should have?

import MetricParsing

extension LintCase {
  static let buckets: [LintCase] = [
    // Counts of any size.
    LintCase(
      "a bucket beyond all measure", histogram("_bucket{le=\"0.5\"} 1e300", "_bucket{le=\"+Inf\"} 20"),
      ["4 error decreasing-buckets x"]),
    LintCase(
      "counts whose sum is infinite",
      histogram(
        "_bucket{a=\"1\",le=\"0.5\"} 1.7e308", "_bucket{a=\"1\",le=\"+Inf\"} 1.7e308",
        "_bucket{a=\"2\",le=\"0.5\"} 1.7e308", "_bucket{a=\"2\",le=\"+Inf\"} 1.7e308"), []),
    LintCase(
      "a count that is infinite", histogram("_bucket{le=\"0.5\"} +Inf", "_bucket{le=\"+Inf\"} +Inf"), []),
    LintCase(
      "counts below zero",
      histogram("_bucket{le=\"0.5\"} -1", "_bucket{le=\"5.0\"} -1e308", "_bucket{le=\"+Inf\"} 20"),
      ["4 error decreasing-buckets x"]),
    LintCase(
      "the largest share of the largest sum",
      histogram("_bucket{le=\"0.5\"} 1.7e308", "_bucket{le=\"+Inf\"} 1.7e308"), ["3 warning coarse-buckets x"]
    ),
    LintCase(
      "more observations than integers have",
      histogram("_bucket{le=\"0.5\"} 9.3e18", "_bucket{le=\"+Inf\"} 9.3e18"), ["3 warning coarse-buckets x"]),
    // Counts that fall, in any order of the bounds.
    LintCase(
      "falling counts", histogram("_bucket{le=\"0.5\"} 30", "_bucket{le=\"+Inf\"} 20"),
      ["4 error decreasing-buckets x"]),
    LintCase(
      "falling counts, the bounds falling", histogram("_bucket{le=\"+Inf\"} 20", "_bucket{le=\"0.5\"} 30"),
      ["4 error decreasing-buckets x"]),
    LintCase(
      "falling counts, the bounds in the order of their texts",
      histogram("_bucket{le=\"+Inf\"} 20", "_bucket{le=\"0.1\"} 1", "_bucket{le=\"0.5\"} 30"),
      ["5 error decreasing-buckets x"]),
    LintCase(
      "falling counts of one series",
      histogram(
        "_bucket{a=\"1\",le=\"0.5\"} 1", "_bucket{a=\"1\",le=\"+Inf\"} 9", "_bucket{a=\"2\",le=\"0.5\"} 5",
        "_bucket{a=\"2\",le=\"+Inf\"} 4"), ["6 error decreasing-buckets x"]),
    LintCase(
      "rising counts, the bounds in any order",
      histogram("_bucket{le=\"+Inf\"} 9", "_bucket{le=\"0.1\"} 1", "_bucket{le=\"0.5\"} 3"), []),
    LintCase(
      "a histogram that began anew",
      histogram(
        "_bucket{le=\"0.5\"} 5 1000", "_bucket{le=\"+Inf\"} 9 1000", "_bucket{le=\"0.5\"} 1 2000",
        "_bucket{le=\"+Inf\"} 2 2000"), []),
    // The last bucket.
    LintCase("no bucket at all", histogram("_sum 1", "_count 1"), ["3 error missing-infinity x"]),
    LintCase("a value and no bucket", histogram(" 1"), ["3 error missing-infinity x"]),
    LintCase("a bucket without a bound", histogram("_bucket 1"), ["3 error missing-infinity x"]),
    LintCase(
      "a bucket whose bound is no number", histogram("_bucket{le=\"NaN\"} 1"),
      ["3 error missing-infinity x"]),
    LintCase(
      "a series without buckets beside one with some",
      histogram("_bucket{a=\"1\",le=\"+Inf\"} 1", "_count{a=\"1\"} 1", "_count{a=\"2\"} 1"),
      ["5 error missing-infinity x"]),
    LintCase("a family without samples", histogram(), []),
    // Several times.
    LintCase(
      "a series of two times beside one of one",
      histogram(
        "_bucket{a=\"1\",le=\"0.5\"} 1 1", "_bucket{a=\"1\",le=\"+Inf\"} 2 1",
        "_bucket{a=\"1\",le=\"0.5\"} 1 2",
        "_bucket{a=\"1\",le=\"+Inf\"} 2 2", "_bucket{a=\"2\",le=\"0.5\"} 1 1",
        "_bucket{a=\"2\",le=\"+Inf\"} 2 1"),
      []),
    LintCase(
      "a series of two times beside one of one, in OpenMetrics",
      histogram(
        "_bucket{a=\"1\",le=\"0.5\"} 1 1", "_bucket{a=\"1\",le=\"+Inf\"} 2 1",
        "_bucket{a=\"1\",le=\"0.5\"} 1 2",
        "_bucket{a=\"1\",le=\"+Inf\"} 2 2", "_bucket{a=\"2\",le=\"0.5\"} 1 1",
        "_bucket{a=\"2\",le=\"+Inf\"} 2 1"),
      .openMetrics, []),
    LintCase(
      "few observations, told twice",
      histogram(
        "_bucket{le=\"0.5\"} 15 1", "_bucket{le=\"+Inf\"} 15 1", "_bucket{le=\"0.5\"} 15 2",
        "_bucket{le=\"+Inf\"} 15 2"), []),
    LintCase(
      "a time for each bucket", histogram("_bucket{le=\"0.5\"} 1 1", "_bucket{le=\"+Inf\"} 2 2"), []),
  ]

  private static func histogram(_ samples: String...) -> String {
    "# HELP x X.\n# TYPE x histogram\n" + samples.map { "x\($0)\n" }.joined()
  }
}
