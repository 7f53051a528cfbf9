// Who answers a request: the handler, or the transport in its place?

import ObservabilityPlatform
import EndpointMessages
import ObservabilitySockets

extension HTTPConnection {
  /// Answers a request; false when the connection is to close.
  nonisolated(nonsending) func answer(_ parsed: consuming ParsedRequest) async -> Bool {
    requests += 1
    core.countRequest()
    parsed.request.peer = peer
    parsed.request.listener = listener
    parsed.request.routeTag = core.configuration.classify(parsed.request)
    if reserve != nil { core.promote(self, asking: parsed.request) }
    var keepAlive = parsed.keepAlive && !core.isDraining && reserve == nil
    if requests >= core.configuration.limits.maximumRequestsPerConnection, keepAlive {
      keepAlive = false
      core.reject(.requestLimit)
    }
    var refusal: HTTPRejectReason?
    if let reason = reserve ?? (core.isRefusing ? .draining : nil),
      !core.configuration.isProbe(parsed.request)
    {
      refusal = reason
      keepAlive = false
    } else if case .refuse(let reason) = parsed.disposition {
      refusal = reason
    }
    let response: EndpointResponse
    if let refusal {
      core.reject(refusal)
      response = Self.response(for: refusal)
    } else if parsed.disposition == .serverOptions {
      response = EndpointResponse(status: 204)
    } else if let atOnce = core.configuration.answerAtOnce(parsed.request) {
      response = atOnce
    } else {
      enter(.handling)
      armAnswerDeadline(after: core.handlerAllowance)
      watchPeer()
      response = await core.handler(parsed.request)
      descriptor.watchPeer(false)
      answerDeadline?.clear()
      if isOver {
        if case .stream(let stream) = response.body { stream.finish() }
        return false
      }
    }
    let isKept = await send(response, to: parsed.request, keepAlive: keepAlive)
    answerDeadline?.clear()
    return isKept
  }

  /// Sets how long the phase at hand may last altogether: of a handler, or of a response that is not sent at once.
  func armAnswerDeadline(after allowance: Int64) {
    guard !isOver else { return }
    let deadline =
      answerDeadline
      ?? LazyDeadline(loop: loop) { [self] in
        switch phase {
        case .handling: if hasPeerClosed { leave() } else { abandonHandler() }
        case .writing:
          core.reject(.writeDeadline)
          end(forgetting: true)
        case .new, .head, .body, .idle, .lingering: break
        }
      }
    answerDeadline = deadline
    deadline.set(loop.time.clampedAdding(allowance))
  }

  /// Notices that the peer goes while its request is handled: nobody is left to answer, and what the handler holds is
  /// for others. A peer that has only said that it sends no more may still read, and is waited for a little.
  private func watchPeer() {
    if descriptor.onPeerLeaving == nil {
      descriptor.onPeerLeaving = { [unowned self] isGone in
        guard phase == .handling else { return }
        if isGone { return leave() }
        hasPeerClosed = true
        answerDeadline?.set(loop.time.clampedAdding(min(core.handlerAllowance, core.stallAllowance)))
      }
    }
    descriptor.watchPeer(true)
  }

  private func leave() {
    core.reject(.clientGone)
    end(forgetting: true)
  }

  /// Answers in the place of a handler that is late, and forgets it. It keeps running until it returns,
  /// having been cancelled, but holds neither the connection nor the server's end.
  func abandonHandler() {
    core.reject(.handlerDeadline)
    let output = refusal(.handlerDeadline)
    // What the socket does not take now is lost with the connection.
    _ = output.withUnsafeBytes { descriptor.send($0) }
    core.observer?.responded(status: 503, to: nil)
    descriptor.shutdownWrite()
    end()
  }

  /// Refuses what could not be understood, or was too much or too late, and closes.
  nonisolated(nonsending) func refuse(_ reason: HTTPRejectReason) async {
    core.reject(reason)
    guard let answer = reason.answer else { return }
    core.observer?.responded(status: answer.status, to: nil)
    if await write(refusal(reason)) { await linger() }
  }

  /// The whole response that refuses a request, and closes.
  private func refusal(_ reason: HTTPRejectReason) -> [UInt8] {
    let response = Self.response(for: reason)
    guard case .bytes(let body) = response.body else { return [] }
    let head = ResponseEncoder.head(
      status: response.status, headers: response.headers, framing: .length(body.count), version: .http11,
      keepAlive: false, date: core.dateLine)
    return parser.isHead ? head : head + body
  }

  private static let refusalFields: EndpointFields = [
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  ]

  static func response(for reason: HTTPRejectReason) -> EndpointResponse {
    let answer = reason.answer ?? (503, "The request was refused.\n")
    let text = UnsafeBufferPointer(start: answer.text.utf8Start, count: answer.text.utf8CodeUnitCount)
    var headers = refusalFields
    if answer.status == 503 { headers.append("Retry-After", "1") }
    return EndpointResponse(status: answer.status, headers: headers, body: .bytes(Array(text)))
  }
}
