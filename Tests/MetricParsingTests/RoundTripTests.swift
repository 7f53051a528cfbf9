// Does the parser read what the encoder of this package writes, to the same values?

import MetricParsing
import TestSupport
import Testing

@testable import MetricExposition
@testable import MetricInstruments

@Suite("What the encoder writes")
struct RoundTripTests {
  @Test("the parser reads to the same values", arguments: [SeededGenerator.seed])
  func randomRegistries(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<60 * SeededGenerator.rounds {
      let families = (0..<Int.random(in: 0...6, using: &generator)).map {
        CollectedFamily.random($0, &generator)
      }
      let checked = families.compactMap { try? CheckedFamily($0, allowingUTF8: true) }
      #expect(checked.count == families.count)
      for format in RoundTripTests.formats {
        let text = format.text(of: GatheredMetrics(registered: [], collected: checked))
        let parsed = try RoundTripTests.read(Array(text.utf8), format, &generator)
        let wanted = families.sorted { LabelText.precedes($0.name, $1.name) }.flatMap { $0.expected(format) }
        #expect(parsed.said == wanted, "\(format) \(text)")
      }
    }
  }

  @Test("of instruments, the parser reads with exemplars and times of creation")
  func instruments() throws {
    let registry = try Registry(namespace: "mx", allowsUTF8Names: true)
    let counter = try registry.register(.counter("a.b_total", help: "A \"quoted\"\nhelp \\"))
    let histogram = try registry.register(
      .histogram("wait_seconds", help: "Wait", unit: "seconds", buckets: [0.5, 2]))
    counter.increment(by: 3)
    histogram.observe(1)
    for format in RoundTripTests.formats {
      var format = format
      format.created = true
      let text = format.text(of: GatheredMetrics(registered: registry.families))
      var generator = SeededGenerator(seed: 1)
      let read = try RoundTripTests.read(Array(text.utf8), format, &generator)
      let wait = try #require(read.families.first { $0.name == "mx_wait_seconds" })
      #expect(
        wait.type == .histogram && wait.samples.filter { $0.role == .bucket }.map(\.value) == [0, 1, 1])
      if format.form == .openMetrics { #expect(wait.samples.allSatisfy { ($0.created ?? 0) > 1e9 }) }
      #expect(read.families.contains { $0.help == "A \"quoted\"\nhelp \\" && $0.samples.first?.value == 3 })
    }
  }

  static let formats: [ExpositionFormat] = [ExpositionForm.text, .openMetrics].flatMap { form in
    NameEscaping.allCases.map { ExpositionFormat(form, escaping: $0) }
  }

  static func read(
    _ bytes: [UInt8], _ format: ExpositionFormat, _ generator: inout SeededGenerator
  ) throws -> ParsedExposition {
    var parser = ExpositionParser(format.form == .openMetrics ? .openMetrics : .text)
    var position = 0
    while position < bytes.count {
      let size = min(Int.random(in: 1...200, using: &generator), bytes.count - position)
      try parser.feed(Array(bytes[position..<position + size]))
      position += size
    }
    return try parser.finish()
  }
}

extension ParsedExposition {
  /// Every sample as text.
  fileprivate var said: [String] {
    families.flatMap { family in
      family.samples.map { sample in
        let labels = sample.labels.map { "\($0.name)=\($0.value)" }
        return line(family.help ?? "", sample.name, labels, sample.value, sample.timestamp)
      }
    }
  }
}

private func line(
  _ help: String, _ name: String, _ labels: [String], _ value: Double, _ timestamp: Double?
) -> String {
  "\(help) | \(name) | \(labels) | \(value) | \(timestamp ?? -1)"
}

extension CollectedFamily {
  private static let texts = ["", "a", "\\", "\"", "\n", "caf\u{E9}", "\u{1F4A9}", "{}", "#", "=,", " "]

  static func random(_ index: Int, _ generator: inout SeededGenerator) -> CollectedFamily {
    func text() -> String {
      (0..<Int.random(in: 0...4, using: &generator)).map { _ in texts.randomElement(using: &generator) ?? "" }
        .joined()
    }
    func number() -> Double {
      switch Int.random(in: 0...5, using: &generator) {
      case 0: Double(Int.random(in: -5...5, using: &generator))
      case 1: Double.random(in: -1...1, using: &generator)
      case 2:
        [.nan, .infinity, -.infinity, 0, 1e300, .leastNonzeroMagnitude].randomElement(using: &generator) ?? 0
      default: Double.random(in: 0...1e18, using: &generator)
      }
    }
    let isUTF8 = Bool.random(using: &generator)
    let base = isUTF8 ? "m.\(index)\u{E9} x" : "m\(index)"
    let type =
      [MetricInstruments.MetricType.counter, .gauge, .histogram, .info, .stateset, .unknown]
      .randomElement(using: &generator) ?? .gauge
    let hasTimestamps = Bool.random(using: &generator)
    let samples = (0..<Int.random(in: 1...4, using: &generator)).map { series in
      let value: CollectedSample.Value =
        switch type {
        case .counter: .number(abs(Double(Int.random(in: 0...(1 << 40), using: &generator)) / 8))
        case .gauge, .unknown: .number(number())
        case .info: .info
        case .stateset: .states([.init("on \"", Bool.random(using: &generator)), .init("off", true)])
        case .histogram:
          .distribution(
            .init(
              bounds: [0.1, 1, 2.5e6],
              counts: (0..<4).map { _ in UInt64.random(in: 0...(1 << 30), using: &generator) }),
            sum: Double.random(in: 0...1e9, using: &generator))
        }
      let timestamp = hasTimestamps ? Double(Int.random(in: 0...1_000_000_000, using: &generator)) / 8 : nil
      return CollectedSample(
        value, isUTF8 ? ["s": "\(series)", "l.\u{E9}": text()] : ["s": "\(series)", "l": text()],
        timestamp: timestamp)
    }
    let suffix = type == .counter ? "_total" : type == .info ? "_info" : ""
    return CollectedFamily(base + suffix, type, help: text(), samples: samples)
  }

  /// What a reader of this format has to find.
  func expected(_ format: ExpositionFormat) -> [String] {
    let suffix = type == .counter ? "_total" : type == .info ? "_info" : ""
    let escapedName = format.escaping.escape(name)
    let shownBase = String(escapedName.dropLast(suffix.count))
    // Readers of text skip the blanks before a help.
    let help = String(format.form == .text ? self.help.drop { $0 == " " } : self.help[...])
    return samples.flatMap { sample -> [String] in
      let labels = sample.labels.map { "\(format.escaping.escape($0.name, colons: false))=\($0.value)" }
      func say(_ name: String, _ value: Double, _ more: [String] = []) -> String {
        line(help, name, labels + more, value, sample.timestamp)
      }
      switch sample.value {
      case .number(let number): return [say(escapedName, number)]
      case .info: return [say(escapedName, 1)]
      case .states(let states):
        let label = format.escaping.escape(name, colons: false)
        return states.map { say(escapedName, $0.isOn ? 1 : 0, ["\(label)=\($0.name)"]) }
      case .distribution(let distribution, let sum):
        var total = 0.0
        let bounds = ["0.1", "1.0", "2.5e+06", "+Inf"]
        let buckets = zip(bounds, distribution.counts).map { bound, count in
          total += Double(count)
          return say(shownBase + "_bucket", total, ["le=\(bound)"])
        }
        return buckets + [say(shownBase + "_sum", sum), say(shownBase + "_count", total)]
      }
    }
  }
}
