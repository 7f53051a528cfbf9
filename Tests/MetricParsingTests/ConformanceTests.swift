// Does the parser agree with the public OpenMetrics conformance cases, and with others of their kinds?

import MetricParsing
import Testing

@Suite("The parser's verdict")
struct ConformanceTests {
  @Test("is that of the public conformance cases", arguments: ConformanceCase.all)
  func conformance(_ example: ConformanceCase) { expectVerdict(example.isValid, example.text, .openMetrics) }

  @Test("is yes for OpenMetrics of other valid kinds", arguments: OpenMetricsCases.valid)
  func valid(_ text: String) { expectVerdict(true, text + "# EOF\n", .openMetrics) }

  @Test("is no for OpenMetrics of other invalid kinds", arguments: OpenMetricsCases.invalid)
  func invalid(_ text: String) { expectVerdict(false, text + "# EOF\n", .openMetrics) }

  @Test("is yes for text that Prometheus takes", arguments: TextCases.valid)
  func validText(_ text: String) { expectVerdict(true, text, .text) }

  @Test("is no for text that Prometheus does not take", arguments: TextCases.invalid)
  func invalidText(_ text: String) { expectVerdict(false, text, .text) }

  @Test("is no for bytes that are not UTF-8", arguments: ExpositionParser.Format.allCases)
  func utf8(_ format: ExpositionParser.Format) {
    let wrong: [[UInt8]] = [
      [0x80], [0xC0, 0x80], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF],
    ]
    for bytes in wrong {
      for (before, after) in [
        ("x{a=\"", "\"} 1\n"), ("# HELP x ", "\nx 1\n"), ("{\"", "\"} 1\n"), ("x", " 1\n"),
      ] {
        let all = Array(before.utf8) + bytes + Array((after + "# EOF\n").utf8)
        #expect(throws: ExpositionError.self, "\(before)\(bytes)") { try ParsedExposition(all, format) }
      }
    }
  }

  private func expectVerdict(_ isValid: Bool, _ text: String, _ format: ExpositionParser.Format) {
    do throws(ExpositionError) {
      _ = try ParsedExposition(text, format)
      if !isValid { Issue.record("\(text.debugDescription) was read") }
    } catch {
      if isValid { Issue.record("\(text.debugDescription): \(error)") }
    }
  }
}
