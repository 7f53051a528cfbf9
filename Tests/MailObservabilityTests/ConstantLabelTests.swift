// Does every series of a registry have its constant labels, and is what has them already refused?

import HealthProbes
@testable import MailObservability
import MetricInstruments
import Testing

@Suite("The constant labels of a registry")
struct ConstantLabelTests {
  enum Colour: String, ClosedLabel { case red, green }

  struct Host: Collector {
    var label = "host"
    let name = "host"
    func collect() async throws -> [CollectedFamily] {
      [
        CollectedFamily("collected", .gauge, help: "", samples: [CollectedSample(1, [label: "h"])]),
        CollectedFamily("fine", .gauge, help: "", value: 2),
      ]
    }
  }

  /// One of everything.
  private func filled() throws -> Registry {
    let registry = try Registry(constantLabels: ["site": "a \"b\"", "zone": "1"])
    try registry.register(.counter("plain_total", help: "")).increment()
    try registry.register(.histogram("h", help: "", buckets: [1])).observe(0)
    _ = try registry.register(.histogram("empty", help: "", buckets: [1]))
    try registry.register(.counter("closed_total", help: ""), by: ("colour", Colour.self))[.red].increment()
    let bounded = try registry.register(.counter("bounded_total", help: ""), byBounded: "x", limit: 1)
    bounded["1"].increment()
    bounded["2"].increment()
    try registry.registerSparse(.counter("sparse_total", help: ""))[["x": "1"]].increment()
    _ = try registry.info("build_info", help: "", ["version": "1"])
    _ = try registry.stateSet("state", help: "", of: Colour.self)
    try PublishedVariables(registry).integer("variable", "").add(1)
    try registry.gauge("closure", help: "") { 3 }
    try registry.add(Host())
    return registry
  }

  @Test("stand on every line of the text", arguments: [Registry.TextFormat.prometheus, .openMetrics])
  func text(format: Registry.TextFormat) async throws {
    let text = try await filled().text(format)
    let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(samples.count > 25)
    for sample in samples {
      #expect(sample.contains("site=\"a \\\"b\\\"\",zone=\"1\""), "\(sample)")
      #expect(sample.split(separator: "zone=").count == 2, "\(sample)")
    }
    for line in [
      "plain_total{site=\"a \\\"b\\\"\",zone=\"1\"} 1", "empty_count{site=\"a \\\"b\\\"\",zone=\"1\"} 0",
      "h_bucket{site=\"a \\\"b\\\"\",zone=\"1\",le=\"1.0\"} 1",
      "bounded_total{x=\"other\",site=\"a \\\"b\\\"\",zone=\"1\"} 1",
    ] { #expect(samples.contains { $0 == line }, "\(line)") }
  }

  @Test("stand beside every number of the JSON form")
  func json() async throws {
    let text = try await filled().text(.json)
    let constants = "\"site\":\"a \\\"b\\\"\",\"zone\":\"1\","
    for piece in [
      "\"plain_total\":{\"help\":\"\",\"type\":\"counter\",\"value\":[{\(constants)\"@\":1}]}",
      "[{\"colour\":\"red\",\(constants)\"@\":1},{\"colour\":\"green\",\(constants)\"@\":0}]",
      "[{\"x\":\"1\",\(constants)\"@\":1}]", "[{\"version\":\"1\",\(constants)\"@\":1}]",
      "[{\"state\":\"red\",\(constants)\"@\":0}",
      "\"empty\":{\"help\":\"\",\"type\":\"histogram\",\"value\":[{",
    ] { #expect(text.contains(piece), "\(piece) is not in \(text)") }
    // As often as there is a number; in an object no key comes twice.
    #expect(text.split(separator: "\"zone\":").count == text.split(separator: "\"@\":").count)
  }

  @Test("may be left out where a value is asked for, and are compared where they are not")
  func value() async throws {
    let registry = try filled()
    #expect(await registry.value("plain_total") == 1)
    #expect(await registry.value("plain_total", ["site": "a \"b\""]) == 1)
    #expect(await registry.value("plain_total", ["site": "b"]) == nil)
    #expect(await registry.value("collected", ["host": "h"]) == 1)
    #expect(await registry.value("collected", ["host": "h", "zone": "1", "site": "a \"b\""]) == 1)
    #expect(await registry.value("collected", ["host": "h", "zone": "2"]) == nil)
    #expect(await registry.value("sparse_total", ["x": "1"]) == 1)
    #expect(await registry.value("closure") == 3)
  }

  @Test("that cannot be labels are refused with the reason")
  func bad() {
    for labels: KeyValuePairs<String, String> in [
      ["": "1"], ["a b": "1"], ["__a": "1"], ["le": "1"], ["quantile": "1"], ["a": ""], ["a": "1", "a": "2"],
      ["é": "1"], ["a": String(repeating: "x", count: 1025)],
      // Of the registry's own families.
      ["reason": "1"], ["family": "1"], ["collector": "1"],
    ] {
      let error = #expect(throws: RegistrationError.self) { _ = try Registry(constantLabels: labels) }
      #expect(error?.code == .invalidLabels, "\(labels)")
    }
    let error = #expect(throws: RegistrationError.self) {
      _ = try MetricsCollector(constantLabels: ["protocol": "1"])
    }
    #expect(error?.message == "the label protocol is one of the registry's constant labels")
  }

  @Test("are no labels of what the library's own collectors return, which would be missing from every scrape")
  func labelsOfCollectors() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.add(.diskSpace("disk", path: "/"))
    metrics.setPerDomainSource { [("a.example", 1)] }
    metrics.top.senderDomains.record("a.example")
    let endpoints = try metrics.endpoints()
    _ = await metrics.health.answer(to: .health)
    let text = await metrics.registry.text()
    withExtendedLifetime(endpoints) {}
    #expect(text.contains("rusmes_filesystem_avail_bytes{path="))
    let labels = Set(
      text.split(separator: "\n").flatMap { line in
        line.matches(of: /([a-z_]+)="/).map { String($0.output.1) }
      })
    #expect(labels.isSuperset(of: ["check", "to", "probe", "result", "path", "domain", "collector"]))
    for label in labels where label != "le" {
      let error = #expect(throws: RegistrationError.self) {
        _ = try MetricsCollector(constantLabels: KeyValuePairs(dictionaryLiteral: (label, "1")))
      }
      #expect(error?.code == .invalidLabels, "\(label)")
    }
  }

  @Test("are nobody else's labels")
  func collisions() async throws {
    let registry = try Registry(constantLabels: ["site": "a"])
    func code(_ body: () throws -> Void) -> RegistrationError.Code? {
      do { try body() } catch { return (error as? RegistrationError)?.code }
      return nil
    }
    #expect(code { _ = try registry.register(.gauge("a", help: ""), byBounded: "site") } == .invalidLabels)
    #expect(
      code { _ = try registry.register(.gauge("b", help: ""), by: ("site", Colour.self)) } == .invalidLabels)
    #expect(code { _ = try registry.info("c_info", help: "", ["site": "1"]) } == .invalidLabels)
    #expect(code { _ = try registry.stateSet("site", help: "", of: Colour.self) } == .invalidLabels)
    #expect(code { try registry.gauge("d", help: "", labels: ["site"]) { [] } } == .invalidLabels)
    try registry.add(Host(label: "site"))
    #expect(await registry.value("collected") == nil)
    #expect(await registry.value("fine") == 2)
    let collector = try MetricsCollector(constantLabels: ["site": "a"])
    #expect(await collector.registry.text().contains("rusmes_queue_size{site=\"a\"} 0\n"))
  }
}
