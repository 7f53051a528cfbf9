// What does the parser make of an exposition, and what of one that is wrong or too large?

@testable import MetricParsing
import TestSupport
import Testing

@Suite("The parser")
struct ParserTests {
  @Test("gives families with all that OpenMetrics says of them")
  func openMetrics() throws {
    let read = try ParsedExposition(
      """
      # TYPE mail_seconds histogram
      # UNIT mail_seconds seconds
      # HELP mail_seconds Time\\nfor \\"mail\\" \\\\
      mail_seconds_bucket{kind="in",le="0.5"} 1 10.25 # {trace_id="ab\\"c"} 0.25 9.5
      mail_seconds_bucket{kind="in",le="+Inf"} 2 10.25
      mail_seconds_count{kind="in"} 2 10.25
      mail_seconds_sum{kind="in"} 1.5 10.25
      mail_seconds_created{kind="in"} 3 10.25
      # TYPE mail counter
      mail_total 7
      free{a="1"} NaN
      # EOF

      """, .openMetrics)
    #expect(read.families.map(\.name) == ["mail_seconds", "mail", "free"])
    #expect(read.families.map(\.type) == [.histogram, .counter, .unknown])
    #expect(read.families.map(\.line) == [1, 9, 11])
    let family = read.families[0]
    #expect(family.unit == "seconds" && family.help == "Time\nfor \"mail\" \\")
    #expect(family.samples.map(\.role) == [.bucket, .bucket, .count, .sum, .created])
    #expect(family.samples.map(\.value) == [1, 2, 2, 1.5, 3])
    #expect(
      family.samples.allSatisfy { $0.timestamp == 10.25 && $0.created == 3 && $0.label("kind") == "in" })
    #expect(family.samples[0].labels.map(\.name) == ["kind", "le"] && family.samples[0].label("le") == "0.5")
    #expect(family.samples[0].name == "mail_seconds_bucket" && family.samples[0].line == 4)
    let exemplar = try #require(family.samples[0].exemplar)
    #expect(exemplar.labels.map(\.value) == ["ab\"c"] && exemplar.value == 0.25 && exemplar.timestamp == 9.5)
    #expect(family.samples[1].exemplar == nil && read.families[1].samples[0].created == nil)
    #expect(read.families[2].samples[0].value.isNaN && read.families[2].help == nil)
  }

  @Test("puts the samples of a family in text together, wherever they stand")
  func scattered() throws {
    let read = try ParsedExposition(
      """
      # TYPE b histogram
      # TYPE a gauge
      a 1
      b_bucket{le="+Inf"} 2 1500
      a{x="y"} 3
      b_count 4
      c 5
      b_sum 6

      """, .text)
    let values = read.families.map { "\($0.name) \($0.samples.map(\.value))" }
    #expect(values == ["b [2.0, 4.0, 6.0]", "a [1.0, 3.0]", "c [5.0]"])
    #expect(read.families[0].samples.map(\.role) == [.bucket, .count, .sum])
    #expect(read.families[0].samples[0].timestamp == 1.5)
  }

  @Test(
    "says where a mistake is, and what",
    arguments: [
      ("x 1\ny{a=\"1\" 2\n", "2:8: \",\" or \"}\" was expected, not \" 2\""),
      ("x 1 \n", "1:5: a timestamp cannot be \"\""), ("x\n", "1:2: a space is missing"),
      ("# TYPE x meh\n", "1:10: a type was expected, not \"meh\""),
      ("x{a=\"\u{1}\n", "1:5: the text in quotes has no end"), ("x 1\n", "2:1: # EOF is missing"),
      ("x 1", "1:4: the last line has no line feed"),
      ("# UNIT x s\nx 1\n# TYPE y gauge\n", "1:8: \"x\" does not end in its unit"),
      ("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nx 1\n", "2:1: the bucket +Inf is missing"),
    ])
  func places(_ text: String, _ message: String) {
    #expect(ParserTests.outcome(Array(text.utf8), .openMetrics, pieces: [.max]) == .failure(message))
  }

  @Test("reads numbers as the standard library does", arguments: [SeededGenerator.seed])
  func numbers(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func check(_ text: String) {
      let bytes = Array(text.utf8)
      let value = bytes.withUnsafeBytes { DecimalNumber.value($0) }
      #expect(value?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    for _ in 0..<2_000 {
      let value = Double(bitPattern: generator.next())
      if value.isFinite { check(value.description) }
      let digits = UInt64.random(
        in: 0...(.max >> Int.random(in: 0...63, using: &generator)), using: &generator)
      check("\(digits)")
      check(
        "-\(digits).\(Int.random(in: 0...9_999, using: &generator))e\(Int.random(in: -30...30, using: &generator))"
      )
      check("0.000\(digits)")
    }
  }

  @Test("takes no more than its limits, at whatever size of pieces")
  func limits() {
    func message(_ text: String, _ change: (inout ExpositionParser.Limits) -> Void) -> [String?] {
      var limits = ExpositionParser.Limits()
      change(&limits)
      return [1, 7, .max].map { size in
        guard
          case .failure(let message) = ParserTests.outcome(
            Array(text.utf8), .text, pieces: [size], limits: limits)
        else { return nil }
        return message
      }
    }
    let lines = "x{a=\"1\",b=\"2\"} 1\ny 1\n"
    func same(_ text: String?) -> [String?] { [text, text, text] }
    #expect(message(lines) { $0.lineBytes = 5 } == same("1:1: the line has more than 5 bytes"))
    #expect(message(lines) { $0.totalBytes = 19 } == same("2:1: the exposition has more than 19 bytes"))
    #expect(message(lines) { $0.families = 1 } == same("2:1: there are more than 1 families"))
    #expect(message(lines) { $0.samples = -1 } == same("2:1: there are more than 1 samples"))
    #expect(message(lines) { $0.labels = 1 } == same("1:9: there are more than 1 labels"))
    #expect(message(lines) { $0.totalBytes = .max } == same(nil))
  }

  @Test("says the same of pieces of any size as of the whole", arguments: [SeededGenerator.seed])
  func pieces(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let interesting = Array("\n\"\\{}=, #_1e".utf8) + [0, 0xC3]
    let texts = ConformanceCase.all.map(\.text) + TextCases.valid + TextCases.invalid
    for text in texts {
      var bytes = Array(text.utf8)
      generator.damage(&bytes, with: interesting)
      for format in ExpositionParser.Format.allCases {
        let whole = ParserTests.outcome(bytes, format, pieces: [.max])
        let sizes = (0..<5).map { _ in Int.random(in: 1...9, using: &generator) }
        #expect(ParserTests.outcome(bytes, format, pieces: sizes) == whole, "\(bytes)")
      }
    }
  }

  enum Outcome: Equatable {
    case success(ExpositionStore)
    case failure(String)
  }

  /// What comes of pieces of these sizes, over and over.
  static func outcome(
    _ bytes: [UInt8], _ format: ExpositionParser.Format, pieces sizes: [Int],
    limits: ExpositionParser.Limits = ExpositionParser.Limits()
  ) -> Outcome {
    do throws(ExpositionError) {
      var parser = ExpositionParser(format, limits: limits)
      var position = 0
      var piece = 0
      while position < bytes.count {
        let size = min(sizes[piece % sizes.count], bytes.count - position)
        try parser.feed(Array(bytes[position..<position + size]))
        position += size
        piece += 1
      }
      return .success(try parser.finish().store.value)
    } catch {
      return .failure(error.description)
    }
  }
}
