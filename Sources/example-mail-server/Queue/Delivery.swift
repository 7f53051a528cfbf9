// How does one message reach one recipient? Into the store, or to the smarthost.

import EndpointMessages
import MailObservability
import ObservabilityPlatform
import ObservabilitySockets

struct Delivery: Sendable {
  let directory: Directory
  let store: MailStore
  let loop: EventLoop
  let hostName: String
  /// Where mail for other domains goes. There is no look-up of mail exchangers here: without a smarthost
  /// such mail waits, and is returned in the end.
  let smarthost: SocketAddress?
  let faults: Faults
  let metrics: MetricsCollector
  var timeout = Duration.seconds(30)

  func kind(of recipient: MailAddress) -> RecipientKind {
    directory.route(for: recipient) == .remote ? .remote : .local
  }

  /// How a recipient of that kind is reached, as spans call it.
  func method(for kind: RecipientKind) -> MailSpan.DeliveryMethod {
    switch kind {
    case .remote: smarthost == nil ? .remote : .relay
    case .local, .pipe: .local
    }
  }

  /// Delivers as a part of the current span, to which it says what it met.
  func deliver(_ message: QueuedMessage, to recipient: MailAddress) async -> DeliveryOutcome {
    let (route, alias) = directory.resolve(recipient)
    if let alias { metrics.policy.aliasHooks[.resolve, alias].increment() }
    switch route {
    case .local(let account):
      do {
        try metrics.tracing.withChild("mailbox append") { _ in
          try store.deliver(ReturnPath(of: message.sender).inserted(into: message.content), to: account)
        }
        return .delivered
      } catch {
        return .temporaryFailure(.mailbox, "the mail store answered: \(error)")
      }
    case .unknown:
      return .permanentFailure(.mailbox, "no such user here")
    case .remote:
      return await relay(message, to: recipient)
    }
  }

  private func relay(_ message: QueuedMessage, to recipient: MailAddress) async -> DeliveryOutcome {
    if faults.isActive(.delivery) {
      return .temporaryFailure(.policy, "remote delivery is switched off")
    }
    guard let smarthost else {
      return .temporaryFailure(.noRoute, "no route to \(recipient.domain)")
    }
    let span = TraceSpan.current
    if let span, span.isRecording {
      span["server.address"] = smarthost.host
      if let port = smarthost.port { span["server.port"] = Int(port) }
      span["tls.established"] = false
    }
    do {
      var client = try await SMTPClient.connect(to: smarthost, on: loop, deadline: .now + timeout)
      defer { client.close() }
      metrics.tls.outgoingSessions[.plain].increment()
      var sent = message
      sent.content = metrics.tracing.message(
        message.content, to: smarthost.endpointPeer, context: span?.context)
      let reply = try await client.send(sent, to: recipient, as: hostName)
      tell(span, of: reply)
      if reply.code >= 400 { metrics.top.rejectingNetworks.record(IPAddress.text(of: smarthost.ipBytes)) }
      guard (200..<300).contains(reply.code) else { return outcome(of: reply) }
      metrics.smtp.messagesSent.increment()
      return .delivered
    } catch let refusal as SMTPClient.GreetingRefused {
      metrics.top.rejectingNetworks.record(IPAddress.text(of: smarthost.ipBytes))
      tell(span, of: refusal.reply)
      return outcome(of: refusal.reply)
    } catch let error as SocketError where error.code == .deadlineExceeded || error.errno == ETIMEDOUT {
      return .timeout
    } catch {
      return .error(failure(of: error), "\(error)")
    }
  }

  /// The codes alone: the text may repeat an address.
  private func tell(_ span: TraceSpan?, of reply: SMTPClient.Reply) {
    guard let span, span.isRecording else { return }
    span["smtp.response.status_code"] = reply.code
    span["smtp.response.enhanced_status_code"] = reply.enhancedCode
  }

  /// What a reply that is no success means: 5yz is for good (RFC 5321 section 4.2.1).
  private func outcome(of reply: SMTPClient.Reply) -> DeliveryOutcome {
    let failure = DeliveryFailure(replyCode: reply.code) ?? .other
    let text = "the smarthost answered: \(reply)"
    return (500..<600).contains(reply.code)
      ? .permanentFailure(failure, text) : .temporaryFailure(failure, text)
  }

  private func failure(of error: any Error) -> DeliveryFailure {
    switch error {
    case let error as SocketError where error.errno == ECONNREFUSED: .refused
    case let error as SocketError where error.errno == ENETUNREACH || error.errno == EHOSTUNREACH: .noRoute
    default: .other
    }
  }
}
