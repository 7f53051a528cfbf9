// Does a registry say without a server what a scrape would, text and single values?

@testable import MailObservability
import MetricInstruments
import TestSupport
import Testing

@Suite("A registry without a server")
struct RegistryTextTests {
  enum Colour: String, ClosedLabel { case red, green }

  struct Host: Collector {
    let name = "host"
    func collect() async throws -> [CollectedFamily] {
      [
        CollectedFamily(
          "h_seconds", .histogram, help: "",
          samples: [
            CollectedSample(
              CollectedSample.Distribution(bounds: [0.1, 1], counts: [1, 2, 3]), sum: 7, ["host": "a"])
          ])
      ]
    }
  }

  /// One of everything.
  private func registry() throws -> Registry {
    let registry = try Registry(namespace: "x")
    try registry.register(.counter("c_total", help: "C."), by: ("colour", Colour.self))[.red].increment()
    try registry.register(.gauge("g", help: "")).set(-1.5)
    let histogram = try registry.register(.histogram("d", help: "", buckets: [0.5, 2]), byBounded: "a", "b")
    histogram["1", ""].observe(1)
    _ = histogram["never", "never"]
    _ = try registry.register(.gauge("unset", help: "", absentUntilSet: true))
    _ = try registry.info("build_info", help: "", ["version": "1", "revision": ""])
    try registry.stateSet("state", help: "", of: Colour.self).set(.green, true)
    try PublishedVariables(registry).integer("mail/queue", "").add(3)
    try registry.gauge("depth", help: "") { 7 }
    try registry.counter("reads_total", help: "", labels: ["by"]) { [CollectedSample(2, ["by": "me"])] }
    try registry.add(Host())
    return registry
  }

  @Test("shows everything in every form, collectors and closures included")
  func text() async throws {
    let registry = try registry()
    let text = await registry.text()
    for line in [
      "# TYPE x_c_total counter", "x_c_total{colour=\"red\"} 1", "x_g -1.5", "x_depth 7",
      "x_reads_total{by=\"me\"} 2", "h_seconds_bucket{host=\"a\",le=\"1.0\"} 3",
      "x_collector_success{collector=\"host\"} 1", "x_collector_success{collector=\"x_depth\"} 1",
      "mail_queue 3",
    ] { #expect("\n\(text)".contains("\n\(line)\n"), "\(line) is not in:\n\(text)") }
    #expect(await registry.text(.openMetrics).hasSuffix("# EOF\n"))
    #expect(await registry.text(.json).contains("\"x_depth\":{"))
  }

  @Test(
    "finds one value by its exported name and labels",
    arguments: [
      ("x_c_total", ["colour": "red"], 1), ("x_c_total", ["colour": "green"], 0), ("x_c_total", [:], nil),
      ("x_c_total", ["colour": "blue"], nil), ("x_c_total", ["colour": "red", "more": "1"], nil),
      ("x_c", ["colour": "red"], nil), ("c_total", ["colour": "red"], nil),
      ("x_g", [:], -1.5), ("x_g", ["empty": ""], -1.5), ("x_g", ["a": "b"], nil), ("x_unset", [:], nil),
      ("x_d_count", ["a": "1"], 1), ("x_d_count", ["b": "", "a": "1"], 1), ("x_d_sum", ["a": "1"], 1),
      ("x_d_bucket", ["a": "1", "le": "0.5"], 0), ("x_d_bucket", ["le": "2.0", "a": "1"], 1),
      ("x_d_bucket", ["a": "1", "le": "+Inf"], 1), ("x_d_bucket", ["a": "1", "le": "1"], nil),
      ("x_d_bucket", ["a": "1"], nil), ("x_d_bucket", ["a": "1", "le": "much"], nil),
      ("x_d", ["a": "1"], nil),
      ("x_d_count", ["a": "never", "b": "never"], nil), ("x_d_count", [:], nil),
      ("x_build_info", ["version": "1"], 1), ("x_build_info", ["version": "2"], nil),
      ("x_state", ["x_state": "green"], 1), ("x_state", ["x_state": "red"], 0), ("x_state", [:], nil),
      ("mail_queue", [:], 3), ("x_depth", [:], 7), ("x_reads_total", ["by": "me"], 2),
      ("h_seconds_bucket", ["host": "a", "le": "1"], 3), ("h_seconds_count", ["host": "a"], 6),
      ("h_seconds_sum", ["host": "a"], 7), ("h_seconds_sum", [:], nil),
      ("x_collector_success", ["collector": "host"], 1), ("nothing", [:], nil), ("", [:], nil),
    ] as [(String, KeyValuePairs<String, String>, Double?)])
  func value(name: String, labels: KeyValuePairs<String, String>, expected: Double?) async throws {
    let registry = try registry()
    #expect(await registry.value(name, labels) == expected)
  }

  @Test(
    "asks a collector of known families for their samples by every name that these can have",
    arguments: [
      ("h_seconds_count", [:], 6), ("h_seconds_sum", [:], 7), ("h_seconds_bucket", ["le": "+Inf"], 6),
      ("k_total", [:], 2), ("k", [:], nil), ("i_info", ["a": "b"], 1), ("unknown", [:], nil),
    ] as [(String, KeyValuePairs<String, String>, Double?)])
  func samplesOfKnownFamilies(name: String, labels: KeyValuePairs<String, String>, expected: Double?)
    async throws
  {
    struct Known: Collector {
      let name = "known"
      let familyNames: Set<String> = ["h_seconds", "k_total", "i_info"]
      func collect() async throws -> [CollectedFamily] {
        [
          CollectedFamily(
            "h_seconds", .histogram, help: "",
            samples: [
              CollectedSample(CollectedSample.Distribution(bounds: [0.1, 1], counts: [1, 2, 3]), sum: 7)
            ]),
          CollectedFamily("k_total", .counter, help: "", value: 2),
          CollectedFamily("i_info", .info, help: "", samples: [CollectedSample(.info, ["a": "b"])]),
        ]
      }
    }
    let registry = try Registry()
    try registry.add(Known())
    #expect(await registry.value(name, labels) == expected)
  }

  @Test("shows what is registered where a collector or a closure of its own asks, and waits for nobody")
  func reentered() async throws {
    let registry = try Registry()
    try registry.register(.counter("c_total", help: "")).increment()
    let (seen, heard) = AsyncStream.makeStream(of: String.self)
    try registry.gauge("g", help: "") { [weak registry] in
      guard let registry else { return 0 }
      heard.yield(await registry.text())
      _ = try registry.register(.gauge("made_by_the_closure", help: ""))
      #expect(await registry.value("g") == nil)
      return await registry.value("c_total") ?? 0
    }
    #expect(await registry.value("g") == 1)
    #expect(await registry.value("made_by_the_closure") == 0)
    let text = try #require(await seen.first { _ in true })
    #expect(text.contains("\nc_total 1\n"))
    #expect(!text.contains("\ng "))
  }
}
