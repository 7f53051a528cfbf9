// How is one connection served, from its first byte to its last?
// A thin shell around RequestParser: it moves bytes, keeps the deadlines and calls the handler.

import ObservabilityPlatform
import EndpointMessages
import ObservabilitySockets

/// One client's connection. Confined to the loop, on which its task runs; its asynchronous functions run on
/// the caller's executor, so that no call between them looks for the one to switch to.
final class HTTPConnection: @unchecked Sendable {
  enum Phase {
    /// Accepted, and not read from yet.
    case new
    /// No complete head yet, on a new connection or of a further request.
    case head
    case body
    /// Between requests.
    case idle
    case handling
    case writing
    /// The last response is out; waiting for the peer to close.
    case lingering
  }

  let core: ServerCore
  let connection: Connection
  let peer: EndpointPeer
  /// The place of the listener that it came by.
  let listener: UInt8
  /// On the reserve only probes are served; the reason is what the others are told.
  var reserve: HTTPRejectReason?
  /// When the connection got its place, regular or on the reserve.
  var placedAt: Int64

  var phase = Phase.new
  /// When the present phase began.
  var phaseBegan: Int64
  /// Since when the peer has neither sent the body's bytes nor taken the response's, while it was waited for
  /// to do so; `nil` while it is not.
  var stalledSince: Int64?
  /// Whether the server has let go of the connection; nothing more is written then.
  var isOver = false
  var task: Task<Void, Never>?

  var parser: RequestParser
  /// Bytes read beyond the present request.
  var carry: [UInt8] = []
  var carryStart = 0
  /// What has been read before the task was resumed for it.
  var early: Finding?
  var requests = 0
  /// Bytes handed to the system.
  var handedOver = 0
  /// Whether the peer has said, while its request is handled, that it sends no more.
  var hasPeerClosed = false
  var answerDeadline: LazyDeadline?

  var descriptor: Descriptor { connection.descriptor }
  var loop: EventLoop { core.loop }

  init(
    core: ServerCore, connection: Connection, peer: EndpointPeer, listener: UInt8, reserve: HTTPRejectReason?
  ) {
    self.core = core
    self.connection = connection
    self.peer = peer
    self.listener = listener
    self.reserve = reserve
    self.parser = RequestParser(limits: core.configuration.limits)
    self.placedAt = core.loop.time
    self.phaseBegan = core.loop.time
  }

  var place: Admission.Place { reserve == nil ? .regular : .reserve }

  var candidate: Admission.Candidate {
    Admission.Candidate(
      place: place, phase: phase, placedAt: placedAt, phaseBegan: phaseBegan, stalledSince: stalledSince,
      requests: requests)
  }

  /// Serves requests until the connection ends.
  nonisolated(nonsending) func serve() async {
    var isFirst = true
    descriptor.onReadable = { [self] in serveAtOnce() }
    while !isOver {
      guard let parsed = await nextRequest(readAtOnce: isFirst) else { break }
      isFirst = false
      guard await answer(parsed) else {
        await linger()
        break
      }
      enter(.idle)
      // A turn is one request: whoever has sent more comes after all who wait for their first.
      if carryStart < carry.count { await loop.nextTurn() }
    }
    await deliver()
    end()
  }

  /// Closes at once, wherever the connection is. Later calls do nothing.
  ///
  /// - Parameter forgetting: whether the system, too, drops what the peer has not taken yet.
  func end(forgetting: Bool = false) {
    guard !isOver else { return }
    isOver = true
    answerDeadline?.discard()
    answerDeadline = nil
    if forgetting, hasUntaken { descriptor.reset() } else { descriptor.close() }
    core.remove(self)
    task?.cancel()
    task = nil
  }

  func enter(_ phase: Phase) {
    self.phase = phase
    phaseBegan = loop.time
  }

  // MARK: Reading

  nonisolated(nonsending) func nextRequest(readAtOnce: Bool) async -> ParsedRequest? {
    var readFirst = readAtOnce
    while !isOver {
      if early == nil, carryStart < carry.count {
        let (consumed, step) = carry.withUnsafeBufferPointer {
          parser.feed(UnsafeBufferPointer(rebasing: $0[carryStart...]))
        }
        carryStart += consumed
        if carryStart >= carry.count {
          carry = []
          carryStart = 0
        }
        switch step {
        case .request(let parsed): return parsed
        case .needMore: continue
        case .failed(let reason):
          await refuse(reason)
          return nil
        }
      }
      if !readFirst {
        guard await waitForBytes() else { return nil }
      }
      readFirst = false
      switch takeEarly() ?? read() {
      case .nothing: continue
      case .failed:
        end(forgetting: true)
        return nil
      case .end:
        if parser.stage != .idle { await refuse(.truncatedRequest) }
        return nil
      case .step(.request(let parsed)): return parsed
      case .step(.needMore): continue
      case .step(.failed(let reason)):
        await refuse(reason)
        return nil
      case .unsent(let rest):
        guard await write(rest) else { return nil }
        enter(.idle)
      }
    }
    return nil
  }

  /// What came of reading.
  enum Finding {
    case nothing
    case end
    case failed
    case step(RequestParser.Step)
    /// A request has been answered, but for these bytes of its response.
    case unsent([UInt8])
  }

  /// Reads what is there now. What it has beyond the end of a request is kept.
  func read() -> Finding {
    let buffer = core.readBuffer
    switch descriptor.receive(into: UnsafeMutableRawBufferPointer(buffer)) {
    case .wouldBlock: return .nothing
    case .failed: return .failed
    case .moved(0): return .end
    case .moved(let count):
      let bytes = UnsafeBufferPointer(rebasing: buffer[..<count])
      let isBeginning = parser.isFresh
      if isBeginning, let known = core.repeated.request(in: bytes, by: listener) {
        parser.passed(known)
        core.wholeRequest = 0
        return .step(.request(known))
      }
      let (consumed, step) = parser.feed(bytes)
      core.wholeRequest = isBeginning && consumed == count ? count : 0
      // The buffer is the loop's: what is left over is kept before anything else can run.
      if consumed < count { carry = Array(bytes[consumed...]) }
      return .step(step)
    }
  }

  private func takeEarly() -> Finding? {
    var taken: Finding?
    swap(&taken, &early)
    return taken
  }

  /// Waits under the deadline of what is being waited for; false when the connection is to end.
  nonisolated(nonsending) func waitForBytes() async -> Bool {
    switch parser.stage {
    case .idle: if requests == 0, phase != .head { enter(.head) }
    case .head: if phase != .head { enter(.head) }
    case .body: if phase != .body { enter(.body) }
    }
    if let reserve, parser.stage == .body {
      // A probe has no body, and a slow one must not hold a place that is kept for probes.
      await refuse(reserve)
      return false
    }
    if parser.takeContinueRequest() {
      guard await write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), keeping: phase) else { return false }
    }
    if core.isRefusing, phase == .idle { return false }
    stalledSince = phase == .body ? loop.time : nil
    let outcome = await descriptor.readable(until: due)
    stalledSince = nil
    switch outcome {
    case .ready: return true
    case .deadlineExceeded: await deadlinePassed()
    case .closed, .cancelled, .busy: break
    }
    return false
  }

  /// When the phase at hand has lasted long enough.
  var due: Int64 { phaseBegan.clampedAdding(core.allowance(for: self)) }

  nonisolated(nonsending) func deadlinePassed() async {
    switch phase {
    case .body: await refuse(.bodyDeadline)
    case .idle:
      core.reject(.keepAliveDeadline)
      end(forgetting: true)
    default:
      // A peer that has said nothing at all gets no answer: it may have opened the connection in
      // advance, and would take the answer for that to its first request.
      if parser.stage == .idle { core.reject(.headDeadline) } else { await refuse(.headDeadline) }
    }
  }

  /// Ends the wait for a further request, when the server wants to close; a request that has begun is
  /// finished.
  func closeIfIdle() {
    if phase == .idle || phase == .lingering { end() }
  }
}
