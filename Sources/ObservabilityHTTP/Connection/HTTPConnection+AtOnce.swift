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

  private func canBeAnsweredAtOnce(_ parsed: ParsedRequest) -> Bool {
    parsed.keepAlive && parsed.disposition == .handle
      && requests + 1 < core.configuration.limits.maximumRequestsPerConnection
  }

  /// Answers; what is left to do, nil when nothing is.
  private func answerAtOnce(_ parsed: consuming ParsedRequest) -> Finding? {
    parsed.request.peer = peer
    parsed.request.routeTag = core.configuration.classify(parsed.request)
    guard let response = core.configuration.answerAtOnce(parsed.request),
      case .bytes(let body) = response.body
    else { return .step(.request(parsed)) }
    var writer = ByteWriter(core.writeBuffer)
    ResponseEncoder.write(response, body, to: parsed.request, keepAlive: true, into: &writer)
    guard writer.isComplete else { return .step(.request(parsed)) }
    requests += 1
    core.countRequest()
    core.observer?.responded(status: response.status, to: parsed.request)
    let sent = sendNow(writer.written)
    enter(.idle)
    return sent == writer.count ? nil : .unsent(Array(writer.written[sent...]))
  }
}
