// When is a message tried again, and when is it given up? The queue's pure state, driven by a clock from outside.

import MailObservability

struct QueuedMessage: Sendable {
  let id: String
  /// nil for the null reverse-path: a bounce, which must never cause another one.
  let sender: MailAddress?
  var recipients: [MailAddress]
  var content: [UInt8]
  /// What attempts to deliver it belong to; nil where it was not traced.
  var trace: TraceContext?
}

struct DeliverySchedule: Sendable {
  typealias Instant = ContinuousClock.Instant

  struct Entry: Sendable {
    var message: QueuedMessage
    let putAt: Instant
    /// When it was put, or the last attempt ended.
    var waitsSince: Instant
    var attempts = 0
    /// nil while an attempt is running.
    var nextAttempt: Instant?
    /// How long after the running attempt the next one comes; nil when there is time for none.
    var pause: Duration?
  }

  enum Conclusion: Sendable, Equatable {
    /// No recipient is left.
    case finished(age: Duration)
    case deferred(until: Instant)
    /// Its time is over: these recipients will not get it.
    case expired(recipients: [MailAddress], age: Duration)
  }

  static let longestPause = Duration.seconds(60)

  /// How long a message is tried before it is bounced.
  let lifetime: Duration
  /// The first pause between attempts; each further one is twice as long, up to `longestPause`.
  let firstPause: Duration
  let longestPause: Duration
  let capacity: Int
  private var entries: [String: Entry] = [:]

  init(
    lifetime: Duration, firstPause: Duration = .seconds(1), longestPause: Duration = Self.longestPause,
    capacity: Int = 100_000
  ) {
    self.lifetime = lifetime
    self.firstPause = firstPause
    self.longestPause = longestPause
    self.capacity = capacity
  }

  var count: Int { entries.count }
  var activeCount: Int { entries.values.count { $0.nextAttempt == nil } }
  /// Waiting for their first attempt.
  var incomingCount: Int { entries.values.count { $0.nextAttempt != nil && $0.attempts == 0 } }
  var deferredCount: Int { entries.values.count { $0.nextAttempt != nil && $0.attempts > 0 } }

  func oldestAge(at now: Instant) -> Duration {
    entries.values.map { $0.putAt.duration(to: now) }.max() ?? .zero
  }

  /// When the next waiting message is due; nil when none waits.
  var nextAttempt: Instant? { entries.values.compactMap(\.nextAttempt).min() }

  /// False when the queue is full.
  mutating func put(_ message: QueuedMessage, at now: Instant) -> Bool {
    restore(Entry(message: message, putAt: now, waitsSince: now, nextAttempt: now))
  }

  /// Goes on with a message of an earlier process; false when the queue is full.
  mutating func restore(_ entry: Entry) -> Bool {
    guard entries.count < capacity else { return false }
    entries[entry.message.id] = entry
    return true
  }

  subscript(id: String) -> Entry? { entries[id] }

  /// Starts the attempts that are due, oldest first, at most `limit` of them.
  mutating func takeDue(at now: Instant, limit: Int) -> [Entry] {
    let due = entries.values.filter { entry in entry.nextAttempt.map { $0 <= now } ?? false }
      .sorted { $0.putAt < $1.putAt }.prefix(max(0, limit))
    return due.map { entry in
      var entry = entry
      entry.nextAttempt = nil
      entry.attempts += 1
      // Decided now, so that each attempt can say whether it is the last.
      let pause = min(longestPause, firstPause * (1 << min(max(0, entry.attempts - 1), 20)))
      entry.pause = entry.putAt.duration(to: now) + pause <= lifetime ? pause : nil
      entries[entry.message.id] = entry
      return entry
    }
  }

  /// Ends an attempt: `undelivered` are the recipients to try again.
  mutating func conclude(_ id: String, undelivered: [MailAddress], at now: Instant) -> Conclusion {
    guard var entry = entries[id] else { return .finished(age: .zero) }
    let age = entry.putAt.duration(to: now)
    if undelivered.isEmpty {
      entries[id] = nil
      return .finished(age: age)
    }
    guard let pause = entry.pause else {
      entries[id] = nil
      return .expired(recipients: undelivered, age: age)
    }
    entry.message.recipients = undelivered
    entry.waitsSince = now
    entry.nextAttempt = now + pause
    entries[id] = entry
    return .deferred(until: now + pause)
  }
}
