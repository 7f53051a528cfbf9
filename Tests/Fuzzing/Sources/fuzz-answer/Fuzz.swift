// Is there an answer that a client's parser reads differently when it is cut differently, or traps on?

import EndpointMessages
import FuzzSupport
import ObservabilityHTTP

/// What comes of the bytes, fed in pieces that end at `splits`, when the stream then ends.
private func outcome(_ bytes: [UInt8], _ splits: [Int], _ limits: AnswerLimits, isHead: Bool) -> String {
  var parser = AnswerParser(limits: limits, isHead: isHead)
  var start = 0
  for end in splits + [bytes.count] {
    // A copy of exactly these bytes, so that the address sanitizer finds what reads past them.
    let piece = Array(bytes[start..<end])
    let (consumed, step) = piece.withUnsafeBufferPointer { parser.feed($0) }
    require((0...piece.count).contains(consumed), "consumed \(consumed) of \(piece.count)")
    switch step {
    case .needMore: require(consumed == piece.count, "more is needed, and bytes are left")
    case .failed(let fault): return "\(fault)"
    case .answer(let answer): return text(answer, limits) + (answer.keepAlive ? " \(start + consumed)" : "")
    }
    start = end
  }
  return parser.end().map { text($0, limits) } ?? "unfinished"
}

private func text(_ answer: ParsedAnswer, _ limits: AnswerLimits) -> String {
  require(200...599 ~= answer.status, "status \(answer.status)")
  require(answer.body.count <= limits.maximumBodySize, "a body of \(answer.body.count) bytes")
  require(answer.fields.count <= limits.maximumFieldCount, "\(answer.fields.count) fields")
  require(!answer.isBodyCut || !answer.keepAlive, "a connection is kept in the middle of a body")
  for (name, value) in answer.fields.list {
    require(!name.isEmpty && !name.utf8.contains { $0 <= 32 || $0 == 58 || $0 >= 127 }, "field name \(name)")
    require(!value.utf8.contains { $0 == 0 || $0 == 10 || $0 == 13 }, "a line break in a field's value")
  }
  let fields = answer.fields.list.map { "\($0.name): \($0.value)" }
  return "\(answer.status) \(fields) \(answer.body) \(answer.isBodyCut) \(answer.keepAlive)"
}

/// What libFuzzer calls for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let choice = input.first else { return 0 }
  let bytes = Array(input.dropFirst())
  var limits = AnswerLimits()
  if choice & 1 == 1 {
    limits.maximumHeadSize = 100
    limits.maximumFieldCount = 4
    limits.maximumBodySize = 24
    limits.maximumInterimCount = 2
  }
  let isHead = choice & 6 == 6
  let whole = outcome(bytes, [], limits, isHead: isHead)
  for splits in waysToCut(bytes.count, choice: choice) {
    let pieces = outcome(bytes, splits, limits, isHead: isHead)
    require(pieces == whole, "whole: \(whole), cut at \(splits): \(pieces)")
  }
  return 0
}
