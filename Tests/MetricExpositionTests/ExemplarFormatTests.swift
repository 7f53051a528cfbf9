// How do exemplars stand in OpenMetrics?

@testable import MetricExposition
import MetricInstruments
import TestSupport
import Testing

@Suite("Exemplars in the exposition")
struct ExemplarFormatTests {
  let registry: Registry

  init() throws { registry = try Registry() }

  /// Exemplars without their timestamps, which are the time of the test.
  private func lines(_ format: ExpositionFormat) -> [String] {
    registry.text(format).split(separator: "\n").map { line in
      guard line.contains(" # "), let space = line.lastIndex(of: " ") else { return String(line) }
      return String(line[..<space])
    }
  }

  @Test("stand behind the value in OpenMetrics, and nowhere in the older format")
  func where_() throws {
    let counter = try registry.register(.counter("x_total", help: ""))
    let histogram = try registry.register(.histogram("h", help: "", buckets: [1]))
    counter.increment(by: 2.5, exemplar: ["trace_id": "a\"b\\c\nd", "n": ""])
    histogram.observe(0.5, exemplar: ["id": "1"])
    histogram.observe(7)
    #expect(
      lines(.openMetrics) == [
        "# TYPE h histogram", "h_bucket{le=\"1.0\"} 1 # {id=\"1\"} 0.5", "h_bucket{le=\"+Inf\"} 2",
        "h_sum 7.5",
        "h_count 2", "# TYPE x counter", "x_total 2.5 # {trace_id=\"a\\\"b\\\\c\\nd\",n=\"\"} 2.5", "# EOF",
      ])
    #expect(!registry.text(.text).contains(" # "))
  }

  @Test("have a timestamp in seconds")
  func timestamp() throws {
    try registry.register(.counter("x_total", help: "")).increment(exemplar: ["id": "1"])
    let line = try #require(registry.text(.openMetrics).split(separator: "\n").first { $0.contains(" # ") })
    let timestamp = try #require(line.split(separator: " ").last.flatMap { Double(String($0)) })
    #expect(timestamp > 1.7e9 && timestamp < 4e9)
  }

  @Test("never have a value outside of their bucket")
  func insideBucket() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    let bounds = [0.001, 0.1, 1, 2.5, 10]
    let family = try registry.register(
      .histogram("h", help: "", buckets: BucketBounds(bounds)), by: ("colour", Colour.self))
    var seen = 0
    for _ in 0..<500 {
      let value =
        Bool.random(using: &generator)
        ? bounds.randomElement(using: &generator) ?? 0 : Double.random(in: 0...12, using: &generator)
      family[Bool.random(using: &generator) ? .red : .green].observe(value, exemplar: ["v": "\(value)"])
      var last = -Double.infinity
      for line in registry.text(.openMetrics).split(separator: "\n") where line.contains("_bucket{") {
        let end = try #require(line.split(separator: "le=\"")[1].split(separator: "\"").first)
        let bound = end == "+Inf" ? Double.infinity : Double(String(end)) ?? .nan
        if bound < last { last = -.infinity }
        if let exemplar = line.split(separator: " # ").dropFirst().first {
          let value = Double(String(exemplar.split(separator: " ")[1])) ?? .nan
          #expect(value <= bound && value > last, "seed \(seed): \(line)")
          seen += 1
        }
        last = bound
      }
    }
    #expect(seen > 1000, "seed \(seed)")
  }
}
