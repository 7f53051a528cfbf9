// How do a request and its answer cross one connection?

import EndpointMessages
import ObservabilityPlatform
import ObservabilitySockets

/// What is left to be written of a request.
struct OutgoingRequest {
  /// A body up to this size goes out in one piece with the head.
  private static let mostJoined = 16 * 1024
  /// The most that is handed over at once: the copying takes time in which others wait.
  private static let mostAtOnce = 128 * 1024

  private var pieces: [[UInt8]]
  private var written = 0

  init(head: [UInt8], body: [UInt8]) {
    // From the last to the first.
    pieces = body.count <= Self.mostJoined ? [head + body] : [body, head]
  }

  var isEmpty: Bool { pieces.isEmpty }

  /// Writes what the socket takes.
  mutating func send(to descriptor: Descriptor) -> Descriptor.Transfer {
    guard let piece = pieces.last else { return .moved(0) }
    let transfer = piece.withUnsafeBytes {
      descriptor.send(
        UnsafeRawBufferPointer(rebasing: $0[written..<min($0.count, written + Self.mostAtOnce)]))
    }
    if case .moved(let count) = transfer {
      written += count
      if written >= piece.count {
        pieces.removeLast()
        written = 0
      }
    }
    return transfer
  }
}

/// Why an exchange came to nothing.
struct ExchangeFailure: Error {
  let error: ClientError
  /// Whether the server cannot have got the whole request.
  var isUnprocessed = false
}

extension RequesterCore {
  /// The most that is read in a turn.
  private static let readSize = 16 * 1024

  private enum Received {
    case nothing, more
    case answer(ParsedAnswer, hasSurplus: Bool)
    case fault(AnswerFault)
    /// The end of the stream, or why there is none.
    case ended(String?)
  }

  /// Writes a request and reads its answer, which may come before all of the request has been taken.
  func exchange(
    _ request: OutgoingRequest, isHead: Bool, on connection: Connection, until end: Int64
  ) async throws(ExchangeFailure) -> (answer: ParsedAnswer, mayKeep: Bool) {
    let descriptor = connection.descriptor
    var request = request
    var parser = AnswerParser(limits: configuration.limits, isHead: isHead)
    var phase = ClientError.Phase.writing
    var due = allowance(configuration.deadlines.write, until: end)
    /// Why no more can be written. An answer may be there all the same.
    var writeFailure: String?
    func failure(_ error: ClientError) -> ExchangeFailure {
      ExchangeFailure(error: error, isUnprocessed: !request.isEmpty)
    }
    while true {
      guard !isClosed, descriptor.isOpen else { throw failure(.closed) }
      if Task.isCancelled { throw failure(.cancelled) }
      var hasWritten = false
      if phase == .writing {
        switch request.send(to: descriptor) {
        case .moved: hasWritten = true
        case .wouldBlock: break
        case .failed(let code): writeFailure = SystemError.text(code)
        }
        if request.isEmpty || writeFailure != nil {
          phase = .answering
          due = allowance(configuration.deadlines.answer, until: end)
        }
      }
      let received = receive(from: descriptor, &parser)
      switch received {
      case .answer(let answer, let hasSurplus):
        return (answer, answer.keepAlive && !hasSurplus && request.isEmpty)
      case .fault(let fault):
        throw failure(.malformedAnswer(fault))
      case .ended(let reason):
        // Whether a body was whole that only the end of the stream ends is not known after a failure.
        if reason == nil, var answer = parser.end() {
          answer.isBodyCut = answer.isBodyCut || writeFailure != nil
          return (answer, false)
        }
        let text = writeFailure ?? reason ?? "the server has closed it"
        throw failure(parser.hasBegun ? .brokenInAnswer(text) : .brokenBeforeAnswer(text))
      case .more, .nothing: break
      }
      guard loop.clock() < due else { throw failure(.timedOut(phase)) }
      if case .nothing = received, !hasWritten || phase == .answering {
        let direction = phase == .writing ? Descriptor.Direction.writingOrReading : .reading
        switch await descriptor.cancellableWait(direction, until: due) {
        case .ready: break
        case .deadlineExceeded: throw failure(.timedOut(phase))
        case .cancelled: throw failure(.cancelled)
        case .closed, .busy: throw failure(.closed)
        }
      } else {
        // There may be any number of bytes that can be moved at once: the others of the loop come in between.
        await loop.nextTurn()
      }
    }
  }

  private func allowance(_ duration: Duration, until end: Int64) -> Int64 {
    min(end, loop.clock().clampedAdding(max(0, duration.clampedNanoseconds)))
  }

  private func receive(from descriptor: Descriptor, _ parser: inout AnswerParser) -> Received {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.readSize) { buffer in
      switch descriptor.receive(into: UnsafeMutableRawBufferPointer(buffer)) {
      case .wouldBlock: return .nothing
      case .failed(let code): return .ended(SystemError.text(code))
      case .moved(0): return .ended(nil)
      case .moved(let count):
        let (consumed, step) = parser.feed(UnsafeBufferPointer(rebasing: buffer[..<count]))
        switch step {
        case .needMore: return .more
        case .answer(let answer): return .answer(answer, hasSurplus: consumed < count)
        case .failed(let fault): return .fault(fault)
        }
      }
    }
  }
}
