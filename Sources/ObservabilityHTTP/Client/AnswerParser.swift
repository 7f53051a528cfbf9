// Which answer is in the bytes that a server sends?

package import EndpointMessages

/// The most of an answer that is taken. Sizes in bytes.
package struct AnswerLimits: Sendable {
  /// The status line and the header section together; also the trailer section.
  package var maximumHeadSize = 16 * 1024
  /// The header fields; also the trailer fields.
  package var maximumFieldCount = 128
  /// The body, decoded. A longer one is cut.
  package var maximumBodySize = 64 * 1024
  /// Interim answers (1xx) before the final one.
  package var maximumInterimCount = 8

  package init() {}

  /// The limits with what makes no sense replaced by the nearest that does.
  package var normalised: AnswerLimits {
    var result = self
    result.maximumHeadSize = min(max(maximumHeadSize, 64), 1 << 20)
    result.maximumFieldCount = min(max(maximumFieldCount, 1), 1 << 16)
    result.maximumBodySize = min(max(maximumBodySize, 0), 1 << 30)
    result.maximumInterimCount = min(max(maximumInterimCount, 0), 1 << 10)
    return result
  }

  /// For the decoder of chunks, which it shares with the server.
  var ofChunks: HTTPServerLimits {
    var limits = HTTPServerLimits()
    limits.maximumHeaderSize = maximumHeadSize
    limits.maximumFieldCount = maximumFieldCount
    limits.maximumBodySize = maximumBodySize
    return limits
  }
}

/// An answer, and what its framing says of the connection.
package struct ParsedAnswer: Sendable {
  package var status: Int
  package var fields: EndpointFields
  package var body: [UInt8]
  /// Whether there was more of the body than the limit allows.
  package var isBodyCut: Bool
  /// Whether the server allows for another request on the connection.
  package var keepAlive: Bool
}

/// The framing of the answer to one request (RFC 9112, section 6.3): a state machine without a socket. It is fed bytes
/// split in any way, and gives the same answer, or the same fault, for every split.
///
/// As strict as the server's: where two readers could see different ends of an answer, what follows on the connection
/// would be taken for the answer to another request.
package struct AnswerParser {
  package enum Step: Sendable {
    case needMore
    case answer(ParsedAnswer)
    case failed(AnswerFault)
  }

  private enum Phase {
    case head
    /// That many bytes are left of the body.
    case fixed(Int)
    case chunked
    case untilClose
    case finished
  }

  private let limits: AnswerLimits
  private let chunkLimits: HTTPServerLimits
  private let isHead: Bool
  private var phase = Phase.head
  private var head = AnswerHeadParser()
  /// The bytes of the head so far.
  private var pending: [UInt8] = []
  private var interimCount = 0
  private var decoder = ChunkedDecoder()
  private var body: [UInt8] = []
  private var fields = EndpointFields()
  private var keepAlive = false

  /// Whether a byte has come.
  package private(set) var hasBegun = false

  /// - Parameter isHead: whether the request was HEAD, whose answer has no body.
  package init(limits: AnswerLimits, isHead: Bool) {
    self.limits = limits.normalised
    self.isHead = isHead
    chunkLimits = self.limits.ofChunks
  }

  /// Takes bytes up to the end of the answer, and says how many those were. After an answer or a fault nothing more is
  /// taken.
  package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) -> (consumed: Int, step: Step) {
    guard !bytes.isEmpty else { return (0, .needMore) }
    hasBegun = true
    var consumed = 0
    while true {
      let rest = bytes.part(consumed, bytes.count)
      guard case .head = phase else {
        let (taken, step) = feedBody(rest)
        return (consumed + taken, step)
      }
      let before = pending.count
      pending.append(contentsOf: rest)
      let step = pending.withUnsafeBufferPointer { head.advance(over: $0, limits: limits) }
      switch step {
      case .incomplete: return (bytes.count, .needMore)
      case .failed(let fault):
        phase = .finished
        return (bytes.count, .failed(fault))
      case .complete(let end):
        consumed += end - before
        pending.removeLast(pending.count - end)
        if let fault = finishHead() {
          phase = .finished
          return (consumed, .failed(fault))
        }
      }
    }
  }

  /// The stream has ended: the answer that ends with it, nil when the one at hand does not.
  package mutating func end() -> ParsedAnswer? {
    guard case .untilClose = phase else { return nil }
    return finish(isCut: false)
  }

  /// Decides by the finished head what follows.
  private mutating func finishHead() -> AnswerFault? {
    let framing = head.framing
    let length = framing.contentLength
    if let reason = framing.checkLength(head.version) { return .framing(reason) }
    // Nobody has asked for another protocol.
    if head.status == 101 { return .unaskedUpgrade }
    if head.status < 200 {
      guard !framing.isChunked, (length ?? 0) == 0 else { return .interimWithBody }
      guard interimCount < limits.maximumInterimCount else { return .tooManyInterim }
      interimCount += 1
      head = AnswerHeadParser()
      pending.removeAll(keepingCapacity: true)
      return nil
    }
    keepAlive = head.version == .http11 ? !framing.closes : framing.keepsAlive && !framing.closes
    fields = EndpointFields(bytes: pending, positions: head.fields)
    pending = []
    if isHead || !ResponseEncoder.mayHaveBody(head.status) {
      // A 204 that announces a body may send one.
      if head.status == 204, framing.isChunked || (length ?? 0) > 0 { keepAlive = false }
      phase = .fixed(0)
    } else if framing.isChunked {
      phase = .chunked
    } else if let length {
      phase = .fixed(length)
    } else {
      keepAlive = false
      phase = .untilClose
    }
    return nil
  }

  private mutating func feedBody(_ bytes: UnsafeBufferPointer<UInt8>) -> (consumed: Int, step: Step) {
    let room = limits.maximumBodySize - body.count
    switch phase {
    case .head, .finished:
      return (0, .needMore)
    case .fixed(let remaining):
      let count = min(remaining, room, bytes.count)
      body.append(contentsOf: bytes.part(0, count))
      phase = .fixed(remaining - count)
      if count == remaining { return (count, .answer(finish(isCut: false))) }
      return (count, count == room ? .answer(finish(isCut: true)) : .needMore)
    case .untilClose:
      let count = min(room, bytes.count)
      body.append(contentsOf: bytes.part(0, count))
      return (count, count < bytes.count ? .answer(finish(isCut: true)) : .needMore)
    case .chunked:
      let (consumed, step) = decoder.decode(bytes, into: &body, limits: chunkLimits)
      switch step {
      case .incomplete: return (consumed, .needMore)
      case .complete: return (consumed, .answer(finish(isCut: false)))
      case .failed(.bodyTooLarge): return (consumed, .answer(finish(isCut: true)))
      case .failed(let reason):
        phase = .finished
        return (consumed, .failed(.framing(reason)))
      }
    }
  }

  private mutating func finish(isCut: Bool) -> ParsedAnswer {
    phase = .finished
    var answer = ParsedAnswer(
      status: head.status, fields: fields, body: [], isBodyCut: isCut, keepAlive: keepAlive && !isCut)
    swap(&answer.body, &body)
    return answer
  }
}
