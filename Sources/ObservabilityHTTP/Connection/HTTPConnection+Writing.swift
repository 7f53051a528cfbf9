// How does a response leave, and what if the peer does not read it?

import ObservabilityPlatform
import EndpointMessages
import ObservabilitySockets

extension HTTPConnection {
  nonisolated(nonsending) func send(
    _ response: EndpointResponse, to request: EndpointRequest, keepAlive: Bool
  ) async -> Bool {
    let isHead = request.method == "HEAD"
    core.observer?.responded(status: response.status, to: request)
    switch response.body {
    case .bytes(let body):
      // Nearly every response fits in the buffer of the loop, and in the socket's: nothing is allocated for it, and
      // no call that could suspend is made.
      var writer = ByteWriter(core.writeBuffer)
      ResponseEncoder.write(
        response, body, to: request, keepAlive: keepAlive, date: core.dateLine, into: &writer)
      if writer.isComplete {
        let sent = sendNow(writer.written)
        if sent == writer.count { return keepAlive }
        // What is left is kept before another connection writes there.
        let rest = Array(writer.written[sent...])
        beginWriting()
        return await write(rest) && keepAlive
      }
      beginWriting()
      let hasBody = ResponseEncoder.mayHaveBody(response.status)
      let head = ResponseEncoder.head(
        status: response.status, headers: response.headers, framing: hasBody ? .length(body.count) : .none,
        version: request.version, keepAlive: keepAlive, date: core.dateLine)
      guard await write(head) else { return false }
      guard hasBody, !isHead else { return keepAlive }
      return await write(body) && keepAlive
    case .stream(let stream):
      defer { stream.finish() }
      return await sendStream(stream, response, request, keepAlive: keepAlive, isHead: isHead)
    }
  }

  /// From now on the peer is waited for, altogether as long as a response may take.
  private func beginWriting() {
    enter(.writing)
    armAnswerDeadline(after: core.responseAllowance)
  }

  nonisolated(nonsending) func sendStream(
    _ stream: EndpointBodyStream, _ response: EndpointResponse, _ request: EndpointRequest, keepAlive: Bool,
    isHead: Bool
  ) async -> Bool {
    let hasBody = ResponseEncoder.mayHaveBody(response.status)
    let isChunked = hasBody && request.version == .http11
    let keepAlive = keepAlive && (isChunked || isHead || !hasBody)
    let head = ResponseEncoder.head(
      status: response.status, headers: response.headers,
      framing: isChunked ? .chunked : hasBody ? .untilClose : .none, version: request.version,
      keepAlive: keepAlive, date: core.dateLine)
    beginWriting()
    guard hasBody, !isHead else { return await write(head) && keepAlive }
    var framing = StreamFraming(head: head, isChunked: isChunked)
    // A loop that ends closes the descriptor, and has no turns any more.
    while !isOver, descriptor.isOpen {
      enter(.writing)
      switch await nextPiece(of: stream) {
      case .finished(let piece?):
        if !piece.isEmpty {
          let (lead, copied) = framing.lead(of: piece)
          guard await write(lead) else { return false }
          if copied < piece.count {
            guard await write(piece, from: copied) else { return false }
          }
        }
        // A turn is one piece: there may be any number that are there at once, and taken as fast as they come.
        await loop.nextTurn()
      case .finished(nil):
        return await write(framing.end()) && keepAlive
      case .failed, .deadlineExceeded:
        if !isOver { core.reject(.bodyStreamFailure) }
        end()
      }
    }
    return false
  }

  /// What is not known to suspend at once is asked off the loop.
  nonisolated(nonsending) private func nextPiece(
    of stream: EndpointBodyStream
  ) async -> OffLoopOutcome<[UInt8]?> {
    let next = stream.next
    guard stream.isNonblocking else {
      return await offLoop(within: core.configuration.deadlines.write, timer: loop) { try await next() }
    }
    do { return .finished(try await next()) } catch { return .failed(error) }
  }

  /// Writes what the socket takes at once; a failure is left for `write` to meet again.
  func sendNow(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard !isOver, case .moved(let count) = descriptor.send(UnsafeRawBufferPointer(bytes)) else { return 0 }
    handedOver &+= count
    return count
  }

  /// Writes everything, as long as the peer reads; false when the connection is over.
  nonisolated(nonsending) func write(
    _ bytes: [UInt8], from start: Int = 0, keeping kept: Phase? = nil
  ) async -> Bool {
    var written = start
    var stalledAt = start
    var rate: ReadingRate?
    defer { stalledSince = nil }
    while !isOver {
      let transfer = bytes.withUnsafeBytes {
        let start = min(written, $0.count)
        return descriptor.send(
          UnsafeRawBufferPointer(rebasing: $0[start..<min($0.count, start + ServerCore.mostAtOnce)]))
      }
      switch transfer {
      case .moved(let count):
        written += count
        handedOver &+= count
        if written >= bytes.count { return !isOver }
      // The others come first, also when the socket would take more.
      case .failed:
        end()
        return false
      case .wouldBlock: break
      }
      if kept == nil, phase != .writing { enter(.writing) }
      var asked = rate ?? ReadingRate(window: core.writeAllowance, from: loop.time, taken: taken)
      if stalledSince == nil || written > stalledAt { stalledSince = loop.time }
      stalledAt = written
      let outcome = await descriptor.writable(until: asked.due)
      let isKept = outcome != .deadlineExceeded || asked.isKept(taken: taken, at: loop.time)
      rate = asked
      switch outcome {
      case .ready: break
      case .deadlineExceeded:
        if isKept { break }
        core.reject(.writeDeadline)
        end(forgetting: true)
      case .closed, .cancelled, .busy: end()
      }
    }
    return false
  }

  /// Whether the system has more for the peer than the mark of the stream's end.
  var hasUntaken: Bool { descriptor.unacknowledged > 1 }

  /// How many bytes the peer has taken, by a system call.
  private var taken: Int { handedOver &- descriptor.unacknowledged }

  /// Lets the peer read the last response: closing while it is still sending would reset the connection,
  /// and the response could be lost with it (RFC 9112, section 9.6).
  nonisolated(nonsending) func linger() async {
    guard !isOver else { return }
    enter(.lingering)
    carry = []
    descriptor.shutdownWrite()
    let due = loop.time.clampedAdding(core.configuration.deadlines.linger.clampedNanoseconds)
    var dropped = 0
    while !isOver, dropped < ServerCore.mostDropped {
      switch descriptor.receive(into: UnsafeMutableRawBufferPointer(core.readBuffer)) {
      case .moved(0): return
      case .failed: return end(forgetting: true)
      case .moved(let count): dropped += count
      case .wouldBlock: guard case .ready = await descriptor.readable(until: due) else { return }
      }
    }
  }

  /// Lets the peer take what the system still has for it: a connection that is closed with it goes on without
  /// the server, beyond every limit here.
  nonisolated(nonsending) func deliver() async {
    guard !isOver, hasUntaken else { return }
    if phase != .lingering { enter(.lingering) }
    var rate = ReadingRate(window: core.writeAllowance, from: loop.time, taken: taken)
    let pause = LoopSignal()
    while !isOver, hasUntaken {
      if loop.time >= rate.due, !rate.isKept(taken: taken, at: loop.time) { return end(forgetting: true) }
      await pause.wait(on: loop, atMost: ServerCore.deliveryPause)
    }
  }
}
