// Do the rules read nothing but what is exported, and are those that are kept in the tree the ones that are written?

import HealthProbes
import MetricInstruments
import MetricParsing
import ObservabilityPlatform
import Testing

@testable import MailObservability
@testable import mailobs

@Suite("Rules for Prometheus")
struct RulesTests {
  private static func contents(_ path: String) throws -> String {
    let file = try #require(fopen(path, "r"), "\(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    .dropLast(3).joined(separator: "/")

  @Test("in the tree are what the command writes")
  func committed() throws {
    for (name, text) in RulesRequest().texts {
      #expect(try Self.contents("\(Self.root)/dashboards/prometheus/\(name)") == text, "\(name)")
    }
  }

  /// The names of samples, and of labels, that a server of a namespace exports.
  private static func exported(_ namespace: String, _ groups: Set<MetricGroup>) async throws -> (
    samples: Set<String>, labels: Set<String>
  ) {
    let metrics = try MetricsCollector(namespace: namespace, groups: groups)
    try metrics.health.add(.diskSpace("disk", path: "/"))
    try metrics.startTracing(TracingConfig(serviceName: "mx1", endpoint: "http://127.0.0.1:9"))
    let endpoints = try metrics.endpoints()
    _ = await metrics.health.answer(to: .health)
    let exposition = try ParsedExposition(await metrics.registry.text(), .text)
    withExtendedLifetime(endpoints) {}
    var samples: Set<String> = []
    var labels: Set<String> = []
    for family in metrics.registry.families {
      let descriptor = family.descriptor
      labels.formUnion(descriptor.labelNames)
      let ends = descriptor.type == .histogram ? ["_bucket", "_sum", "_count"] : [""]
      samples.formUnion(ends.map { descriptor.name + $0 })
    }
    for family in exposition.families {
      for sample in family.samples {
        samples.insert(sample.name)
        labels.formUnion(sample.labels.map(\.name))
      }
    }
    await metrics.tracing.shutdown(within: .zero)
    // Of servers whose secrets come from files.
    samples.insert("\(namespace)_observability_credentials_last_reload_successful")
    return (samples, labels)
  }

  /// What a target has besides.
  private static let everyTarget: Set = ["up", "scrape_duration_seconds"]
  private static let everyLabel: Set = ["job", "instance", "pod", "le", "slo", "__name__"]

  static let hosts: [(String, Set<MetricGroup>)] =
    [("rusmes", .all), ("acme", .all), ("mx", [.smtp, .imap]), ("mx", [])]
    + MetricGroup.allCases.map { ("mx", [$0]) }

  @Test("read what a server with these groups exports, and nothing else", arguments: hosts)
  func names(_ namespace: String, _ groups: Set<MetricGroup>) async throws {
    let (samples, labels) = try await Self.exported(namespace, groups)
    var request = RulesRequest()
    (request.namespace, request.groups) = (namespace, groups)
    let book = request.book
    let all = book.files.flatMap(\.groups)
    let recorded = Set(all.flatMap(\.recording).map { book.filled($0.record) })
    let expressions = all.flatMap { $0.recording.map(\.expression) + $0.alerts.map(\.expression) }
    #expect(!expressions.isEmpty)
    for expression in expressions {
      let names = ExpressionNames(book.filled(expression))
      for name in names.metrics {
        #expect(
          samples.contains(name) || recorded.contains(name) || Self.everyTarget.contains(name)
            || name.hasPrefix("process_"), "\(name) in \(expression)")
      }
      for label in names.labels {
        #expect(labels.contains(label) || Self.everyLabel.contains(label), "\(label) in \(expression)")
      }
    }
  }

  @Test("are told apart from what stands around names")
  func expressionNames() {
    let names = ExpressionNames(
      "sum without (a, b) (rate(x:y_total{c=~\"d|e\",f!=\"g h\"}[5m] offset 1d)) / on (i) group_left () z > 1.5e9"
    )
    #expect(names.metrics == ["x:y_total", "z"])
    #expect(names.labels == ["a", "b", "c", "f", "i"])
  }

  @Test("have each name once, and each threshold that they read")
  func unique() {
    for namespace in ["rusmes", "acme"] {
      var request = RulesRequest()
      request.namespace = namespace
      let all = request.book.files.flatMap(\.groups)
      let alerts = all.flatMap(\.alerts)
      #expect(Set(alerts.map(\.name)).count == alerts.count)
      let records = all.flatMap(\.recording).map { "\($0.record) \($0.labels)" }
      #expect(Set(records).count == records.count)
      #expect(Set(all.map(\.name)).count == all.count)
      for threshold in RuleThreshold.allCases {
        #expect(alerts.contains { $0.expression.contains("\(threshold)") }, "\(threshold) is read by nothing")
      }
    }
  }
}
