// How does a submitted message become a queued one? Through the mailets, each of them timed.

import MailObservability
import Synchronization

final class MessageIntake: Sendable {
  private let hostName: String
  private let mailets: [any Mailet]
  private let queue: DeliveryQueue
  private let metrics: MetricsCollector
  private let lastID: Atomic<Int>

  /// - Parameter lastID: the number of the last message that there was before.
  init(hostName: String, queue: DeliveryQueue, metrics: MetricsCollector, lastID: Int = 0) {
    self.lastID = Atomic(lastID)
    self.hostName = hostName
    mailets = [LoopDetection(), ContentFilter(), TraceHeader(hostName: hostName, now: { .now })]
    self.queue = queue
    self.metrics = metrics
  }

  /// - Parameter trace: what the message's deliveries belong to; its mailets belong to the current span.
  func accept(_ submission: SMTPSubmission, trace: TraceContext?) async -> SubmissionDecision {
    let timer = metrics.startMessageProcessingTimer()
    defer { timer.observe() }
    metrics.mail.processed.increment()

    let id = "M\(lastID.add(1, ordering: .relaxed).newValue)"
    // Whose trace it was is known by now, and nobody else is to read of it, in the mailbox or in a bounce.
    let content = metrics.tracing.message(submission.content, to: .unknown, context: nil)
    var mail = MailInTransit(id: id, submission: submission, content: content)
    for mailet in mailets {
      let verdict = metrics.tracing.withChild(.mailet(mailet.name)) { span in
        let verdict = metrics.mail.mailetDuration[mailet.name].measure { mailet.process(&mail) }
        span?["mailet.verdict"] = verdict.name
        return verdict
      }
      switch verdict {
      case .next: continue
      case .loop:
        metrics.smtp.loopsDetected.increment()
        return .rejected(.policy, text: "Too many hops: a mail loop")
      case .reject(let reason, let text):
        metrics.smtp.hookResults[.reject].increment()
        return .rejected(reason, text: text)
      }
    }
    metrics.smtp.hookResults[.accept].increment()

    let message = QueuedMessage(
      id: id, sender: submission.sender, recipients: submission.recipients, content: mail.content,
      trace: trace)
    guard await queue.put(message) else { return .unavailable }
    metrics.smtp.messagesReceived.increment()
    metrics.smtp.messageSize.observe(Double(submission.content.count))
    metrics.smtp.recipientsPerMessage.observe(Double(submission.recipients.count))
    for recipient in submission.recipients {
      // Only the bare `postmaster` has no domain: it is ours.
      let domain = recipient.domain.isEmpty ? hostName : recipient.domain
      metrics.mail.messagesPerDomain[domain].increment()
      metrics.top.recipientDomains.record(domain)
    }
    if let domain = submission.sender?.domain {
      metrics.top.senderDomains.record(domain.isEmpty ? hostName : domain)
    }
    return .queued(id: id)
  }
}
