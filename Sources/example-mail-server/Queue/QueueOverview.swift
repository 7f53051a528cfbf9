// What waits in the queue, since when, why, and when is it tried next?

import MailObservability

/// The queue as an operator looks at it, at one moment.
struct QueueOverview: Sendable {
  struct Message: Sendable {
    let id: String
    let age: Duration
    let attempts: Int
    let recipients: [MailAddress]
    /// What the last attempt met; nil before the first has ended.
    let reply: String?
    /// Nil while an attempt is under way.
    let nextTry: Duration?
  }

  /// Messages that wait for the same.
  struct Reason: Sendable {
    var count = 0
    var oldest = Duration.zero
    var nextTry: Duration?
  }

  /// Messages are told one by one up to here, the oldest first.
  static let mostMessages = 100
  /// Further reasons are told as one.
  static let mostReasons = 20
  private static let otherReasons = "other reasons"

  let count: Int
  let active: Int
  let incoming: Int
  let deferred: Int
  let messages: [Message]
  let reasons: [(text: String, reason: Reason)]

  /// Looks at every message, as ``DeliverySchedule/oldestAge(at:)`` does.
  init(_ schedule: DeliverySchedule, at now: DeliverySchedule.Instant) {
    (count, active) = (schedule.count, schedule.activeCount)
    (incoming, deferred) = (schedule.incomingCount, schedule.deferredCount)
    var oldest: [DeliverySchedule.Entry] = []
    var reasons: [String: Reason] = [:]
    for entry in schedule.entries.values {
      // Among those that are kept twice as many as are told, so that they are sorted seldom.
      oldest.append(entry)
      if oldest.count >= 2 * Self.mostMessages { Self.keepOldest(&oldest) }
      guard let reply = entry.reply else { continue }
      let isKnown = reasons[reply] != nil || reasons.count < Self.mostReasons
      let text = isKnown ? reply : Self.otherReasons
      reasons[text, default: Reason()].add(
        age: entry.putAt.duration(to: now),
        nextTry: entry.nextAttempt.map { max(.zero, now.duration(to: $0)) })
    }
    Self.keepOldest(&oldest)
    messages = oldest.map { entry in
      Message(
        id: entry.message.id, age: entry.putAt.duration(to: now), attempts: entry.attempts,
        recipients: entry.message.recipients, reply: entry.reply,
        nextTry: entry.nextAttempt.map { max(.zero, now.duration(to: $0)) })
    }
    self.reasons = reasons.map { ($0.key, $0.value) }.sorted { $0.1.count > $1.1.count }
  }

  private static func keepOldest(_ entries: inout [DeliverySchedule.Entry]) {
    entries.sort { $0.putAt < $1.putAt }
    entries.removeLast(max(entries.count - mostMessages, 0))
  }
}

extension QueueOverview.Reason {
  fileprivate mutating func add(age: Duration, nextTry: Duration?) {
    count += 1
    oldest = max(oldest, age)
    guard let nextTry else { return }
    self.nextTry = min(self.nextTry ?? nextTry, nextTry)
  }
}

extension DeliverySchedule.Entry {
  /// What the first of those met who have not got the message.
  fileprivate var reply: String? { message.recipients.lazy.compactMap { replies[$0] }.first }
}
