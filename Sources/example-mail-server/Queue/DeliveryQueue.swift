// Who delivers accepted mail, and what is recorded of it? A task that follows the schedule.

import ObservabilityPlatform
import MailObservability
import ObservabilitySockets

/// How one attempt for one recipient ended.
enum DeliveryOutcome: Sendable, Equatable {
  case delivered
  case temporaryFailure(DeliveryFailure, String)
  case permanentFailure(DeliveryFailure, String)
  case timeout
  case error(DeliveryFailure, String)

  /// Why the attempt failed; nil for one that did not.
  var failure: DeliveryFailure? {
    switch self {
    case .delivered: nil
    case .timeout: .timeout
    case .temporaryFailure(let failure, _), .permanentFailure(let failure, _), .error(let failure, _): failure
    }
  }

  var result: DeliveryResult {
    switch self {
    case .delivered: .delivered
    case .temporaryFailure: .temporaryFailure
    case .permanentFailure: .permanentFailure
    case .timeout: .timeout
    case .error: .error
    }
  }

  var reason: String {
    switch self {
    case .delivered: "delivered"
    case .temporaryFailure(_, let text), .permanentFailure(_, let text), .error(_, let text): text
    case .timeout: "the other server did not answer in time"
    }
  }
}

final class DeliveryQueue: Sendable {
  static let maximumAttemptsAtOnce = 20

  private let schedule: Locked<DeliverySchedule>
  private let delivery: Delivery
  private let hostName: String
  private let faults: Faults
  private let metrics: MetricsCollector
  private let loop: EventLoop
  /// Something is due, or may be.
  private let wakeUps: AsyncStream<Void>
  private let wakeUp: AsyncStream<Void>.Continuation

  init(
    loop: EventLoop, lifetime: Duration, delivery: Delivery, hostName: String, faults: Faults,
    metrics: MetricsCollector
  ) {
    schedule = Locked(DeliverySchedule(lifetime: lifetime))
    self.loop = loop
    self.delivery = delivery
    self.hostName = hostName
    self.faults = faults
    self.metrics = metrics
    (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes responsibility for a message; false when it cannot.
  func put(_ message: QueuedMessage) -> Bool {
    guard !faults.isActive(.queue), schedule.withLock({ $0.put(message, at: .now) }) else { return false }
    metrics.queue.puts.increment()
    metrics.queue.itemsWritten.increment()
    publish()
    wakeUp.yield()
    return true
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
      let (due, next) = schedule.withLock { schedule in
        let free = Self.maximumAttemptsAtOnce - schedule.activeCount
        return (schedule.takeDue(at: .now, limit: free), schedule.nextAttempt)
      }
      publish()
      for entry in due {
        Task(executorPreference: loop) { await self.attempt(entry) }
      }
      // What is due already waits for an attempt to end, which wakes the queue as well.
      if let next, next > .now {
        alarm = loop.schedule(after: ContinuousClock.now.duration(to: next)) { [wakeUp] in wakeUp.yield() }
      }
    }
  }

  /// Starts no further attempts, and waits for those under way. What is still queued is lost with the process:
  /// this queue is in memory.
  func stop(gracePeriod: Duration) async {
    wakeUp.finish()
    let deadline = ContinuousClock.now + gracePeriod
    while schedule.withLock({ $0.activeCount }) > 0, .now < deadline {
      await loop.sleep(for: .milliseconds(20))
    }
  }

  private func attempt(_ entry: DeliverySchedule.Entry) async {
    if entry.attempts == 1 {
      metrics.queue.wait.observe(entry.putAt.duration(to: .now))
    } else {
      metrics.queue.retries.increment()
    }
    var undelivered: [MailAddress] = []
    var failures: [MailAddress: String] = [:]
    for recipient in entry.message.recipients {
      let inFlight = metrics.delivery.inFlight.track()
      let kind = delivery.kind(of: recipient)
      let timer = metrics.delivery.attemptDuration[kind].startTimer()
      let outcome = await delivery.deliver(entry.message, to: recipient)
      timer.observe()
      inFlight.end()
      metrics.delivery.attempts[kind, outcome.result].increment()
      if let failure = outcome.failure { metrics.delivery.failures[failure].increment() }
      switch outcome {
      case .delivered:
        metrics.mail.delivered.increment()
        metrics.delivery.totalDuration.observe(entry.putAt.duration(to: .now))
      case .permanentFailure:
        failures[recipient] = outcome.reason
      case .temporaryFailure, .timeout, .error:
        undelivered.append(recipient)
        failures[recipient] = outcome.reason
      }
    }
    let retried = undelivered
    let conclusion = schedule.withLock { $0.conclude(entry.message.id, undelivered: retried, at: .now) }
    var failed = entry.message.recipients.filter { failures[$0] != nil }
    if case .expired = conclusion {} else { failed.removeAll { retried.contains($0) } }
    if !failed.isEmpty { bounce(entry, failed.map { ($0, failures[$0] ?? "") }) }
    publish()
    wakeUp.yield()
  }

  /// Tells the sender. A message without one is a bounce itself: it is dropped, or two servers could send
  /// each other bounces for ever (RFC 5321 section 6.1).
  private func bounce(_ entry: DeliverySchedule.Entry, _ failed: [(MailAddress, reason: String)]) {
    let message = entry.message
    guard let sender = message.sender else { return metrics.mail.dropped.increment() }
    metrics.mail.bounced.increment()
    let report = BounceMessage.compose(
      for: message, to: sender, failed: failed, hostName: hostName, at: .now)
    // Recipients may fail at different attempts, so one message may cause several.
    let id = "B\(message.id)-\(entry.attempts)"
    if put(QueuedMessage(id: id, sender: nil, recipients: [sender], content: report)) {
      metrics.queue.dsnQueued.increment()
    } else {
      metrics.mail.dropped.increment()
    }
  }

  /// Sets the gauges. Called after each change, and every second because an age grows by itself.
  func publish() {
    schedule.withLock { schedule in
      metrics.queue.size.set(schedule.count)
      metrics.queue.messages[.active].set(schedule.activeCount)
      metrics.queue.messages[.incoming].set(schedule.incomingCount)
      metrics.queue.messages[.deferred].set(schedule.deferredCount)
      metrics.queue.oldestMessageAge.set(schedule.oldestAge(at: .now) / .seconds(1))
    }
  }
}
