// Which requests are in the bytes a client sends?

package import EndpointMessages

/// The framing of one connection's requests: a state machine without a socket. It is fed bytes split in
/// any way, and gives the same requests, or the same failure, for every split.
package struct RequestParser {
  package enum Step: Sendable {
    case needMore
    case request(ParsedRequest)
    /// The framing is in doubt, or a limit is passed: answer and close.
    case failed(HTTPRejectReason)
  }

  /// Where in a request the bytes so far have come to.
  package enum Stage: Sendable { case idle, head, body }

  private enum Body {
    case none
    case fixed(Int)
    case chunked(ChunkedDecoder)
  }

  private let limits: HTTPServerLimits
  private var head = RequestHeadParser()
  /// The bytes of a head that has come in pieces; nothing while no head is unfinished.
  private var pending: [UInt8] = []
  private var parsed: ParsedRequest?
  private var body = Body.none
  private var awaitsContinue = false

  /// Whether the method of the present request is known to be HEAD, whose answer has no body.
  private(set) var isHead = false

  package init(limits: HTTPServerLimits) { self.limits = limits.normalised }

  package var stage: Stage { parsed != nil ? .body : head.hasBegun ? .head : .idle }

  /// Whether the client waits for `100 Continue` before it sends the body. True at most once a request,
  /// and not when a part of the body has come already (RFC 9110, section 10.1.1).
  package mutating func takeContinueRequest() -> Bool {
    defer { awaitsContinue = false }
    return awaitsContinue
  }

  /// Whether no byte of the next request has come, nor the empty line that may stand before it.
  var isFresh: Bool { stage == .idle && pending.isEmpty }

  /// A request has been taken that was known without being fed.
  mutating func passed(_ request: ParsedRequest) { isHead = request.request.method == "HEAD" }

  /// Takes bytes up to the end of the next request, and says how many those were. After a failure
  /// nothing more is taken.
  package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>) -> (consumed: Int, step: Step) {
    if parsed != nil { return feedBody(bytes) }
    if bytes.isEmpty { return (0, .needMore) }
    let before = pending.count
    let step: RequestHeadParser.Step
    if before == 0 {
      step = head.advance(over: bytes, limits: limits)
      if case .incomplete = step { pending = Array(bytes) }
    } else {
      pending.append(contentsOf: bytes)
      step = pending.withUnsafeBufferPointer { head.advance(over: $0, limits: limits) }
    }
    switch step {
    case .incomplete:
      return (bytes.count, .needMore)
    case .failed(let reason):
      noteMethod(bytes, before)
      return (bytes.count, .failed(reason))
    case .complete(let end):
      let consumed = end - before
      if before == 0 { pending = Array(bytes.part(0, end)) } else { pending.removeLast(pending.count - end) }
      if let failure = finishHead() { return (consumed, .failed(failure)) }
      let rest = bytes.part(consumed, bytes.count)
      let next = feedBody(rest)
      return (consumed + next.consumed, next.step)
    }
  }

  private mutating func noteMethod(_ bytes: UnsafeBufferPointer<UInt8>, _ before: Int) {
    guard head.hasMethod else { return }
    let range = head.method
    isHead =
      before == 0
      ? bytes.part(range.start, range.end).elementsEqual("HEAD".utf8)
      : range.end <= pending.count && pending[range.start..<range.end].elementsEqual("HEAD".utf8)
  }

  /// Makes a request of the finished head in `pending`, and decides what its body is.
  private mutating func finishHead() -> HTTPRejectReason? {
    let framing = head.framing
    let (name, target) = pending.withUnsafeBufferPointer { bytes in
      let method = bytes.part(head.method.start, head.method.end)
      return (
        String(decoding: method, as: UTF8.self),
        RequestTarget.parse(
          bytes.part(head.target.start, head.target.end), isOptions: method.elementsEqual("OPTIONS".utf8))
      )
    }
    isHead = name == "HEAD"
    guard case .success(let target) = target else { return .invalidTarget }
    var request = EndpointRequest(
      method: name, path: target.path, query: target.query,
      headers: EndpointFields(bytes: pending, positions: head.fields), body: [], version: head.version,
      peer: .unknown)
    if let authority = target.authority { request.headers.set("Host", authority) }
    let hasBody = framing.isChunked || (framing.contentLength ?? 0) > 0
    if head.version == .http11, framing.hasUnknownExpectation {
      // Whether the body will be sent nobody can tell.
      if hasBody { return .unknownExpectation }
    }
    if let length = framing.contentLength, length > limits.maximumBodySize { return .bodyTooLarge }
    let keepAlive = head.version == .http11 ? !framing.closes : framing.keepsAlive && !framing.closes
    var disposition = ParsedRequest.Disposition.handle
    if head.version == .http11, framing.hasUnknownExpectation {
      disposition = .refuse(.unknownExpectation)
    } else if !Self.isKnown(name) {
      disposition = .refuse(.unknownMethod)
    } else if request.path == "*" {
      disposition = .serverOptions
    }
    parsed = ParsedRequest(request: request, keepAlive: keepAlive, disposition: disposition)
    if framing.isChunked {
      body = .chunked(ChunkedDecoder())
    } else if let length = framing.contentLength, length > 0 {
      body = .fixed(length)
    } else {
      body = .none
    }
    awaitsContinue = hasBody && framing.expectsContinue && head.version == .http11
    pending = []
    head = RequestHeadParser()
    return nil
  }

  private mutating func feedBody(_ bytes: UnsafeBufferPointer<UInt8>) -> (consumed: Int, step: Step) {
    if !bytes.isEmpty { awaitsContinue = false }
    switch body {
    case .none:
      return (0, finishRequest())
    case .fixed(let remaining):
      let count = min(remaining, bytes.count)
      parsed?.request.body.append(contentsOf: bytes.part(0, count))
      body = .fixed(remaining - count)
      return (count, remaining == count ? finishRequest() : .needMore)
    case .chunked(var decoder):
      guard var current = parsed else { return (0, .needMore) }
      // Taken out meanwhile, so that what grows is not copied.
      parsed = nil
      body = .none
      let (consumed, step) = decoder.decode(bytes, into: &current.request.body, limits: limits)
      parsed = current
      body = .chunked(decoder)
      switch step {
      case .incomplete: return (consumed, .needMore)
      case .failed(let reason): return (consumed, .failed(reason))
      case .complete: return (consumed, finishRequest())
      }
    }
  }

  private mutating func finishRequest() -> Step {
    // Moved, and not copied with all that it refers to.
    var finished: ParsedRequest?
    swap(&finished, &parsed)
    guard let finished else { return .needMore }
    body = .none
    awaitsContinue = false
    return .request(finished)
  }

  /// The methods of RFC 9110 and PATCH (RFC 5789).
  private static func isKnown(_ method: String) -> Bool {
    switch method {
    case "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH": true
    default: false
    }
  }
}

/// A request, and what its framing says about the connection.
package struct ParsedRequest: Sendable {
  package enum Disposition: Sendable, Equatable {
    case handle
    /// Well framed, so the connection may stay open, but nothing for a handler.
    case refuse(HTTPRejectReason)
    /// `OPTIONS *`, which asks about the server as a whole (RFC 9110, section 9.3.7).
    case serverOptions
  }

  package var request: EndpointRequest
  /// Whether the client allows for another request on the connection.
  package var keepAlive: Bool
  package var disposition: Disposition
}
