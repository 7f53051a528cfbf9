// What does a client make of some bytes, however they are split?

import EndpointMessages
@testable import ObservabilityHTTP

/// One row of a table of answers: the bytes, each scalar of the text one byte, and what comes of them.
///
/// `outcome` is the status, the body in brackets, and `open` or `closed`, or `cut` for a body that was larger than may
/// be; or the fault; or `unfinished` when the stream ends too early. Bytes behind the answer are counted.
struct AnswerCase: Sendable, CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  let outcome: String
  var limits = AnswerLimits()
  var isHead = false

  var description: String { name }

  /// Those bytes and nothing else.
  static func bytes(
    _ name: String, _ text: String, _ outcome: String, limits: AnswerLimits = AnswerLimits(),
    isHead: Bool = false
  ) -> AnswerCase {
    AnswerCase(
      name: name, bytes: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, outcome: outcome,
      limits: limits, isHead: isHead)
  }

  /// That status line, with a body of two bytes.
  static func line(_ name: String, _ line: String, _ outcome: String) -> AnswerCase {
    .bytes(name, "\(line)\r\nContent-Length: 2\r\n\r\nok", outcome)
  }

  /// A 200 with those header fields besides its length, and a body of two bytes.
  static func fields(
    _ name: String, _ fields: String, _ outcome: String, limits: AnswerLimits = AnswerLimits()
  ) -> AnswerCase {
    .bytes(name, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\(fields)\r\n\r\nok", outcome, limits: limits)
  }

  /// A 200 continued by those bytes: further fields, the end of the head, a body.
  static func rest(
    _ name: String, _ rest: String, _ outcome: String, limits: AnswerLimits = AnswerLimits()
  ) -> AnswerCase {
    .bytes(name, "HTTP/1.1 200 OK\r\n\(rest)", outcome, limits: limits)
  }

  /// A 200 whose chunked body is those bytes.
  static func chunked(
    _ name: String, _ body: String, _ outcome: String, limits: AnswerLimits = AnswerLimits()
  ) -> AnswerCase {
    .rest(name, "Transfer-Encoding: chunked\r\n\r\n\(body)", outcome, limits: limits)
  }

  static func run(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
}

extension AnswerLimits {
  /// Limits so small that what is beyond them is still short enough to be split everywhere.
  static var small: AnswerLimits {
    var limits = AnswerLimits()
    limits.maximumHeadSize = 100
    limits.maximumFieldCount = 4
    limits.maximumBodySize = 10
    limits.maximumInterimCount = 2
    return limits
  }
}

/// Feeds a row to a parser as a client does, and says what comes of it when the stream then ends.
func outcome(of row: AnswerCase, splitAt splits: [Int]) -> String {
  var parser = AnswerParser(limits: row.limits, isHead: row.isHead)
  var start = 0
  for end in splits + [row.bytes.count] {
    var rest = row.bytes[start..<end]
    start = end
    while !rest.isEmpty {
      // A copy of exactly these bytes, so that reading past their end would be found.
      let (consumed, step) = Array(rest).withUnsafeBufferPointer { parser.feed($0) }
      rest = rest.dropFirst(consumed)
      switch step {
      case .needMore: if !rest.isEmpty { return "\(rest.count) bytes were left" }
      case .failed(let fault): return "\(fault)"
      case .answer(let answer): return text(of: answer, surplus: rest.count + row.bytes.count - end)
      }
    }
  }
  return parser.end().map { text(of: $0, surplus: 0) } ?? "unfinished"
}

private func text(of answer: ParsedAnswer, surplus: Int) -> String {
  let body = String(decoding: answer.body, as: UTF8.self)
  let end = answer.isBodyCut ? "cut" : answer.keepAlive ? "open" : "closed"
  return "\(answer.status) [\(body)] \(end)" + (answer.keepAlive && surplus > 0 ? " and \(surplus) more" : "")
}
