// Is every span found again, with its parent, in its order and in the counts, whatever many tasks do to it?

import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing
@testable import TraceSpans

@Suite("Spans of many tasks at once")
struct SpanModelTests {
  /// What a task did, which is what has to be found.
  private struct Expected {
    var parents: [SpanID: SpanID?] = [:]
    var names: [SpanID: String] = [:]
    var failed: Set<SpanID> = []
    var links: [SpanID: SpanID] = [:]
    var attributes: [SpanID: Int] = [:]
    var started = 0
    var ended = 0
    var abandoned = 0
    var notSampled = 0
    var changesAfterEnd: UInt64 = 0

    mutating func add(_ other: Expected) {
      parents.merge(other.parents) { $1 }
      names.merge(other.names) { $1 }
      failed.formUnion(other.failed)
      links.merge(other.links) { $1 }
      attributes.merge(other.attributes) { $1 }
      started += other.started
      ended += other.ended
      abandoned += other.abandoned
      notSampled += other.notSampled
      changesAfterEnd += other.changesAfterEnd
    }
  }

  private struct Problem: Error {}

  private final class Ticks: Sendable {
    private let count = Atomic<Int64>(0)
    var next: Int64 { count.add(1, ordering: .relaxed).newValue }
  }

  /// What one task does, and what it expects of that.
  private struct Worker {
    let tracer: SpanTracer
    /// Whether spans are recorded that are not sampled.
    let keepsAll: Bool
    var generator: SeededGenerator
    var expected = Expected()
    var last: TraceSpan?

    mutating func note(_ span: TraceSpan, _ name: String, parent: TraceContext?) {
      expected.started += 1
      guard let context = span.context else { return }
      guard context.isSampled else { return expected.notSampled += 1 }
      expected.parents.updateValue(parent?.spanID, forKey: context.spanID)
      expected.names[context.spanID] = name
      // Copies are the same span.
      let copy = span
      for number in 0..<Int.random(in: 0..<4, using: &generator) {
        copy["a\(number)"] = number
        expected.attributes[context.spanID] = number + 1
      }
      if let last = last?.context, Bool.random(using: &generator) {
        span.addLink(to: last)
        expected.links[context.spanID] = last.spanID
      }
    }

    mutating func run(depth: Int) async {
      for step in 0..<Int.random(in: 1...4, using: &generator) {
        let name = "d\(depth) s\(step)"
        let parent = TraceSpan.current?.context
        switch Int.random(in: 0..<8, using: &generator) {
        case 0, 1, 2:
          var inner = self
          self = await tracer.withSpan(name) { span in
            inner.note(span, name, parent: parent)
            if depth < 4 { await inner.run(depth: depth + 1) }
            inner.noteEnd(span)
            return inner
          }
        case 3:
          var inner = self
          try? await tracer.withSpan(name) { span async throws(Problem) in
            inner.note(span, name, parent: parent)
            await Task.yield()
            if let context = span.context, context.isSampled { inner.expected.failed.insert(context.spanID) }
            inner.noteEnd(span)
            throw Problem()
          }
          self = inner
        case 4:
          var inner = self
          tracer.withSpan(name, parent: .none) { span in
            inner.note(span, name, parent: nil)
            inner.noteEnd(span)
          }
          self = inner
        case 5:
          let span = tracer.startSpan(name)
          note(span, name, parent: parent)
          span.end()
          noteEnd(span)
          span.end()
          span["late"] = 1
          if keepsAll || span.context?.isSampled == true { expected.changesAfterEnd += 2 }
          last = span
        case 6:
          // Nobody keeps it.
          let span = tracer.startSpan(name, parent: .none)
          expected.started += 1
          if span.context?.isSampled == true { expected.abandoned += 1 } else { expected.notSampled += 1 }
        default:
          guard let stored = last?.context else { continue }
          let span = tracer.startSpan(name, parent: .context(stored))
          note(span, name, parent: stored)
          span.end()
          noteEnd(span)
        }
      }
    }

    mutating func noteEnd(_ span: TraceSpan) {
      if span.context?.isSampled == true { expected.ended += 1 }
    }
  }

  @Test("are all there, once, with their parents", arguments: [SeededGenerator.seed], [false, true])
  func model(seed: UInt64, keepsAll: Bool) async throws {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.sampler = .parentBased(.ratio(0.7))
    settings.queueCapacity = 64
    settings.recentTraceBytes = 128 * 1024
    if keepsAll { settings.alwaysKeep = KeptTraces(slowerThan: .nanoseconds(40)) }
    // Every look at a clock is later than all before it.
    let ticks = Ticks()
    settings.clock = SpanClock(wall: { ticks.next }, monotonic: { ticks.next })
    tracer.start(settings)
    let queue = try #require(tracer.queue)
    let recent = try #require(tracer.recent)
    let isOver = Flag()
    let taken = Locked<[SpanRecording]>([])

    let exporter = Task.detached {
      while true {
        let isLast = isOver.isSet
        let batch = queue.take(16)
        taken.withLock { $0 += batch }
        if batch.isEmpty, isLast { return }
        // What is being looked at meanwhile.
        _ = recent.families
        _ = recent.traces(where: "a0", is: "x")
        await Task.yield()
      }
    }
    let expected = await withTaskGroup(of: Expected.self) { group in
      for task in 0..<16 {
        group.addTask {
          var worker = Worker(
            tracer: tracer, keepsAll: keepsAll, generator: SeededGenerator(seed: seed &+ UInt64(task)))
          for _ in 0..<20 { await worker.run(depth: 0) }
          return worker.expected
        }
      }
      return await group.reduce(into: Expected()) { $0.add($1) }
    }
    isOver.set()
    await exporter.value

    let statistics = tracer.statistics
    #expect(statistics.started == UInt64(expected.started), "seed \(seed)")
    #expect(statistics.notSampled == UInt64(expected.notSampled), "seed \(seed)")
    #expect(statistics.ended == UInt64(expected.ended), "seed \(seed)")
    #expect(statistics.abandoned == UInt64(expected.abandoned), "seed \(seed)")
    #expect(statistics.active == 0, "seed \(seed)")
    #expect(statistics.changesAfterEnd == expected.changesAfterEnd, "seed \(seed)")
    let spans = taken.withLock { $0 }
    #expect(statistics.queued == UInt64(spans.count), "seed \(seed)")
    #expect(statistics.queued + statistics.dropped == statistics.ended, "seed \(seed)")
    #expect(Set(spans.map(\.context.spanID)).count == spans.count, "seed \(seed)")
    #expect(recent.byteCount <= 128 * 1024, "seed \(seed)")
    #expect(recent.inconsistencies == [], "seed \(seed)")
    #expect(recent.families.allSatisfy { $0.active == 0 }, "seed \(seed)")

    let byID = Dictionary(uniqueKeysWithValues: spans.map { ($0.context.spanID, $0) })
    for span in spans {
      let id = span.context.spanID
      let contents = span.contents
      #expect(expected.names[id] == span.name, "seed \(seed)")
      #expect(expected.parents[id] == .some(span.parent?.spanID), "seed \(seed)")
      #expect(expected.failed.contains(id) == (span.status == .error("")), "seed \(seed)")
      #expect(expected.links[id] == contents.links.first?.context.spanID, "seed \(seed)")
      let own = contents.attributes.attributes.filter { $0.key.first == "a" }
      #expect(own.count == expected.attributes[id] ?? 0, "seed \(seed)")
      #expect(try #require(span.end) >= span.start, "seed \(seed)")
      guard let parent = span.parent else { continue }
      #expect(parent.traceID == span.context.traceID && parent.isSampled, "seed \(seed)")
      if let parent = byID[parent.spanID] { #expect(parent.start <= span.start, "seed \(seed)") }
    }
  }
}
