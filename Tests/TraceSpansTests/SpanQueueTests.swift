// Is each ended span taken out once, or counted as one that was not, and is whoever takes them told in time?

import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing
@testable import TraceSpans

@Suite("The queue of ended spans")
struct SpanQueueTests {
  private static func started(queue: Int) throws -> (tracer: SpanTracer, queue: SpanQueue) {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.queueCapacity = queue
    settings.recentTraceBytes = 0
    tracer.start(settings)
    return (tracer, try #require(tracer.queue))
  }

  @Test("tells once, when so many wait, and again only after it was asked again")
  func wake() throws {
    let (tracer, queue) = try Self.started(queue: 8)
    let calls = FlagCount()
    queue.setWake(at: 3, calls.add)
    for count in 1...5 {
      tracer.startSpan("a", parent: .none).end()
      #expect(calls.value == (count < 3 ? 0 : 1))
    }
    // There are enough already.
    queue.setWake(at: 5, calls.add)
    #expect(calls.value == 2)
    #expect(queue.take(4).count == 4)
    queue.setWake(at: 2, calls.add)
    #expect(calls.value == 2)
    tracer.startSpan("a", parent: .none).end()
    #expect(calls.value == 3)
  }

  @Test(
    "takes a number outside of its own for the nearest one inside", arguments: [Int.min, 0, 1, 4, Int.max])
  func clamped(count: Int) throws {
    let (tracer, queue) = try Self.started(queue: 4)
    let calls = FlagCount()
    queue.setWake(at: count, calls.add)
    for _ in 0..<min(max(count, 1), 4) {
      #expect(calls.value == 0)
      tracer.startSpan("a", parent: .none).end()
    }
    #expect(calls.value == 1)
  }

  @Test("has a bounded size, whatever it is asked for", arguments: [Int.min, -1, 0, 1, Int.max])
  func capacity(asked: Int) {
    #expect(SpanQueue(capacity: asked).capacity == min(max(asked, 1), 1 << 20))
  }

  @Test("takes nothing once the tracer is stopped, and leaves what it has")
  func closed() throws {
    let (tracer, queue) = try Self.started(queue: 2)
    let calls = FlagCount()
    queue.setWake(at: 2, calls.add)
    let late = [tracer.startSpan("late", parent: .none), tracer.startSpan("late", parent: .none)]
    tracer.startSpan("a", parent: .none).end()
    #expect(calls.value == 0)
    tracer.stop()
    late.forEach { $0.end() }
    // Nobody would tell of what waits by now.
    #expect(calls.value == 1)
    #expect(queue.take(8).map(\.name) == ["a"] && queue.count == 0)
    let statistics = tracer.statistics
    #expect(statistics.queued == 1 && statistics.endedAfterStop == 2 && statistics.dropped == 0)
    #expect(statistics.started == 3 && statistics.ended == 3 && statistics.active == 0)
  }

  @Test("tells of what is left, of that alone, to whoever asks once it is closed", arguments: 0...4)
  func wakeOnceClosed(asked: Int) throws {
    let (tracer, queue) = try Self.started(queue: 8)
    for _ in 0..<2 { tracer.startSpan("a", parent: .none).end() }
    tracer.stop()
    let calls = FlagCount()
    queue.setWake(at: asked, calls.add)
    #expect(calls.value == (asked <= 2 ? 1 : 0))
    tracer.startSpan("a", parent: .none).end()
    tracer.stop()
    #expect(calls.value == (asked <= 2 ? 1 : 0))
  }

  @Test("lets go of a span that was taken when its place is taken again, or with the tracer")
  func lifetimes() throws {
    struct Held { weak var span: SpanRecording? }
    var held: [Held] = []
    do {
      let (tracer, queue) = try Self.started(queue: 4)
      for _ in 0..<4 { tracer.startSpan("a", parent: .none).end() }
      held = queue.take(4).map { Held(span: $0) }
      #expect(held.count == 4)
      for index in 0..<3 {
        #expect(held[index].span != nil)
        tracer.startSpan("b", parent: .none).end()
        #expect(held.map { $0.span == nil } == (0..<4).map { $0 <= index })
      }
      // One waits, and one was taken long ago.
      #expect(queue.take(2).count == 2)
    }
    #expect(held.allSatisfy { $0.span == nil })
  }

  @Test("holds nothing of whom it tells once it is closed")
  func references() throws {
    let (tracer, queue) = try Self.started(queue: 2)
    weak var held: FlagCount?
    do {
      let calls = FlagCount()
      held = calls
      queue.setWake(at: 1, calls.add)
      tracer.stop()
      queue.setWake(at: 1, calls.add)
    }
    #expect(held == nil)
  }

  @Test(
    "loses no span and no call while threads end spans, and stop the tracer among them",
    arguments: [1, 2, 7, 64], [false, true])
  func threads(capacity: Int, stops: Bool) throws {
    let (tracer, queue) = try Self.started(queue: capacity)
    let (missed, over) = (FlagCount(), FlagCount())
    let taken = Atomic(0)
    let batch = max(capacity / 2, 1)
    // Taken when called, and at no other time.
    @Sendable func take() {
      while true {
        let isCalled = Flag()
        queue.setWake(at: batch, isCalled.set)
        while !isCalled.isSet, over.value < 4 { sched_yield() }
        guard isCalled.isSet else {
          if queue.count >= batch { missed.add() }
          return
        }
        taken.add(queue.take(batch).count, ordering: .relaxed)
      }
    }
    onThreads(5) { thread in
      guard thread > 0 else { return take() }
      for count in 0..<2000 {
        tracer.startSpan("a", parent: .none).end()
        if stops, thread == 1, count == 1500 { tracer.stop() }
      }
      over.add()
    }
    #expect(stops || missed.value == 0)
    let rest = queue.take(.max).count
    let statistics = tracer.statistics
    #expect(queue.count == 0)
    #expect(statistics.queued == UInt64(taken.load(ordering: .relaxed) + rest))
    #expect(statistics.ended == statistics.started && statistics.active == 0)
    #expect(statistics.ended == statistics.queued + statistics.dropped + statistics.endedAfterStop)
  }
}
