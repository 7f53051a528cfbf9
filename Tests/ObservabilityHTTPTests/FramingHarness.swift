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

  private init(_ name: String, _ text: String, _ outcome: String, _ limits: HTTPServerLimits) {
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

// MARK: - Rows of the tables

/// Each says only what is particular to its row. `next` is what follows on the connection: a request that is
/// answered when the one before it was framed as its row says.
extension FramingCase {
  static let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"

  /// Those bytes and nothing else.
  static func bytes(
    _ name: String, _ text: String, _ outcome: String, next: String = "",
    limits: HTTPServerLimits = HTTPServerLimits()
  ) -> FramingCase {
    FramingCase(name, text + next, outcome, limits)
  }

  /// That request line, with a Host.
  static func line(
    _ name: String, _ line: String, _ outcome: String, next: String = next,
    limits: HTTPServerLimits = HTTPServerLimits()
  ) -> FramingCase {
    .bytes(name, line + "\r\nHost: a\r\n\r\n", outcome, next: next, limits: limits)
  }

  /// A GET of that target.
  static func target(
    _ name: String, _ target: String, _ outcome: String, next: String = next,
    limits: HTTPServerLimits = HTTPServerLimits()
  ) -> FramingCase {
    .line(name, "GET \(target) HTTP/1.1", outcome, next: next, limits: limits)
  }

  /// A GET with those header fields and no others.
  static func head(
    _ name: String, _ fields: String, _ outcome: String, next: String = next,
    limits: HTTPServerLimits = HTTPServerLimits()
  ) -> FramingCase {
    .bytes(name, "GET / HTTP/1.1\r\n\(fields)\r\n\r\n", outcome, next: next, limits: limits)
  }

  /// A GET with a Host and those header fields.
  static func fields(
    _ name: String, _ fields: String, _ outcome: String, next: String = next,
    limits: HTTPServerLimits = HTTPServerLimits()
  ) -> FramingCase {
    .head(name, "Host: a\r\n\(fields)", outcome, next: next, limits: limits)
  }

  /// A POST with a Host, continued by those bytes: further fields, the end of the head, a body.
  static func post(
    _ name: String, _ rest: String, _ outcome: String, next: String = next,
    limits: HTTPServerLimits = HTTPServerLimits()
  ) -> FramingCase {
    .bytes(name, "POST / HTTP/1.1\r\nHost: a\r\n\(rest)", outcome, next: next, limits: limits)
  }

  /// A POST whose chunked body is those bytes.
  static func chunked(
    _ name: String, _ body: String, _ outcome: String, next: String = next,
    limits: HTTPServerLimits = HTTPServerLimits()
  ) -> FramingCase {
    .post(name, "Transfer-Encoding: chunked\r\n\r\n\(body)", outcome, next: next, limits: limits)
  }

  /// A character many times.
  static func run(_ character: Character, _ count: Int) -> String {
    String(repeating: character, count: count)
  }
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
