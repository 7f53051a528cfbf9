// Is every answer understood by the rules, or refused, however its bytes arrive?

import TestSupport
import Testing

@testable import ObservabilityHTTP

@Suite("Answers")
struct AnswerTests {
  @Test("Status lines", arguments: AnswerCase.statusLine)
  func statusLines(row: AnswerCase) { check(row) }

  @Test("Header fields", arguments: AnswerCase.fields)
  func fields(row: AnswerCase) { check(row) }

  @Test("Bodies and interim answers", arguments: AnswerCase.body)
  func bodies(row: AnswerCase) { check(row) }

  @Test("Chunked bodies", arguments: AnswerCase.chunks)
  func chunks(row: AnswerCase) { check(row) }

  @Test("Limits", arguments: AnswerCase.limits)
  func limits(row: AnswerCase) { check(row) }

  private func check(_ row: AnswerCase) {
    let count = row.bytes.count
    #expect(outcome(of: row, splitAt: []) == row.outcome, "\(row.name), whole")
    #expect(outcome(of: row, splitAt: Array(1..<max(1, count))) == row.outcome, "\(row.name), byte by byte")
    for split in 1..<max(1, count) {
      let outcome = outcome(of: row, splitAt: [split])
      if outcome != row.outcome { Issue.record("\(row.name), split at \(split): \(outcome)") }
    }
  }

  @Test("Damaged answers come to the same outcome whole and in pieces", arguments: UInt64(1)...8)
  func splits(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let rows =
      AnswerCase.statusLine + AnswerCase.fields + AnswerCase.body + AnswerCase.chunks + AnswerCase.limits
    let interesting: [UInt8] = [0, 9, 10, 13, 32, 44, 46, 47, 48, 49, 58, 59, 65, 127, 128, 255]
    for _ in 0..<400 {
      guard let first = rows.randomElement(using: &generator),
        let second = rows.randomElement(using: &generator)
      else { return }
      var bytes = first.bytes + second.bytes
      generator.damage(&bytes, with: interesting)
      let row = AnswerCase(
        name: "made at random", bytes: bytes, outcome: "",
        limits: Bool.random(using: &generator) ? .small : first.limits,
        isHead: Int.random(in: 0..<8, using: &generator) == 0)
      let whole = outcome(of: row, splitAt: [])
      let places = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        Int.random(in: 0...bytes.count, using: &generator)
      }
      for splits in [places.sorted(), Array(1..<max(1, bytes.count))] {
        #expect(outcome(of: row, splitAt: splits) == whole, "seed \(seed), splits \(splits), bytes \(bytes)")
      }
    }
  }
}
