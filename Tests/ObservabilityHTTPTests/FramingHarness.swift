// What does the framing make of some bytes, however they are split?

import EndpointMessages
@testable import ObservabilityHTTP

/// One row of a table of requests: the bytes, each scalar of the text one byte, and what comes of them.
///
/// `outcome` lists the statuses in order (200 for what a handler would get), `-` for none, and says whether
/// the connection stays open.
struct FramingCase: Sendable, CustomStringConvertible {
  let name: String
  let bytes: [UInt8]
  let outcome: String
  let limits: HTTPServerLimits

  init(_ name: String, _ text: String, _ outcome: String, limits: HTTPServerLimits = HTTPServerLimits()) {
    self.name = name
    self.bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    self.outcome = outcome
    self.limits = limits
  }

  init(bytes: [UInt8], limits: HTTPServerLimits) {
    self.name = "made at random"
    self.bytes = bytes
    self.outcome = ""
    self.limits = limits
  }

  var description: String { name }
}

/// Feeds bytes to a parser as a connection does, and writes down what would be answered.
struct FramingTranscript {
  private var parser: RequestParser
  private(set) var statuses: [String] = []
  private(set) var isOpen = true
  private(set) var requests: [EndpointRequest] = []
  private(set) var continues = 0

  init(limits: HTTPServerLimits) { parser = RequestParser(limits: limits) }

  var outcome: String {
    (statuses.isEmpty ? "-" : statuses.joined(separator: " ")) + (isOpen ? " open" : " closed")
  }

  mutating func feed(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while isOpen, !rest.isEmpty {
      // A copy of exactly these bytes, so that reading past their end would be found.
      let (consumed, step) = Array(rest).withUnsafeBufferPointer { parser.feed($0) }
      rest = rest.dropFirst(consumed)
      switch step {
      case .needMore:
        if parser.takeContinueRequest() { continues += 1 }
      case .failed(let reason):
        statuses.append(reason.answer.map { String($0.status) } ?? "none")
        isOpen = false
      case .request(let parsed):
        switch parsed.disposition {
        case .handle: statuses.append("200")
        case .serverOptions: statuses.append("204")
        case .refuse(let reason): statuses.append(reason.answer.map { String($0.status) } ?? "none")
        }
        requests.append(parsed.request)
        isOpen = parsed.keepAlive
      }
    }
  }

  static func of(_ row: FramingCase, splitAt splits: [Int]) -> FramingTranscript {
    var transcript = FramingTranscript(limits: row.limits)
    var start = 0
    for end in splits + [row.bytes.count] {
      transcript.feed(row.bytes[start..<end])
      start = end
    }
    return transcript
  }
}
