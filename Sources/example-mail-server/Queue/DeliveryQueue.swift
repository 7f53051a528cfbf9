// Who delivers accepted mail, and what is recorded of it? A task that follows the schedule.

import ObservabilityPlatform
import MailObservability
import ObservabilitySockets

final class DeliveryQueue: Sendable {
  static let maximumAttemptsAtOnce = 20

  private let schedule: Locked<DeliverySchedule>
  /// The attempts under way, by their message and number.
  private let attempts = Locked<[String: Task<Void, Never>]>([:])
  private let delivery: Delivery
  private let hostName: String
  private let faults: Faults
  private let metrics: MetricsCollector
  private let loop: EventLoop
  /// Where messages survive the process; nil when they do not.
  private let directory: QueueDirectory?
  private let now: @Sendable () -> ContinuousClock.Instant
  /// Something is due, or may be.
  private let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init(
    loop: EventLoop, lifetime: Duration, delivery: Delivery, hostName: String, faults: Faults,
    metrics: MetricsCollector, directory: QueueDirectory? = nil,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    schedule = Locked(DeliverySchedule(lifetime: lifetime))
    self.loop = loop
    self.delivery = delivery
    self.hostName = hostName
    self.faults = faults
    self.metrics = metrics
    self.directory = directory
    self.now = now
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes responsibility for a message; false when it cannot.
  func put(_ message: QueuedMessage) async -> Bool {
    // As a part of what is recorded, or not at all.
    guard TraceSpan.current?.isRecording == true else { return await put(message, nil) }
    return await metrics.tracing.tracer.withSpan("queue put", kind: .producer) { await put(message, $0) }
  }

  private func put(_ message: QueuedMessage, _ span: TraceSpan?) async -> Bool {
    span?["mail.queue_id"] = message.id
    guard await store(message) else {
      span?["error.type"] = "unavailable"
      span?.status = .error("")
      return false
    }
    metrics.queue.puts.increment()
    metrics.queue.itemsWritten.increment()
    publish()
    wakeUp.yield()
    return true
  }

  private func store(_ message: QueuedMessage) async -> Bool {
    guard isAccepting else { return false }
    let now = now()
    // Before an attempt can change it.
    if let directory {
      let waiting = DeliverySchedule.Entry(message: message, putAt: now, waitsSince: now, nextAttempt: now)
      guard await directory.write(file(of: waiting)) else {
        // It may be there all the same, and nobody is told that it was taken.
        await directory.remove(message.id)
        return false
      }
    }
    guard schedule.withLock({ $0.put(message, at: now) }) else {
      await directory?.remove(message.id)
      return false
    }
    return true
  }

  /// Goes on with what an earlier process has left in the directory.
  ///
  /// - Returns: the highest number that a message there has.
  func restore() -> Int {
    guard let directory else { return 0 }
    let (instant, time) = (now(), WallClock.now)
    // A time to come was written before the clock was set back.
    func past(_ then: Duration) -> ContinuousClock.Instant { instant - max(.zero, time - then) }
    let (files, lastNumber) = directory.load()
    let entries = files.map { file in
      DeliverySchedule.Entry(
        message: file.message, putAt: past(file.taken), waitsSince: past(file.waitsSince),
        attempts: file.attempts,
        nextAttempt: instant + min(max(.zero, file.nextAttempt - time), DeliverySchedule.longestPause))
    }
    let restored = schedule.withLock { schedule in entries.filter { schedule.restore($0) } }
    if restored.count < entries.count {
      directory.complain("\(entries.count - restored.count) messages stay for later: the queue is full")
    }
    publish()
    wakeUp.yield()
    return lastNumber
  }

  /// What waits, and why: for the page of the queue.
  var overview: QueueOverview {
    let now = now()
    return schedule.withLock { QueueOverview($0, at: now) }
  }

  /// Whether messages can be put: what the queue's health check asks.
  var isAccepting: Bool {
    !faults.isActive(.queue) && schedule.withLock { $0.count < $0.capacity }
  }

  /// Delivers until it is stopped.
  func run() async {
    var alarm: LoopTimer?
    for await _ in wakeUps {
      alarm?.cancel()
      let now = now()
      let (due, next) = schedule.withLock { schedule in
        let free = Self.maximumAttemptsAtOnce - schedule.activeCount
        return (schedule.takeDue(at: now, limit: free), schedule.nextAttempt)
      }
      publish()
      for entry in due { begin(entry) }
      // What is due already waits for an attempt to end, which wakes the queue as well.
      if let next, next > now {
        alarm = loop.schedule(after: now.duration(to: next)) { [wakeUp] in wakeUp.yield() }
      }
    }
  }

  /// Looks whether something is due.
  func wake() { wakeUp.yield() }

  /// Starts no further attempts, waits for those under way, and interrupts them at the end of `gracePeriod`:
  /// their spans end, and the next process goes on. What is still queued is lost with this one, unless it is in
  /// the directory.
  func stop(gracePeriod: Duration) async {
    wakeUp.finish()
    await attemptsEnd(within: gracePeriod)
    for attempt in attempts.withLock({ Array($0.values) }) { attempt.cancel() }
    await attemptsEnd(within: .seconds(1))
  }

  private func attemptsEnd(within limit: Duration) async {
    let deadline = ContinuousClock.now + limit
    while attempts.withLock({ !$0.isEmpty }), .now < deadline {
      await loop.sleep(for: .milliseconds(20))
    }
  }

  private func begin(_ entry: DeliverySchedule.Entry) {
    let key = "\(entry.message.id) \(entry.attempts)"
    // Entered before it can end.
    attempts.withLock { attempts in
      attempts[key] = Task(executorPreference: loop) {
        await self.attempt(entry)
        self.attempts.withLock { _ = $0.removeValue(forKey: key) }
      }
    }
  }

  /// Whether the server stops meanwhile, so that the next process goes on with what this attempt has not done.
  private var isInterrupted: Bool { directory != nil && Task.isCancelled }

  /// Attempts to deliver a message to each of its recipients.
  private func attempt(_ entry: DeliverySchedule.Entry) async {
    if entry.attempts == 1 {
      metrics.queue.wait.observe(entry.putAt.duration(to: now()))
    } else {
      metrics.queue.retries.increment()
    }
    let round = DeliveryRound(entry, startedAt: now())
    var undelivered: [MailAddress] = []
    var failures: [MailAddress: String] = [:]
    for (index, recipient) in entry.message.recipients.enumerated() {
      if isInterrupted {
        undelivered += entry.message.recipients[index...]
        break
      }
      let outcome = await attempt(round, for: recipient, isFirst: index == 0)
      if outcome.failure != nil { failures[recipient] = outcome.reason }
      if outcome.isForNow { undelivered.append(recipient) }
    }
    let (retried, replies, end, wasInterrupted) = (undelivered, failures, now(), isInterrupted)
    let (conclusion, waiting) = schedule.withLock { schedule in
      let conclusion = schedule.conclude(
        entry.message.id, undelivered: retried, replies: replies, at: end, isInterrupted: wasInterrupted)
      return (conclusion, schedule[entry.message.id])
    }
    var failed = entry.message.recipients.filter { failures[$0] != nil }
    if case .expired = conclusion {} else { failed.removeAll { retried.contains($0) } }
    if !failed.isEmpty { await bounce(entry, failed.map { ($0, failures[$0] ?? "") }) }
    // After the bounce: whatever happens in between, somebody hears of the message.
    if let directory {
      if let waiting {
        _ = await directory.write(file(of: waiting))
      } else {
        await directory.remove(entry.message.id)
      }
    }
    publish()
    wakeUp.yield()
  }

  private func attempt(
    _ round: DeliveryRound, for recipient: MailAddress, isFirst: Bool
  ) async -> DeliveryOutcome {
    let kind = delivery.kind(of: recipient)
    return await metrics.tracing.withSpan(
      .delivery(
        delivery.method(for: kind), domain: recipient.domain, of: round.message.trace, taken: round.taken)
    ) { span in
      if isFirst { round.recordWait(beside: span, metrics.tracing) }
      let inFlight = metrics.delivery.inFlight.track()
      let timer = metrics.delivery.attemptDuration[kind].startTimer()
      let outcome = await delivery.deliver(round.message, to: recipient)
      timer.observe()
      inFlight.end()
      metrics.delivery.attempts[kind, outcome.result].increment()
      if let failure = outcome.failure { metrics.delivery.failures[failure].increment() }
      if case .delivered = outcome {
        metrics.mail.delivered.increment()
        metrics.delivery.totalDuration.observe(round.entry.putAt.duration(to: now()))
      }
      round.describe(
        span, recipient, outcome,
        isRetried: outcome.isForNow && (round.entry.pause != nil || isInterrupted), metrics.tracing)
      return outcome
    }
  }

  /// Tells the sender. A message without one is a bounce itself: it is dropped, or two servers could send
  /// each other bounces for ever (RFC 5321 section 6.1).
  private func bounce(_ entry: DeliverySchedule.Entry, _ failed: [(MailAddress, reason: String)]) async {
    let message = entry.message
    guard let sender = message.sender else { return metrics.mail.dropped.increment() }
    // Recipients may fail at different attempts, so one message may cause several.
    let id = "B\(message.id)-\(entry.attempts)"
    // A process that ended between this and the end of the attempt has written it already.
    guard schedule.withLock({ $0[id] == nil }) else { return }
    let messageID = BounceMessage.newIdentifier(at: hostName)
    await metrics.tracing.withSpan(.bounce(messageID: messageID, of: message.trace)) { span in
      span["mail.queue_id"] = id
      metrics.mail.bounced.increment()
      let report = BounceMessage.compose(
        for: message, to: sender, failed: failed, messageID: messageID, hostName: hostName, at: .now)
      let bounce = QueuedMessage(
        id: id, sender: nil, recipients: [sender], content: report, trace: span.context)
      if await put(bounce) { metrics.queue.dsnQueued.increment() } else { metrics.mail.dropped.increment() }
    }
  }

  /// What is to be known of a message after the process; its times by the clock of the day.
  private func file(of entry: DeliverySchedule.Entry) -> QueueFile {
    let (instant, time) = (now(), WallClock.now)
    return QueueFile(
      message: entry.message, taken: time - entry.putAt.duration(to: instant),
      waitsSince: time - entry.waitsSince.duration(to: instant), attempts: entry.attempts,
      nextAttempt: time + (entry.nextAttempt.map { instant.duration(to: $0) } ?? .zero))
  }

  /// Sets the gauges. Called after each change.
  private func publish() {
    schedule.withLock { schedule in
      metrics.queue.size.set(schedule.count)
      metrics.queue.messages[.active].set(schedule.activeCount)
      metrics.queue.messages[.incoming].set(schedule.incomingCount)
      metrics.queue.messages[.deferred].set(schedule.deferredCount)
    }
  }

  /// Sets how old the oldest message is. Called every second: an age grows by itself, and all messages are looked at.
  func publishAge() {
    let now = now()
    let age = schedule.withLock { $0.oldestAge(at: now) }
    metrics.queue.oldestMessageAge.set(age / .seconds(1))
  }
}
