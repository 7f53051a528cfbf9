// Is every request understood by the rules, or refused with the right status, however its bytes arrive?

import EndpointMessages
import Testing

@testable import ObservabilityHTTP

extension HTTPServerLimits {
  /// Limits so small that what is beyond them is still short enough to be split everywhere.
  static var small: HTTPServerLimits {
    var limits = HTTPServerLimits()
    limits.maximumRequestLineSize = 40
    limits.maximumHeaderSize = 80
    limits.maximumFieldCount = 4
    limits.maximumBodySize = 10
    return limits
  }
}

@Suite("Framing")
struct FramingTests {
  @Test("Request lines", arguments: FramingCase.requestLine)
  func requestLines(row: FramingCase) { check(row) }

  @Test("Request targets", arguments: FramingCase.target)
  func targets(row: FramingCase) { check(row) }

  @Test("Header fields", arguments: FramingCase.fields)
  func fields(row: FramingCase) { check(row) }

  @Test("Bodies and expectations", arguments: FramingCase.body)
  func bodies(row: FramingCase) { check(row) }

  @Test("Chunked bodies", arguments: FramingCase.chunks)
  func chunks(row: FramingCase) { check(row) }

  @Test("Limits", arguments: FramingCase.limits)
  func limits(row: FramingCase) { check(row) }

  @Test("Requests that hide another", arguments: FramingCase.smuggling)
  func smuggling(row: FramingCase) { check(row) }

  private func check(_ row: FramingCase) {
    let count = row.bytes.count
    #expect(FramingTranscript.of(row, splitAt: []).outcome == row.outcome, "\(row.name), whole")
    let single = FramingTranscript.of(row, splitAt: Array(1..<max(1, count)))
    #expect(single.outcome == row.outcome, "\(row.name), byte by byte")
    for split in 1..<max(1, count) {
      let outcome = FramingTranscript.of(row, splitAt: [split]).outcome
      if outcome != row.outcome { Issue.record("\(row.name), split at \(split): \(outcome)") }
    }
  }
}
