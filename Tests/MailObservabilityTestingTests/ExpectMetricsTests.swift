// Does a test's expectation hold when it should, and does a person see why when it does not?

import MailObservability
import MailObservabilityTesting
import Testing

@Suite("An expectation of metrics")
struct ExpectMetricsTests {
  /// A registry with a counter family, a histogram and a gauge.
  private func makeRegistry() throws -> Registry {
    let registry = try Registry(namespace: "mx")
    let hits = try registry.register(
      .counter("hits_total", help: "Hits.\nAll \\"), byBounded: "list", limit: 10)
    hits.increment("a")
    hits.increment("b \"c\"\\\n")
    let wait = try registry.register(
      .histogram("wait_seconds", help: "Wait.", unit: "seconds", buckets: [0.5, 1]))
    wait.observe(0.75)
    let load = try registry.register(.gauge("load", help: "Load."))
    load.set(0.25)
    return registry
  }

  @Test(
    "holds, whatever the order and whatever is left out",
    arguments: [
      "mx_load 0.25", "mx_load 0.25\n", "\n  mx_load   0.25\n\n",
      "mx_hits_total{list=\"b \\\"c\\\"\\\\\\n\"} 1\nmx_hits_total{list=\"a\"} 1",
      "# HELP mx_hits_total Hits.\\nAll \\\\\n# TYPE mx_hits_total counter\nmx_hits_total{list=\"a\"} 1\n"
        + "mx_hits_total{list=\"b \\\"c\\\"\\\\\\n\"} 1\n",
      "mx_wait_seconds_count 1",
      "mx_wait_seconds_bucket{le=\"+Inf\"} 1\nmx_wait_seconds_bucket{le=\"1\"} 1\n"
        + "mx_wait_seconds_bucket{le=\"0.50\"} 0\n",
      "# TYPE mx_wait_seconds histogram\nmx_wait_seconds_sum 0.75\nmx_wait_seconds_count 1\n"
        + "mx_wait_seconds_bucket{le=\"1\"} 1\nmx_wait_seconds_bucket{le=\"0.5\"} 0\n"
        + "mx_wait_seconds_bucket{le=\"+Inf\"} 1",
      "# TYPE mx_load gauge\n# HELP mx_load Load.\nmx_load 0.25\n# EOF", "mx_load 2.5e-1\n# EOF\n",
      "# TYPE mx_hits counter\nmx_hits_total{list=\"a\"} 1\nmx_hits_total{list=\"b \\\"c\\\"\\\\\\n\"} 1\n# EOF",
      "# TYPE mx_wait_seconds histogram\n# UNIT mx_wait_seconds seconds\nmx_wait_seconds_bucket{le=\"0.5\"} 0\n"
        + "mx_wait_seconds_bucket{le=\"1.0\"} 1\nmx_wait_seconds_bucket{le=\"+Inf\"} 1\n"
        + "mx_wait_seconds_sum 0.75\nmx_wait_seconds_count 1\n# EOF\n",
    ])
  func holds(_ expected: String) async throws {
    try await expectMetrics(in: makeRegistry(), equals: expected)
  }

  @Test(
    "shows what differs, and no more",
    arguments: [
      ("mx_load 1", "- mx_load 1\n+ mx_load 0.25"), ("mx_load NaN", "- mx_load NaN\n+ mx_load 0.25"),
      ("mx_gone{a=\"b\"} 1", "- mx_gone{a=\"b\"} 1"),
      (
        "mx_hits_total{list=\"a\"} 1\nmx_hits_total{list=\"d\"} 2",
        "- mx_hits_total{list=\"d\"} 2\n+ mx_hits_total{list=\"b \\\"c\\\"\\\\\\n\"} 1"
      ),
      (
        "# HELP mx_load Weight.\n# TYPE mx_load counter\nmx_load 0.25",
        "- # HELP mx_load Weight.\n+ # HELP mx_load Load.\n- # TYPE mx_load counter\n+ # TYPE mx_load gauge"
      ),
      ("# TYPE mx_load untyped\nmx_load 0.25", "- # TYPE mx_load untyped\n+ # TYPE mx_load gauge"),
      ("# TYPE mx_load gauge", "+ mx_load 0.25"),
      ("# HELP mx_gone Gone.\n# TYPE mx_gone gauge", "- # HELP mx_gone Gone.\n- # TYPE mx_gone gauge"),
      (
        "# TYPE mx_wait_seconds histogram\nmx_wait_seconds_sum 0.75\nmx_wait_seconds_bucket{le=\"2\"} 1",
        "- mx_wait_seconds_bucket{le=\"2.0\"} 1\n+ mx_wait_seconds_bucket{le=\"0.5\"} 0\n"
          + "+ mx_wait_seconds_bucket{le=\"1.0\"} 1\n+ mx_wait_seconds_bucket{le=\"+Inf\"} 1\n"
          + "+ mx_wait_seconds_count 1"
      ),
      ("mx_load 0.25 1000", "- mx_load 0.25 1\n+ mx_load 0.25 without a timestamp"),
    ])
  func differs(_ expected: String, _ difference: String) async throws {
    let error = try #require(await failure { try await expectMetrics(in: makeRegistry(), equals: expected) })
    #expect(error.code == .different && error.line == nil)
    #expect(error.message == "the metrics differ: - expected, + found\n" + difference)
  }

  @Test("looks at all families, or at those that are named, and not at those to be ignored")
  func selection() async throws {
    let registry = try makeRegistry()
    let load = "# HELP mx_load Load.\n# TYPE mx_load gauge\nmx_load 0.25"
    try await expectMetrics(
      in: registry, equals: load, families: .all,
      ignoring: [
        "mx_hits_total", "mx_wait_seconds", "mx_observability_rejected_total",
        "mx_observability_overflow_total",
      ])
    try await expectMetrics(in: registry, equals: load + "\nmx_hits_total 9", families: .named(["mx_load"]))
    try await expectMetrics(in: registry, equals: "", families: .named(["mx_gone"]))
    let unexpected = await failure {
      try await expectMetrics(
        in: registry, equals: load, families: .named(["mx_load", "mx_wait_seconds_sum"]))
    }
    #expect(
      unexpected?.message.contains("+ # TYPE mx_wait_seconds histogram\n+ mx_wait_seconds_bucket") == true)
    #expect(unexpected?.message.contains("mx_load") == false)
    let all = await failure {
      try await expectMetrics(in: registry, equals: load, families: .all, ignoring: ["mx_wait_seconds"])
    }
    #expect(all?.message.contains("+ # TYPE mx_hits_total counter\n+ mx_hits_total{list=\"a\"} 1") == true)
    #expect(all?.message.contains("wait") == false)
  }

  static let nothing: [(String, FamilySelection, Set<String>)] = [
    ("mx_hits_total 9", .named(["mx_hits"]), []), ("mx_hits_total 9", .named([]), []),
    ("", .named([]), []), ("mx_load 1", .named(["mx_loads", "mx_gone"]), []),
    ("# TYPE mx_hits counter\nmx_hits_total 9\n# EOF", .named(["mx_hit"]), []),
    ("# TYPE mx_load gauge\nmx_load 9", .expected, ["mx_load"]), ("mx_load 9", .all, ["mx_load"]),
    ("# TYPE mx_load gauge\nmx_load 9", .named(["mx_load"]), ["mx_load"]),
    ("# TYPE mx_hits counter\nmx_hits_total 9\n# EOF", .expected, ["mx_hits_total"]),
    ("# TYPE mx_hits counter\nmx_hits_total 9\n# EOF", .expected, ["mx_hits"]),
    ("# TYPE mx_wait_seconds histogram\nmx_wait_seconds_count 9", .expected, ["mx_wait_seconds_count"]),
  ]

  @Test("is a misuse when it cannot fail", arguments: nothing)
  func misuse(_ expected: String, _ families: FamilySelection, _ ignored: Set<String>) async throws {
    let error = await failure {
      try await expectMetrics(in: makeRegistry(), equals: expected, families: families, ignoring: ignored)
    }
    #expect(error?.code == .misuse, "\(error?.message ?? "it held")")
  }

  static let named: [(String, Set<String>)] = [
    ("mx_wait_seconds_count 1", ["mx_wait_seconds"]), ("mx_wait_seconds_sum 0.75", ["mx_wait_seconds_sum"]),
    ("mx_wait_seconds_count 1\nmx_wait_seconds_sum 0.75", ["mx_wait_seconds"]),
    ("mx_hits_total{list=\"a\"} 1\n# EOF", ["mx_hits"]),
    ("mx_hits_total{list=\"a\"} 1\n# EOF", ["mx_hits_total"]),
    ("# TYPE mx_hits counter\n# EOF", ["mx_hits_total"]), ("# TYPE mx_hits_total counter", ["mx_hits_total"]),
  ]

  @Test("compares a family that is named with every line of the text that is of it", arguments: named)
  func parts(_ expected: String, _ names: Set<String>) async throws {
    let error = try #require(
      await failure {
        try await expectMetrics(in: makeRegistry(), equals: expected, families: .named(names))
      })
    // What is there and not in the text is told, and nothing that is in the text.
    #expect(error.code == .different && !error.message.contains("\n- "))
    for line in expected.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(!error.message.contains(line), "\(error.message)")
    }
    let wrong = expected.replacing("} 1", with: "} 7").replacing("count 1", with: "count 7")
    if wrong != expected {
      let error = await failure {
        try await expectMetrics(in: makeRegistry(), equals: wrong, families: .named(names))
      }
      #expect(error?.message.contains("\n- mx_") == true)
    }
    // Of what is not there, too.
    let gone = await failure {
      try await expectMetrics(in: makeRegistry(), equals: "mx_gone_count 1", families: .named(["mx_gone"]))
    }
    #expect(gone?.message.hasSuffix("\n- mx_gone_count 1") == true)
  }

  @Test("shows a family whose name is longer than that of another one with its own lines alone")
  func likeNames() async throws {
    let registry = try Registry(namespace: "mx")
    try registry.register(.gauge("h", help: "H.")).set(1)
    try registry.register(.gauge("h_gsum", help: "H.")).set(3)
    try await expectMetrics(in: registry, equals: "mx_h 1\nmx_h_gsum 9", families: .named(["mx_h"]))
  }

  @Test("shows what steers terminals as escapes, and two values that differ in it as two")
  func steering() async throws {
    let registry = try Registry(namespace: "mx")
    let hits = try registry.register(.counter("hits_total", help: "Hits."), byBounded: "list", limit: 10)
    let values = ["\u{1B}[31m", "\u{9B}", "\u{202E}x", "\r", "\\u{9B}"]
    for value in values { hits.increment(value) }
    let error = try #require(
      await failure {
        try await expectMetrics(in: registry, equals: "mx_hits_total{list=\"\u{9B}\u{7F}\"} 1")
      })
    for text in [
      error.message, await failure { _ = try await registry.value(of: "mx_hits_total") }?.message ?? "",
    ] {
      for scalar in text.unicodeScalars where scalar != "\n" {
        #expect(scalar.value >= 0x20 && !(0x7F...0x9F ~= scalar.value) && scalar != "\u{202E}")
      }
      for value in [#"\u{1B}[31m"#, #""\u{9B}""#, #"\u{202E}x"#, #""\u{D}""#, #""\\u{9B}""#] {
        #expect(text.contains(value), "\(text)")
      }
    }
    let absent = await failure { _ = try await registry.value(of: "\u{9B}", labels: ["\u{1B}": "\u{202E}"]) }
    #expect(absent?.message == #"nothing is called \u{9B}"#)
  }

  @Test("says where the expected text cannot be read, and where the call is")
  func unreadable() async throws {
    let registry = try makeRegistry()
    let error = try #require(
      await failure {
        try await expectMetrics(
          in: registry, equals: "mx_load 1\nmx_hits_total{list='a'} 1", file: "A/B.swift", line: 7)
      })
    #expect(error.code == .unreadable && error.line == 2 && error.column == 20)
    #expect(error.description.hasPrefix("A/B.swift:7: the expected text, 2:20: a value in quotes"))
    let twice = await failure { try await expectMetrics(in: registry, equals: "mx_load 1\nmx_load 2") }
    #expect(twice?.code == .unreadable && twice?.line == 2)
    for nothing in ["", "\n", "# a comment", "# EOF"] {
      let error = await failure { try await expectMetrics(in: registry, equals: nothing) }
      #expect(error?.code == .misuse, "\(nothing)")
    }
    let here = await failure { try await expectMetrics(in: registry, equals: "mx_load 2") }
    #expect(here?.place.hasPrefix("MailObservabilityTestingTests/ExpectMetricsTests.swift:") == true)
  }

  @Test("shows no more lines than a person reads")
  func many() async throws {
    let expected = (0..<500).map { "mx_gone{n=\"\($0)\"} 1" }.joined(separator: "\n")
    let error = try #require(await failure { try await expectMetrics(in: makeRegistry(), equals: expected) })
    let lines = error.message.split(separator: "\n")
    #expect(lines.count == 202 && lines.last == "… and 300 lines more")
  }

  @Test("compares exemplars in OpenMetrics")
  func exemplars() async throws {
    let registry = try Registry(namespace: "mx")
    let hits = try registry.register(.counter("hits_total", help: "Hits."))
    hits.increment(exemplar: ["trace_id": "ab"])
    func expected(_ trace: String) -> String {
      "# TYPE mx_hits counter\nmx_hits_total 1 # {trace_id=\"\(trace)\"} 1\n# EOF"
    }
    try await expectMetrics(in: registry, equals: expected("ab"))
    let error = await failure { try await expectMetrics(in: registry, equals: expected("cd")) }
    #expect(
      error?.message.hasSuffix(
        "- mx_hits_total 1 # {trace_id=\"cd\"} 1\n+ mx_hits_total 1 # {trace_id=\"ab\"} 1") == true)
  }

  @Test("works on the whole catalogue")
  func catalogue() async throws {
    let metrics = try MetricsCollector(namespace: "mx")
    metrics.smtp.messagesRejected[.unknownRecipient].increment()
    try await expectMetrics(
      in: metrics, equals: await metrics.registry.text(.openMetrics), families: .all,
      ignoring: ["mx_collector_duration_seconds"])
    #expect(
      try await metrics.value(of: "mx_smtp_messages_rejected_total", labels: ["reason": "unknown_recipient"])
        == 1)
  }
}

@Suite("The value of a series")
struct SampleValueTests {
  private func makeRegistry() throws -> Registry {
    let registry = try Registry(namespace: "mx", constantLabels: ["site": "x"])
    let hits = try registry.register(
      .counter("hits_total", help: "Hits."), byBounded: "list", "kind", limit: 10)
    hits.increment("a", "1")
    hits.increment("b", "1")
    hits.increment("b", "2")
    let wait = try registry.register(.histogram("wait_seconds", help: "Wait.", buckets: [0.5, 1]))
    wait.observe(0.75)
    return registry
  }

  @Test("is found by those labels that tell it from others")
  func found() async throws {
    let registry = try makeRegistry()
    #expect(try await registry.value(of: "mx_hits_total", labels: ["list": "a"]) == 1)
    #expect(try await registry.value(of: "mx_hits_total", labels: ["kind": "2"]) == 1)
    #expect(
      try await registry.value(of: "mx_hits_total", labels: ["kind": "1", "list": "b", "site": "x"]) == 1)
    #expect(try await registry.value(of: "mx_wait_seconds_count") == 1)
    #expect(try await registry.value(of: "mx_wait_seconds_sum") == 0.75)
    for (bound, count) in ["0.5": 0.0, "1": 1, "1.0": 1, "+Inf": 1, "inf": 1] {
      #expect(
        try await registry.value(of: "mx_wait_seconds_bucket", labels: ["le": bound]) == count, "\(bound)")
    }
  }

  @Test("is refused with what there is, when none or more than one is meant")
  func refused() async throws {
    let registry = try makeRegistry()
    func message(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) async -> String {
      await failure { _ = try await registry.value(of: name, labels: labels) }.map {
        "\($0.code): \($0.message)"
      } ?? ""
    }
    #expect(
      await message("mx_hits_total", ["list": "b"])
        == """
        ambiguous: mx_hits_total{list="b"} is more than one series:
          mx_hits_total{kind="1",list="b",site="x"} 1
          mx_hits_total{kind="2",list="b",site="x"} 1
        """)
    #expect(
      await message("mx_hits_total", ["list": "c"]).hasPrefix(
        "absent: there is no mx_hits_total{list=\"c\"}, but\n  mx_"))
    #expect(
      await message("mx_wait_seconds").hasPrefix(
        "absent: mx_wait_seconds has the samples\n  mx_wait_seconds_bucket{"))
    #expect(await message("hits_total").contains("is one of these meant?\n  mx_hits_total{"))
    #expect(await message("nothing") == "absent: nothing is called nothing")
  }
}

@Suite("The linter")
struct LintTests {
  @Test("tells a test what is wrong with a host's metrics, and nothing of the catalogue")
  func lint() async throws {
    let metrics = try MetricsCollector(namespace: "mx")
    #expect(try await MailObservabilityTesting.lint(metrics).filter { $0.severity == .error } == [])
    let registry = try Registry(namespace: "mx")
    _ = try registry.register(.gauge("wait_milliseconds", help: "Wait."))
    let findings = try await MailObservabilityTesting.lint(registry)
    #expect(findings.map(\.rule) == [.baseUnit] && findings.first?.family == "mx_wait_milliseconds")
    var linter = MetricLinter()
    linter.ignored = [.baseUnit]
    #expect(try await MailObservabilityTesting.lint(registry, with: linter) == [])
  }
}

/// What is thrown; nil when nothing is.
private func failure(
  _ body: () async throws -> Void
) async -> MetricsTestError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? MetricsTestError
  }
}
