// Are the mistakes absent that readers of an exposition do not notice?

@testable import MetricExposition
import MetricInstruments
import Testing

/// Mistakes that the strict OpenMetrics parser of prometheus-client lets pass, so that reading the output back with it
/// would not find them. Exemplars outside of their bucket are looked for with the other exemplars.
@Suite("What strict parsers do not notice")
struct UnnoticedMistakeTests {
  let registry: Registry

  init() throws { registry = try Registry() }

  @Test(
    "Bounds are floating-point numbers in every format", arguments: [ExpositionFormat.text, .openMetrics])
  func canonicalBounds(format: ExpositionFormat) throws {
    _ = try registry.register(.histogram("h", help: "", buckets: [0, 1, 10, 1000, 123_456, 1e6, 1e21]))
    let bounds = registry.text(format).split(separator: "\n").filter { $0.contains("_bucket") }
      .map { $0.split(separator: "\"")[1] }
    #expect(bounds == ["0.0", "1.0", "10.0", "1000.0", "123456.0", "1e+06", "1e+21", "+Inf"])
  }

  @Test("Timestamps are in seconds in OpenMetrics, and in milliseconds in the older format")
  func timestamps() {
    let family = CollectedFamily(
      "x", .gauge, help: "", samples: [CollectedSample(1, timestamp: 1_732_168_000.125)])
    let metrics = GatheredMetrics(registered: [], collected: checked([family]))
    #expect(exposition(metrics, .openMetrics).contains("\nx 1 1732168000.125\n"))
    #expect(exposition(metrics, .text).contains("\nx 1 1732168000125\n"))
  }

  @Test("A quote in HELP is escaped in OpenMetrics, and in the older format it is not")
  func helpQuotes() throws {
    _ = try registry.register(.gauge("x", help: "say \"hello\" \\ twice\n"))
    #expect(registry.text(.openMetrics).hasPrefix("# HELP x say \\\"hello\\\" \\\\ twice\\n\n"))
    #expect(registry.text(.text).hasPrefix("# HELP x say \"hello\" \\\\ twice\\n\n"))
  }

  @Test("Labels come in the order of registration, on every line and at every scrape", arguments: [1, 2, 3])
  func labelOrder(round: Int) throws {
    let family = try registry.register(
      .histogram("h", help: "", buckets: [1]), byBounded: "zeta", "alpha", "middle")
    for value in 0..<20 { family["\(value)", "a", "\(value % 3)"].observe(0.5) }
    let lines = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == 80)
    for line in lines {
      let names = line.split(separator: "{")[1].split(separator: ",").compactMap {
        $0.split(separator: "=").first
      }
      #expect(names == ["zeta", "alpha", "middle"] + (line.contains("_bucket") ? ["le"] : []))
    }
    #expect(registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") } == lines)
  }
}
