// What do the spans of one attempt say, of a message and of each of its recipients?

import MailObservability
import ObservabilityPlatform

/// One attempt to deliver a message to those who have not got it yet.
struct DeliveryRound: Sendable {
  let entry: DeliverySchedule.Entry
  private let startedAt: Duration
  /// The time of day at which the message was taken, by the queue's clock: a clock that is set does not make it older.
  let taken: Duration
  private let waitsSince: Duration

  init(_ entry: DeliverySchedule.Entry, startedAt instant: ContinuousClock.Instant) {
    self.entry = entry
    startedAt = WallClock.now
    taken = startedAt - entry.putAt.duration(to: instant)
    waitsSince = startedAt - entry.waitsSince.duration(to: instant)
  }

  var message: QueuedMessage { entry.message }

  /// Records how long the message lay in the queue before this.
  ///
  /// - Parameter attempt: the first of the round. Where it is part of the message's trace, the wait stands beside it,
  ///   and otherwise within.
  func recordWait(beside attempt: TraceSpan, _ tracing: MailTracing) {
    guard attempt.isRecording else { return }
    let isOfMessage = message.trace != nil && attempt.context?.traceID == message.trace?.traceID
    let parent = isOfMessage ? message.trace.map { TraceSpan.Parent.context($0) } : nil
    let wait = tracing.startSpan(.queueWait(), parent: parent ?? .span(attempt), at: waitsSince)
    identify(wait)
    wait.end(at: startedAt)
  }

  /// - Parameter isRetried: whether there will be another attempt for the recipient.
  func describe(
    _ attempt: TraceSpan, _ recipient: MailAddress, _ outcome: DeliveryOutcome, isRetried: Bool,
    _ tracing: MailTracing
  ) {
    guard attempt.isRecording else { return }
    identify(attempt)
    attempt["mail.recipient"] = tracing.shown(address: recipient.description)
    attempt["mail.delivery.attempt"] = entry.attempts
    attempt["mail.delivery.result"] = outcome.result.labelValue
    attempt["mail.delivery.will_retry"] = isRetried
    if let failure = outcome.failure {
      attempt["error.type"] = failure.labelValue
      attempt.status = .error("")
    }
  }

  private func identify(_ span: TraceSpan) {
    guard span.isRecording else { return }
    span["mail.queue_id"] = message.id
    span["mail.message_id"] = message.messageID
  }
}
