// Does a scrape that is read slowly show each series once, whatever comes and goes meanwhile?

@testable import MetricExposition
@testable import MetricInstruments
import Testing

@Suite("A scrape that is read slowly")
struct SlowReaderTests {
  /// The first part of a scrape, what happens before the rest is read, and the whole text.
  private func scrape(
    _ registry: Registry, _ format: ExpositionFormat, meanwhile: () throws -> Void
  ) throws -> String {
    let metrics = GatheredMetrics(
      registered: registry.families.filter { !$0.descriptor.name.contains("observability_") })
    var encoder = format.encoder(of: metrics, PublishedVariables(registry))
    var buffer = OutputBuffer(capacity: 256)
    var hasMore = encoder.encode(to: &buffer, untilSize: 1)
    #expect(hasMore)
    try meanwhile()
    while hasMore { hasMore = encoder.encode(to: &buffer, untilSize: buffer.count + 1) }
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  static let formats: [ExpositionFormat] = [.text, .openMetrics, ExpositionFormat(.json)]

  private func occurrences(of name: String, in text: String) -> Int {
    text.split(separator: "\"\(name)\"", omittingEmptySubsequences: false).count - 1
  }

  @Test("has a series once that is removed and made again behind or before the reader", arguments: formats)
  func removedAndMadeAgain(_ format: ExpositionFormat) throws {
    let registry = try Registry()
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "n")
    for number in 0..<400 { family["v\(number)"].increment(by: 100) }
    let text = try scrape(registry, format) {
      for number in 0..<400 { #expect(family.remove("v\(number)")) }
      for number in 0..<400 { family["v\(number)"].increment() }
      for number in 0..<50 { family["new\(number)"].increment() }
    }
    let before = format.form == .json ? ":" : "} "
    for number in 0..<400 {
      #expect(occurrences(of: "v\(number)", in: text) == 1)
      #expect(text.contains("\"v\(number)\"\(before)100"))
    }
    #expect(!text.contains("new"))
  }

  @Test("keeps what is removed before the reader comes to it, with its last value", arguments: formats)
  func keepsRemoved(_ format: ExpositionFormat) throws {
    let registry = try Registry()
    let first = try registry.register(.counter("a_total", help: ""), byBounded: "n")
    let second = try registry.register(.counter("b_total", help: ""), byBounded: "n")
    for number in 0..<200 { first["a\(number)"].increment() }
    for number in 0..<200 { second["b\(number)"].increment(by: 7) }
    let text = try scrape(registry, format) {
      for number in 0..<200 { #expect(second.remove("b\(number)")) }
    }
    for number in 0..<200 { #expect(occurrences(of: "b\(number)", in: text) == 1) }
  }

  @Test("lets go of what was removed as soon as it is read or given up")
  func letsGo() throws {
    let registry = try Registry()
    let family = try registry.register(.counter("x_total", help: ""), byBounded: "n", limit: 1000)
    for number in 0..<600 { family["v\(number)"].increment() }
    final class Watch { weak var series: MetricInstrument? }
    func watch(_ name: String) -> Watch {
      let watch = Watch()
      watch.series = family[name]
      return watch
    }
    let (behind, before, far) = (watch("v0"), watch("v200"), watch("v599"))
    var reading = Optional(family.index.read())
    reading?.readPart(as: Counter.self) { _ in }
    for name in ["v0", "v200", "v599"] { #expect(family.remove(name)) }
    #expect(behind.series == nil)
    #expect(before.series != nil)
    reading?.readPart(as: Counter.self) { _ in }
    #expect(before.series == nil)
    #expect(far.series != nil)
    reading = nil
    #expect(far.series == nil)
  }
}
