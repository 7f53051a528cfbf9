// What does a query name, and which families and labels are there?

import MailObservability
import MetricInstruments
import MetricParsing
import TestSupport
import Testing

@testable import mailobs

/// What the queries of boards are held against.
enum Catalogue {
  struct Family {
    let type: MetricType
    let labels: Set<String>
  }

  /// A selector in a query.
  struct Use {
    let name: String
    let labels: [String]
    /// Whether a function over a range stands before it.
    let isRated: Bool

    /// Without what a histogram's samples have.
    var family: String {
      for suffix in ["_bucket", "_sum", "_count"]
      where name.hasSuffix("seconds\(suffix)") || name.hasSuffix("bytes\(suffix)")
        || name.hasSuffix("message\(suffix)")
      {
        return String(name.dropLast(suffix.count))
      }
      return name
    }
  }

  /// Every family of a host that has all there is, by its name: the instruments, and what a scrape shows besides.
  static func read() async throws -> [String: Family] {
    let metrics = try MetricsCollector()
    try metrics.startTracing(TracingConfig(serviceName: "boards"))
    try metrics.health.add(HealthCheck("host") { .pass })
    try metrics.health.add(.diskSpace(path: "/"))
    metrics.top.senderDomains.record("one.example")
    metrics.top.recipientDomains.record("two.example")
    let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
    let url = "http://\(try #require(server.boundAddress))"
    var known: [String: Family] = [:]
    func isComplete() async throws -> Bool {
      let scrape = try #require(
        await onThread { try? ExpositionInput(.url(url), Invocation.Reading(format: .text)) })
      for family in try ParsedExposition(scrape.bytes, .text).families {
        known[family.name] = Family(
          type: MetricType(rawValue: family.type.rawValue) ?? .gauge,
          labels: Set(family.samples.flatMap(\.labels).map(\.name)))
      }
      // The first results of checks come a moment after the start.
      return known["rusmes_health_check_status"]?.labels.isEmpty == false
        && known["rusmes_filesystem_avail_bytes"] != nil
    }
    while try await !isComplete() { await Task.yield() }
    for family in metrics.registry.families {
      known[family.descriptor.name] = Family(
        type: family.descriptor.type, labels: Set(family.descriptor.labelNames))
    }
    await metrics.tracing.shutdown(within: .zero)
    await server.shutdown(gracePeriod: .zero)
    return known
  }

  /// The selectors of a query.
  static func uses(in query: String) -> [Use] {
    query.matches(of: /(?<before>[a-z_]+\()?(?<name>[a-z_:]+)\{(?<matchers>[^}]*)\}(?<range>\[)?/).map {
      match in
      Use(
        name: String(match.output.name),
        labels: match.output.matchers.matches(of: /([a-z_]+)(=~|!~|!=|=)"/).map { String($0.output.1) },
        isRated: match.output.range != nil
          && ["rate(", "increase(", "resets("].contains(match.output.before.map(String.init) ?? ""))
    }
  }

  /// The labels that stand behind `by`.
  static func grouping(in query: String) -> [String] {
    query.matches(of: /by \(([^)]*)\)/).flatMap {
      $0.output.1.split(separator: ",").map { String($0.drop { $0 == " " }) }
    }
  }
}
