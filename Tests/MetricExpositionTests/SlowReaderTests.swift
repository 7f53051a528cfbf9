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

  enum Going: CaseIterable { case unregistered, removed, expired }

  /// Series of every kind: what records into them, and what takes them out that can be taken out.
  private struct Everything {
    let registry: Registry
    private(set) var record: [(Int) -> Void] = []
    private var leave: [(Going) -> Void] = []

    init() throws {
      registry = try Registry()
      // What the reader begins with.
      try registry.register(.counter("a_total", help: "")).increment()
      try add({ .counter("\($0)_total", help: "") }, record: { $0.increment(by: $1) })
      try add({ .gauge("\($0)_gauge", help: "") }, record: { $0.set($1) })
      try add({ .gauge("\($0)_late", help: "", absentUntilSet: true) }, record: { $0.set($1) })
      try add({ .gauge("\($0)_never", help: "", absentUntilSet: true) }, record: { _, _ in })
      try add({ .histogram("\($0)_size", help: "", buckets: [1, 100]) }, record: { $0.observe(Double($1)) })
      let states = try registry.stateSet("states", help: "", of: Colour.self)
      let info = try registry.info("facts_info", help: "", ["fact": ""])
      let variables = PublishedVariables(registry)
      let (integer, map) = (try variables.integer("variable"), try variables.map("map"))
      record.append { amount in
        states.setOnly(amount == 42 ? .red : .green)
        info.set(["fact": "\(amount)"])
        integer.set(amount)
        map["x"].set(amount)
      }
    }

    private mutating func add<Child>(
      _ declaration: (String) -> MetricDeclaration<Child>, record: @escaping (Child, Int) -> Void
    ) throws {
      let plain = try registry.register(declaration("plain"))
      let closed = try registry.register(declaration("closed"), by: ("c", Colour.self))
      let bounded = try registry.register(declaration("bounded"), byBounded: "n")
      self.record.append { amount in
        for child in [plain, closed[.red], bounded["x"]] { record(child, amount) }
      }
      leave.append { way in
        switch way {
        case .unregistered: return
        case .removed: #expect(bounded.remove("x"))
        case .expired: for sweep in [0, 1] { #expect(bounded.expireIdle(after: .zero) == sweep) }
        }
        // Younger than the scrape.
        record(bounded["x"], 7)
      }
    }

    func go(_ way: Going) {
      for leave in leave { leave(way) }
      guard way == .unregistered else { return }
      for family in registry.families where family.descriptor.name != "a_total" {
        _ = registry.unregister(family.descriptor.name)
      }
    }
  }

  @Test(
    "shows what goes before the reader comes to it as if it had stayed, of every kind", arguments: formats,
    Going.allCases)
  func lastValues(_ format: ExpositionFormat, way: Going) throws {
    let everything = try Everything()
    for record in everything.record { record(42) }
    let before = try scrape(everything.registry, format) {}
    let text = try scrape(everything.registry, format) {
      everything.go(way)
      // What is gone takes nothing more.
      if way == .unregistered { for record in everything.record { record(7) } }
    }
    #expect(text == before)
    guard format.form != .json else { return }
    for line in ["plain_total 42", "plain_gauge 42", "bounded_gauge{n=\"x\"} 42", "plain_size_sum 42"] {
      #expect(text.contains("\n\(line)\n"))
    }
    #expect(!text.contains("never"))
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
    var reading = Optional(family.series.read())
    reading?.readPart { _ in }
    for name in ["v0", "v200", "v599"] { #expect(family.remove(name)) }
    #expect(behind.series == nil)
    #expect(before.series != nil)
    reading?.readPart { _ in }
    #expect(before.series == nil)
    #expect(far.series != nil)
    reading = nil
    #expect(far.series == nil)
  }
}
