// What becomes of spans when a collector does what it likes, in simulated time?

import ExportTestSupport
@testable import OTLPExport
import ObservabilityPlatform
import TestSupport
import Testing

/// A queue, a clock and a collector around a `BatchProcessor`. After every step each span is in one place.
struct ExportSimulation {
  struct Attempt {
    let number: UInt64
    let began: Int64
    /// Nil for a black hole.
    var end: Int64?
    let limit: Int64
    let answer: ExportAnswer?
  }

  static let second: Int64 = 1_000_000_000

  let settings: BatchProcessor.Settings
  let capacity: Int
  var generator: SeededGenerator
  var machine: BatchProcessor
  var now: Int64 = 0
  var behaviour = CollectorBehaviour.accepts
  var latency: Int64 = 5_000_000

  var started: UInt64 = 0
  var droppedByQueue: UInt64 = 0
  var queued = 0
  var droppedFromQueue: UInt64 = 0
  var attempt: Attempt?
  var wake: (time: Int64?, queued: Int?) = (nil, nil)
  var shutdownEnd: Int64?
  var finishedAt: Int64?
  var sends: [Int64] = []
  var batches: [(time: Int64, count: Int)] = []
  /// No more actions than this follow one event.
  private static let mostActions = 64

  init(seed: UInt64, settings: BatchProcessor.Settings = BatchProcessor.Settings(), capacity: Int = 2048) {
    self.settings = settings
    self.capacity = capacity
    generator = SeededGenerator(seed: seed)
    machine = BatchProcessor(settings)
  }

  var inPlaces: UInt64 {
    let totals = machine.totals
    return totals.exported + totals.rejected + totals.dropped + totals.droppedAtShutdown
      + UInt64(machine.inHand) + UInt64(queued) + droppedByQueue + droppedFromQueue
  }

  func check() {
    #expect(started == inPlaces, "each span is in one place")
    #expect(machine.totals.taken == machine.totals.settled + UInt64(machine.inHand))
    #expect(queued <= capacity && machine.inHand <= settings.batchSize)
    if let attempt { #expect(now <= attempt.began + attempt.limit + 2_000 || attempt.end == nil) }
    if let shutdownEnd { #expect(finishedAt != nil || now <= shutdownEnd) }
  }

  // MARK: - What happens

  mutating func arrive(_ count: Int) {
    started += UInt64(count)
    if finishedAt != nil {
      droppedFromQueue += UInt64(count)
      return
    }
    let taken = min(count, capacity - queued)
    queued += taken
    droppedByQueue += UInt64(count - taken)
    if let most = wake.queued, queued >= most { step() }
    check()
  }

  mutating func flush() {
    _ = machine.flush(queued: queued)
    step()
  }

  mutating func shutdown(within limit: Int64) {
    machine.shutdown(end: now + limit)
    shutdownEnd = min(shutdownEnd ?? .max, now + limit)
    step()
  }

  /// Lets time pass, and what falls due happen.
  mutating func advance(to time: Int64) {
    while true {
      let answer = attempt?.end
      let due = [wake.time, answer].compactMap { $0 }.min()
      guard let due, due <= time, finishedAt == nil else { break }
      now = max(now, due)
      if let answer, answer <= now, let attempt {
        self.attempt = nil
        machine.answered(
          attempt.number, attempt.answer ?? .refused(ExportRefusal("no answer", isRetryable: true)), at: now,
          random: Double.random(in: 0...1, using: &generator))
      }
      step()
    }
    now = max(now, time)
    check()
  }

  mutating func step() {
    guard finishedAt == nil else { return }
    wake = (nil, nil)
    for _ in 0..<Self.mostActions {
      let action = machine.next(queued: queued, at: now)
      check()
      switch action {
      case .take(let most):
        // Somebody may just be putting a span there.
        let count = Int.random(in: 0..<20, using: &generator) == 0 ? 0 : min(most, queued)
        queued -= count
        if count > 0 { batches.append((now, count)) }
        machine.taken(count, at: now)
        if count > 0, Int.random(in: 0..<200, using: &generator) == 0 {
          machine.unsendable(.random(in: 1...count, using: &generator))
        }
      case .send(let number, let limit):
        #expect(attempt == nil, "one request at a time")
        #expect(limit > .zero && machine.inHand > 0)
        sends.append(now)
        let limit = limit.clampedNanoseconds
        let answer = behaviour.answer(spans: machine.inHand)
        // An exporter that is late ends a moment after its time, or only when it is cancelled.
        let late = Bool.random(using: &generator) ? now + limit : nil
        attempt = Attempt(
          number: number, began: now, end: answer == nil || latency >= limit ? late : now + latency,
          limit: limit, answer: latency >= limit ? nil : answer)
      case .cancel(let number):
        #expect(attempt?.number == number)
        attempt?.end = now + 1_000
      case .wait(let time, let count):
        if let time { #expect(time > now, "a wait is one") }
        #expect(time != nil || count != nil || attempt != nil, "nothing is waited for in vain")
        wake = (time, count)
        return
      case .finish:
        droppedFromQueue += UInt64(queued)
        queued = 0
        finishedAt = now
        check()
        return
      }
    }
    Issue.record("it goes round in circles")
  }
}
