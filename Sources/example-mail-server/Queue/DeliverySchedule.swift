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
  // Read once of what is traced, for all spans of it.
  private let tracedID: String?
  /// What it calls itself.
  var messageID: String? { tracedID ?? MessageHeader.identifier(of: content) }

  init(
    id: String, sender: MailAddress?, recipients: [MailAddress], content: [UInt8], trace: TraceContext? = nil
  ) {
    (self.id, self.sender, self.recipients, self.content, self.trace) = (
      id, sender, recipients, content, trace
    )
    tracedID = trace?.isSampled == true ? MessageHeader.identifier(of: content) : nil
  }

  /// The number in the identifier of a message or a bounce, or in the name of a file; nil where there is none, or
  /// one that no server comes to.
  static func number(in name: String) -> Int? {
    Int(name.drop { $0 != "M" }.dropFirst().prefix { $0.isWholeNumber }).flatMap { $0 < 1 << 60 ? $0 : nil }
  }
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
    /// What the last attempt met, for those who have not got the message.
    var replies: [MailAddress: String] = [:]
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
  private(set) var entries: [String: Entry] = [:]
  /// Those that wait, the next one last: looking at all of them for each message would be quadratic.
  private var waiting: [(due: Instant, id: String)] = []
  /// Waiting for their first attempt.
  private(set) var incomingCount = 0

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
  var activeCount: Int { entries.count - waiting.count }
  var deferredCount: Int { waiting.count - incomingCount }

  func oldestAge(at now: Instant) -> Duration {
    entries.values.map { $0.putAt.duration(to: now) }.max() ?? .zero
  }

  /// When the next waiting message is due; nil when none waits.
  var nextAttempt: Instant? { waiting.last?.due }

  private mutating func wait(_ entry: Entry, until due: Instant) {
    var entry = entry
    entry.nextAttempt = due
    entries[entry.message.id] = entry
    if entry.attempts == 0 { incomingCount += 1 }
    // Behind those that are due later, and before those that were there first.
    var (low, high) = (0, waiting.count)
    while low < high {
      let middle = (low + high) / 2
      if waiting[middle].due > due { low = middle + 1 } else { high = middle }
    }
    waiting.insert((due, entry.message.id), at: low)
  }

  /// False when the queue is full.
  mutating func put(_ message: QueuedMessage, at now: Instant) -> Bool {
    restore(Entry(message: message, putAt: now, waitsSince: now, nextAttempt: now))
  }

  /// Goes on with a message of an earlier process; false when the queue is full.
  mutating func restore(_ entry: Entry) -> Bool {
    guard entries.count < capacity, entries[entry.message.id] == nil else { return false }
    wait(entry, until: entry.nextAttempt ?? entry.waitsSince)
    return true
  }

  subscript(id: String) -> Entry? { entries[id] }

  /// Starts the attempts that are due, those first that have been due longest, at most `limit` of them.
  mutating func takeDue(at now: Instant, limit: Int) -> [Entry] {
    var due: [Entry] = []
    while due.count < limit, let next = waiting.last, next.due <= now {
      waiting.removeLast()
      guard var entry = entries[next.id] else { continue }
      if entry.attempts == 0 { incomingCount -= 1 }
      entry.nextAttempt = nil
      entry.attempts += 1
      // Decided now, so that each attempt can say whether it is the last.
      let pause = min(longestPause, firstPause * (1 << min(max(0, entry.attempts - 1), 20)))
      entry.pause = entry.putAt.duration(to: now) + pause <= lifetime ? pause : nil
      entries[next.id] = entry
      due.append(entry)
    }
    return due
  }

  /// Ends an attempt: `undelivered` are the recipients to try again.
  ///
  /// - Parameters:
  ///   - replies: why, as far as that was heard.
  ///   - isInterrupted: whether the attempt was not let end, so that another one follows in any case.
  mutating func conclude(
    _ id: String, undelivered: [MailAddress], replies: [MailAddress: String] = [:], at now: Instant,
    isInterrupted: Bool = false
  ) -> Conclusion {
    guard var entry = entries[id] else { return .finished(age: .zero) }
    let age = entry.putAt.duration(to: now)
    if undelivered.isEmpty {
      entries[id] = nil
      return .finished(age: age)
    }
    guard let pause = entry.pause ?? (isInterrupted ? firstPause : nil) else {
      entries[id] = nil
      return .expired(recipients: undelivered, age: age)
    }
    entry.message.recipients = undelivered
    entry.replies = replies.filter { undelivered.contains($0.key) }
    entry.waitsSince = now
    wait(entry, until: now + pause)
    return .deferred(until: now + pause)
  }
}
