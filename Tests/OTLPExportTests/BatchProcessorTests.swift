// When does a batch leave?

@testable import OTLPExport
import TestSupport
import Testing

@Suite("Batches of spans")
struct BatchProcessorTests {
  private static let second = ExportSimulation.second

  private static func machine(_ change: (inout BatchProcessor.Settings) -> Void = { _ in }) -> BatchProcessor
  {
    var settings = BatchProcessor.Settings()
    change(&settings)
    return BatchProcessor(settings)
  }

  @Test("leave when there are enough, and not before the oldest has waited")
  func sizeAndTime() {
    var machine = Self.machine()
    #expect(machine.next(queued: 0, at: 0) == .wait(until: nil, queued: 1), "an idle process is not woken")
    #expect(machine.next(queued: 1, at: 7) == .wait(until: 5 * Self.second + 7, queued: 512))
    #expect(machine.next(queued: 511, at: 9) == .wait(until: 5 * Self.second + 7, queued: 512))
    #expect(machine.next(queued: 512, at: 10) == .take(512))
    machine.taken(512, at: 10)
    #expect(machine.next(queued: 3, at: 10) == .send(attempt: 1, within: .seconds(10)))
    #expect(
      machine.next(queued: 2048, at: 11) == .wait(until: 10 * Self.second + 10, queued: nil), "one at a time")
    machine.answered(1, .accepted(rejected: 0, message: ""), at: 20, random: 0)
    #expect(machine.totals.exported == 512)
    #expect(machine.next(queued: 3, at: 20) == .wait(until: 5 * Self.second + 20, queued: 512))
    #expect(machine.next(queued: 3, at: 5 * Self.second + 20) == .take(512))
  }

  @Test("leave at once when they are asked for, however few, and those of later not")
  func flush() {
    var machine = Self.machine()
    #expect(machine.next(queued: 2, at: 0) == .wait(until: 5 * Self.second, queued: 512))
    #expect(machine.flush(queued: 2) == 2)
    #expect(machine.next(queued: 2, at: 1) == .take(512))
    machine.taken(2, at: 1)
    _ = machine.next(queued: 1, at: 1)
    machine.answered(1, .accepted(rejected: 1, message: "old"), at: 2, random: 0)
    #expect(machine.totals.settled == 2 && machine.totals.rejected == 1)
    #expect(machine.next(queued: 1, at: 2) == .wait(until: 5 * Self.second + 2, queued: 512))
    #expect(machine.flush(queued: 0) == 2, "there is nothing to wait for")
  }

  @Test("are tried again after pauses that grow, until their time is up")
  func retries() {
    var machine = Self.machine()
    _ = machine.flush(queued: 1)
    _ = machine.next(queued: 1, at: 0)
    machine.taken(1, at: 0)
    var now: Int64 = 0
    var pauses: [Int64] = []
    for _ in 0..<10 {
      guard case .send(let attempt, let limit) = machine.next(queued: 0, at: now) else { break }
      #expect(limit == .nanoseconds(10 * Self.second - now))
      machine.answered(
        attempt, .refused(ExportRefusal("down", isRetryable: true)), at: now, random: 1)
      guard case .wait(let time?, _) = machine.next(queued: 0, at: now) else { break }
      pauses.append(time - now)
      now = time
    }
    #expect(pauses == [Self.second, 3 * Self.second / 2, 9 * Self.second / 4, 27 * Self.second / 8])
    #expect(machine.totals.dropped == 1 && machine.inHand == 0)
    // And the next batch does not come sooner for that.
    #expect(machine.next(queued: 600, at: now) == .wait(until: now + 5 * Self.second, queued: nil))
  }

  @Test("are not tried again when they were refused for what they are")
  func refused() {
    var machine = Self.machine()
    _ = machine.next(queued: 600, at: 0)
    machine.taken(512, at: 0)
    _ = machine.next(queued: 88, at: 0)
    machine.answered(
      1, .refused(ExportRefusal("400", isRetryable: false, isAnswer: true)), at: 1, random: 0)
    #expect(machine.totals.dropped == 512 && machine.totals.exported == 0)
    #expect(machine.next(queued: 600, at: 1) == .take(512), "others may be better")
  }

  @Test("are given up when an exporter does not come back, and the next one waits until it does")
  func hangingExporter() {
    var machine = Self.machine()
    _ = machine.next(queued: 600, at: 0)
    machine.taken(512, at: 0)
    _ = machine.next(queued: 88, at: 0)
    #expect(machine.next(queued: 2048, at: 10 * Self.second) == .cancel(attempt: 1))
    #expect(machine.totals.dropped == 512 && machine.inHand == 0)
    #expect(machine.next(queued: 2048, at: 60 * Self.second) == .wait(until: nil, queued: nil))
    machine.answered(1, .accepted(rejected: 0, message: ""), at: 61 * Self.second, random: 0)
    #expect(machine.totals.exported == 0, "nobody is counted twice")
    #expect(machine.next(queued: 2048, at: 61 * Self.second) == .take(512))
    // And the end does not wait for it.
    machine.shutdown(end: 62 * Self.second)
    #expect(machine.next(queued: 2048, at: 62 * Self.second) == .finish)
  }

  @Test("are not made of what is just being put into the queue")
  func halfPut() {
    var machine = Self.machine()
    _ = machine.flush(queued: 1)
    #expect(machine.next(queued: 1, at: 0) == .take(512))
    machine.taken(0, at: 0)
    #expect(
      machine.next(queued: 1, at: 0) == .wait(until: 1_000_000, queued: nil), "which is no reason to spin")
    #expect(machine.next(queued: 1, at: 1_000_000) == .take(512))
  }

  @Test("go on a last time when the end comes in a pause, and not when the collector asked for the pause")
  func endInAPause() {
    for (retryAfter, isTried) in [(Duration?.none, true), (.seconds(60), false)] {
      var machine = Self.machine { $0.timeout = .seconds(100) }
      _ = machine.next(queued: 512, at: 0)
      machine.taken(512, at: 0)
      _ = machine.next(queued: 0, at: 0)
      machine.answered(
        1, .refused(ExportRefusal("", isRetryable: true, retryAfter: retryAfter)), at: 0, random: 1)
      machine.shutdown(end: 2 * Self.second)
      let action = machine.next(queued: 9, at: 1)
      #expect(action == (isTried ? .send(attempt: 2, within: .nanoseconds(2 * Self.second - 1)) : .finish))
      #expect(
        machine.totals.droppedAtShutdown == (isTried ? 0 : 512), "at once, and not at the end of the wait")
    }
  }

  @Test("take numbers for settings that make no sense")
  func oddSettings() {
    for number in [Int.min, -1, 0, 1] {
      var machine = Self.machine {
        $0.batchSize = number
        $0.delay = .seconds(number)
        $0.timeout = .seconds(number)
      }
      #expect(machine.next(queued: 1, at: 0) == .take(1))
      machine.taken(1, at: .max - 1)
      _ = machine.next(queued: 0, at: .max - 1)
      machine.shutdown(end: .min)
      #expect(machine.next(queued: 0, at: .max) == .finish)
    }
    var machine = Self.machine {
      $0.batchSize = .max
      $0.delay = .seconds(Int64.max)
      $0.timeout = .seconds(Int64.max)
    }
    #expect(machine.next(queued: 1, at: 5) == .wait(until: .max, queued: .max))
  }
}
