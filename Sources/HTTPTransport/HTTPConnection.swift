// How is one connection served, from its first byte to its last?
// A thin shell around RequestParser: it moves bytes, keeps the deadlines and calls the handler.

import SocketIO

/// One client's connection. Confined to the loop, on which its task runs; its asynchronous functions run on
/// the caller's executor, so that no call between them looks for the one to switch to.
final class HTTPConnection: @unchecked Sendable {
  enum Phase {
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
  let peer: HTTPPeer
  /// On the reserve only probes are served; the reason is what the others are told.
  let reserve: HTTPRejectReason?
  let openedAt: Int64

  private(set) var phase = Phase.head
  /// When the present phase began.
  private(set) var phaseBegan: Int64
  /// Since when the peer has neither sent the body's bytes nor taken the response's, while it was waited for
  /// to do so; `nil` while it is not.
  private(set) var stalledSince: Int64?
  /// Whether the server has let go of the connection; nothing more is written then.
  private(set) var isOver = false
  var task: Task<Void, Never>?

  private var parser: RequestParser
  /// Bytes read beyond the present request.
  private var carry: [UInt8] = []
  private var carryStart = 0
  private var requests = 0
  private var handlerDeadline: LazyDeadline?

  var descriptor: Descriptor { connection.descriptor }
  var loop: EventLoop { core.loop }

  init(core: ServerCore, connection: Connection, peer: HTTPPeer, reserve: HTTPRejectReason?) {
    self.core = core
    self.connection = connection
    self.peer = peer
    self.reserve = reserve
    self.parser = RequestParser(limits: core.configuration.limits)
    self.openedAt = core.loop.time
    self.phaseBegan = core.loop.time
  }

  /// Serves requests until the connection ends.
  nonisolated(nonsending) func serve() async {
    var isFirst = true
    while !isOver {
      guard let parsed = await nextRequest(readAtOnce: isFirst) else { break }
      isFirst = false
      guard await answer(parsed) else {
        await linger()
        break
      }
      enter(.idle)
    }
    end()
  }

  /// Closes at once, wherever the connection is. Later calls do nothing.
  func end() {
    guard !isOver else { return }
    isOver = true
    handlerDeadline?.discard()
    handlerDeadline = nil
    descriptor.close()
    core.remove(self)
    task?.cancel()
    task = nil
  }

  private func enter(_ phase: Phase) {
    self.phase = phase
    phaseBegan = loop.time
  }

  // MARK: Reading

  private nonisolated(nonsending) func nextRequest(readAtOnce: Bool) async -> ParsedRequest? {
    var readFirst = readAtOnce
    while !isOver {
      if carryStart < carry.count {
        let (consumed, step) = carry.withUnsafeBufferPointer {
          parser.feed(UnsafeBufferPointer(rebasing: $0[carryStart...]))
        }
        carryStart += consumed
        if carryStart >= carry.count {
          carry = []
          carryStart = 0
        }
        if let outcome = await react(to: step) { return outcome.request }
        continue
      }
      if !readFirst {
        guard await waitForBytes() else { return nil }
      }
      readFirst = false
      let buffer = core.readBuffer
      switch descriptor.receive(into: UnsafeMutableRawBufferPointer(buffer)) {
      case .wouldBlock: continue
      case .failed: return nil
      case .moved(0):
        if parser.stage != .idle { await refuse(.truncatedRequest) }
        return nil
      case .moved(let count):
        let bytes = UnsafeBufferPointer(rebasing: buffer[..<count])
        let (consumed, step) = parser.feed(bytes)
        // The buffer is the loop's: what is left over is kept before anything else can run.
        if consumed < count { carry = Array(bytes[consumed...]) }
        if let outcome = await react(to: step) { return outcome.request }
      }
    }
    return nil
  }

  private nonisolated(nonsending) func react(to step: RequestParser.Step) async -> (
    request: ParsedRequest?, Void
  )? {
    switch step {
    case .request(let parsed): return (parsed, ())
    case .failed(let reason):
      await refuse(reason)
      return (nil, ())
    case .needMore: return nil
    }
  }

  /// Waits under the deadline of what is being waited for; false when the connection is to end.
  private nonisolated(nonsending) func waitForBytes() async -> Bool {
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
    let outcome = await descriptor.readable(until: phaseBegan.clampedAdding(core.allowance(for: self)))
    stalledSince = nil
    switch outcome {
    case .ready: return true
    case .deadlineExceeded: await deadlinePassed()
    case .closed, .cancelled, .busy: break
    }
    return false
  }

  private nonisolated(nonsending) func deadlinePassed() async {
    switch phase {
    case .body: await refuse(.bodyDeadline)
    case .idle: core.reject(.keepAliveDeadline)
    default:
      // A peer that has said nothing at all gets no answer: it may have opened the connection in
      // advance, and would take the answer for that to its first request.
      if parser.stage == .idle { core.reject(.headDeadline) } else { await refuse(.headDeadline) }
    }
  }

  // MARK: Answering

  /// Answers a request; false when the connection is to close.
  private nonisolated(nonsending) func answer(_ parsed: ParsedRequest) async -> Bool {
    requests += 1
    core.counters.countRequest()
    var request = parsed.request
    request.peer = peer
    var keepAlive = parsed.keepAlive && !core.isDraining && reserve == nil
    if requests >= max(1, core.configuration.limits.requestsPerConnection), keepAlive {
      keepAlive = false
      core.reject(.requestLimit)
    }
    var refusal: HTTPRejectReason?
    if let reason = reserve ?? (core.isRefusing ? .draining : nil), !core.configuration.isProbe(request) {
      refusal = reason
      keepAlive = false
    } else if case .refuse(let reason) = parsed.disposition {
      refusal = reason
    }
    let response: HTTPResponse
    if let refusal {
      core.reject(refusal)
      response = Self.response(for: refusal)
    } else if parsed.disposition == .serverOptions {
      response = HTTPResponse(status: 204)
    } else {
      enter(.handling)
      armHandlerDeadline()
      response = await core.handler(request)
      handlerDeadline?.clear()
      if isOver {
        if case .stream(let stream) = response.body { stream.finished?() }
        return false
      }
    }
    return await send(response, to: request, keepAlive: keepAlive)
  }

  private func armHandlerDeadline() {
    let deadline =
      handlerDeadline
      ?? LazyDeadline(loop: loop) { [self] in
        if phase == .handling { abandonHandler() }
      }
    handlerDeadline = deadline
    deadline.set(loop.time.clampedAdding(core.handlerAllowance))
  }

  /// Answers in the place of a handler that is late, and forgets it. It keeps running until it returns,
  /// having been cancelled, but holds neither the connection nor the server's end.
  private func abandonHandler() {
    core.reject(.handlerDeadline)
    var output: [UInt8] = []
    Self.encodeRefusal(.handlerDeadline, isHead: parser.isHead, to: &output)
    // What the socket does not take now is lost with the connection.
    _ = output.withUnsafeBytes { descriptor.send($0) }
    core.observer?.responded(status: 503, to: nil)
    descriptor.shutdownWrite()
    end()
  }

  /// Refuses what could not be understood, or was too much or too late, and closes.
  private nonisolated(nonsending) func refuse(_ reason: HTTPRejectReason) async {
    core.reject(reason)
    guard let answer = reason.answer else { return }
    var output: [UInt8] = []
    Self.encodeRefusal(reason, isHead: parser.isHead, to: &output)
    core.observer?.responded(status: answer.status, to: nil)
    if await write(output) { await linger() }
  }

  static func encodeRefusal(_ reason: HTTPRejectReason, isHead: Bool, to output: inout [UInt8]) {
    let response = response(for: reason)
    guard case .bytes(let body) = response.body else { return }
    ResponseEncoder.appendHead(
      status: response.status, headers: response.headers, framing: .length(body.count), version: .http11,
      keepAlive: false, to: &output)
    if !isHead { output.append(contentsOf: body) }
  }

  private static let refusalFields: HTTPFields = [
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  ]

  private static func response(for reason: HTTPRejectReason) -> HTTPResponse {
    let answer = reason.answer ?? (503, "The request was refused.\n")
    let text = UnsafeBufferPointer(start: answer.text.utf8Start, count: answer.text.utf8CodeUnitCount)
    var headers = refusalFields
    if answer.status == 503 { headers.append("Retry-After", "1") }
    return HTTPResponse(status: answer.status, headers: headers, body: .bytes(Array(text)))
  }

  // MARK: Writing

  private nonisolated(nonsending) func send(
    _ response: HTTPResponse, to request: HTTPRequest, keepAlive: Bool
  ) async -> Bool {
    let isHead = request.method == "HEAD"
    core.observer?.responded(status: response.status, to: request)
    switch response.body {
    case .bytes(let body):
      var output = core.takeBuffer()
      let hasBody = ResponseEncoder.mayHaveBody(response.status)
      ResponseEncoder.appendHead(
        status: response.status, headers: response.headers,
        framing: hasBody ? .length(body.count) : .none, version: request.version, keepAlive: keepAlive,
        to: &output)
      let sendsBody = hasBody && !isHead
      // A small body goes out with the head; a large one is not copied for it.
      let isJoined = sendsBody && body.count <= ServerCore.bufferSize
      if isJoined { output.append(contentsOf: body) }
      var isWritten = await write(output)
      core.giveBack(&output)
      if isWritten, sendsBody, !isJoined { isWritten = await write(body) }
      return isWritten && keepAlive
    case .stream(let stream):
      defer { stream.finished?() }
      return await sendStream(stream, response, request, keepAlive: keepAlive, isHead: isHead)
    }
  }

  private nonisolated(nonsending) func sendStream(
    _ stream: HTTPBodyStream, _ response: HTTPResponse, _ request: HTTPRequest, keepAlive: Bool, isHead: Bool
  ) async -> Bool {
    let hasBody = ResponseEncoder.mayHaveBody(response.status)
    let isChunked = hasBody && request.version == .http11
    let keepAlive = keepAlive && (isChunked || isHead || !hasBody)
    var output: [UInt8] = []
    ResponseEncoder.appendHead(
      status: response.status, headers: response.headers,
      framing: isChunked ? .chunked : hasBody ? .untilClose : .none, version: request.version,
      keepAlive: keepAlive, to: &output)
    guard hasBody, !isHead else { return await write(output) && keepAlive }
    while !isOver {
      enter(.writing)
      let next = stream.next
      switch await offLoop(within: core.configuration.deadlines.write, timer: loop, { try await next() }) {
      case .finished(let piece?):
        if piece.isEmpty { continue }
        if isChunked { ResponseEncoder.appendChunkHead(piece.count, to: &output) }
        output.append(contentsOf: piece)
        if isChunked { ResponseEncoder.append("\r\n", to: &output) }
        guard await write(output) else { return false }
        output.removeAll(keepingCapacity: true)
      case .finished(nil):
        if isChunked { ResponseEncoder.append("0\r\n\r\n", to: &output) }
        return await write(output) && keepAlive
      case .failed, .deadlineExceeded:
        if !isOver { core.reject(.bodyStreamFailure) }
        end()
      }
    }
    return false
  }

  /// Writes everything, as long as the peer reads; false when the connection is over.
  private nonisolated(nonsending) func write(_ bytes: [UInt8], keeping kept: Phase? = nil) async -> Bool {
    var written = 0
    var stalledAt = 0
    var mark = 0
    defer { stalledSince = nil }
    var due: Int64 = .max
    while !isOver {
      let transfer = bytes.withUnsafeBytes {
        let start = min(written, $0.count)
        return descriptor.send(
          UnsafeRawBufferPointer(rebasing: $0[start..<min($0.count, start + ServerCore.mostAtOnce)]))
      }
      switch transfer {
      case .moved(let count):
        written += count
        if written >= bytes.count { return !isOver }
      // The others come first, also when the socket would take more.
      case .failed:
        end()
        return false
      case .wouldBlock: break
      }
      if kept == nil, phase != .writing { enter(.writing) }
      // Only a real amount is progress: a byte now and then keeps no connection alive.
      if due == .max || written - mark >= ServerCore.leastProgress {
        mark = written
        due = loop.time.clampedAdding(core.writeAllowance)
      }
      if stalledSince == nil || written > stalledAt { stalledSince = loop.time }
      stalledAt = written
      switch await descriptor.writable(until: due) {
      case .ready: continue
      case .deadlineExceeded: core.reject(.writeDeadline)
      case .closed, .cancelled, .busy: break
      }
      end()
    }
    return false
  }

  /// Lets the peer read the last response: closing while it is still sending would reset the connection,
  /// and the response could be lost with it (RFC 9112, section 9.6).
  private nonisolated(nonsending) func linger() async {
    guard !isOver else { return }
    enter(.lingering)
    carry = []
    descriptor.shutdownWrite()
    let due = loop.time.clampedAdding(core.configuration.deadlines.linger.clampedNanoseconds)
    var dropped = 0
    while !isOver, dropped < ServerCore.mostDropped {
      switch descriptor.receive(into: UnsafeMutableRawBufferPointer(core.readBuffer)) {
      case .moved(0), .failed: return
      case .moved(let count): dropped += count
      case .wouldBlock: guard case .ready = await descriptor.readable(until: due) else { return }
      }
    }
  }

  /// Ends the wait for a further request, when the server wants to close; a request that has begun is
  /// finished.
  func closeIfIdle() {
    if phase == .idle || phase == .lingering { end() }
  }
}
