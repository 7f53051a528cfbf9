// How is a request served that needs no waiting, without waking a task for it?
// Most requests of a probe or a benchmark come whole, on a connection that is kept, and have an answer that is known.
// Resuming the connection's task for one would cost as much as the rest of it.

import EndpointMessages
import ObservabilityPlatform
import ObservabilitySockets

extension HTTPConnection {
  /// Reads, and answers what can be answered at once: until when the wait for a further request goes on, nil when the
  /// task has to go on with what was found.
  func serveAtOnce() -> Int64? {
    guard phase == .idle, parser.stage == .idle, reserve == nil, !core.isDraining else { return nil }
    let found = read()
    switch found {
    case .nothing: return due
    case .step(.request(let parsed)) where carryStart >= carry.count && canBeAnsweredAtOnce(parsed):
      early = answerAtOnce(parsed)
    default: early = found
    }
    return early == nil ? due : nil
  }

  /// Says where the request belongs, and keeps it when it is a probe that is new.
  private func prepare(_ parsed: inout ParsedRequest) {
    parsed.request.listener = listener
    if core.wholeRequest > 0 {
      parsed.request.routeTag = core.configuration.classify(parsed.request)
      if core.configuration.isProbe(parsed.request) {
        core.repeated.keep(parsed, of: UnsafeBufferPointer(rebasing: core.readBuffer[..<core.wholeRequest]))
      }
      core.wholeRequest = 0
    } else if parsed.request.routeTag == nil {
      parsed.request.routeTag = core.configuration.classify(parsed.request)
    }
    parsed.request.peer = peer
  }

  private func canBeAnsweredAtOnce(_ parsed: ParsedRequest) -> Bool {
    parsed.keepAlive && parsed.disposition == .handle
      && requests + 1 < core.configuration.limits.maximumRequestsPerConnection
  }

  /// Answers; what is left to do, nil when nothing is.
  private func answerAtOnce(_ parsed: consuming ParsedRequest) -> Finding? {
    prepare(&parsed)
    guard let response = core.configuration.answerAtOnce(parsed.request),
      case .bytes(let body) = response.body
    else { return .step(.request(parsed)) }
    var writer = ByteWriter(core.writeBuffer)
    ResponseEncoder.write(
      response, body, to: parsed.request, keepAlive: true, date: core.dateLine, into: &writer)
    guard writer.isComplete else { return .step(.request(parsed)) }
    requests += 1
    core.countRequest()
    core.observer?.responded(status: response.status, to: parsed.request)
    let sent = sendNow(writer.written)
    enter(.idle)
    return sent == writer.count ? nil : .unsent(Array(writer.written[sent...]))
  }

  /// The most that is sent to a newcomer who is not waited for afterwards: what the system takes as it comes.
  private static let mostAtTheDoor = 1024

  /// Answers a newcomer's probe where it comes in, and closes, which costs less than a task of its own; false when the
  /// task has to go on with what was found.
  func isServedAtTheDoor() -> Bool {
    guard !core.isDraining else { return false }
    let found = read()
    switch found {
    case .nothing: return false
    case .step(.request(let parsed)) where carryStart >= carry.count && parsed.disposition == .handle:
      early = answerAtTheDoor(parsed)
    default: early = found
    }
    return isOver
  }

  private func answerAtTheDoor(_ parsed: consuming ParsedRequest) -> Finding? {
    prepare(&parsed)
    guard core.configuration.isProbe(parsed.request) else { return .step(.request(parsed)) }
    // Before the answer, which counts: with a regular place the task asks for it.
    requests += 1
    core.promote(self, asking: parsed.request)
    requests -= 1
    guard reserve != nil, let response = core.configuration.answerAtOnce(parsed.request),
      case .bytes(let body) = response.body
    else { return .step(.request(parsed)) }
    var writer = ByteWriter(core.writeBuffer)
    ResponseEncoder.write(
      response, body, to: parsed.request, keepAlive: false, date: core.dateLine, into: &writer)
    guard writer.isComplete, writer.count <= Self.mostAtTheDoor else { return .step(.request(parsed)) }
    requests += 1
    core.countRequest()
    core.observer?.responded(status: response.status, to: parsed.request)
    _ = sendNow(writer.written)
    end()
    return nil
  }
}
