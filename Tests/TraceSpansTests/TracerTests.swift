// Which span belongs to which, and what becomes of it?

import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("A tracer")
struct TracerTests {
  private struct Problem: Error, Equatable { let number: Int }

  private static func started(
    _ sampler: TraceSampler = .alwaysOn, queue: Int = 16
  ) -> SpanTracer {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.sampler = sampler
    settings.queueCapacity = queue
    tracer.start(settings)
    return tracer
  }

  @Test("that is not started does nothing but run the body")
  func notStarted() async throws {
    let tracer = SpanTracer()
    #expect(!tracer.isStarted)
    let span = tracer.startSpan("a")
    span["a"] = 1
    span.addEvent("e")
    span.status = .ok
    span.end()
    span.end()
    #expect(span.context == nil && !span.isRecording && span["a"] as Int? == nil && span.status == .unset)
    #expect(tracer.withSpan("a") { $0.context == nil && TraceSpan.current == nil ? 5 : 0 } == 5)
    #expect(
      await tracer.withSpan("a") { _ in
        await Task.yield(); return 5
      } == 5)
    #expect(throws: Problem(number: 1)) { try tracer.withSpan("a") { _ in throw Problem(number: 1) } }
    #expect(tracer.statistics == SpanCounts().statistics)
  }

  @Test("starts once, and no span after it was stopped")
  func lifeCycle() {
    let tracer = Self.started()
    #expect(!tracer.start())
    let span = tracer.startSpan("a")
    tracer.stop()
    #expect(tracer.startSpan("b").context == nil)
    span.end()
    #expect(tracer.queue?.take(16).isEmpty == true && tracer.statistics.endedAfterStop == 1)
    #expect(tracer.recent?.traces(of: "a", .newest).count == 1)
  }

  @Test("carries a trace on in each of several calls, and begins one where a field cannot be read")
  func incoming() throws {
    let tracer = Self.started(.parentBased(.alwaysOn))
    let (trace, state) = ("12345678901234567890123456789012", "foo=1,bar=2")
    for (field, isCarriedOn) in [
      ("00-\(trace)-1234567890123456-01", true), ("00-\(trace)-0000000000000000-01", false),
    ] {
      let incoming = TraceContext(traceparent: field, tracestate: [state])
      #expect((incoming != nil) == isCarriedOn)
      let outgoing = try (0..<3).map { _ in
        try #require(tracer.startSpan("a", parent: incoming.map { .context($0) } ?? .none).context)
      }
      #expect(Set(outgoing.map(\.spanID)).count == 3)
      #expect(outgoing.allSatisfy { ($0.traceID.description == trace) == isCarriedOn })
      #expect(outgoing.allSatisfy { $0.tracestate == (isCarriedOn ? state : nil) && $0.isSampled })
      #expect(outgoing.allSatisfy { $0.spanID != incoming?.spanID })
      // Read back by the next server.
      for context in outgoing {
        #expect(TraceContext(traceparent: context.traceparent)?.spanID == context.spanID)
      }
    }
  }

  @Test("gives a span the one around it for a parent")
  func parents() throws {
    let tracer = Self.started()
    let (outer, inner, byHand) = tracer.withSpan("outer") { outer in
      let byHand = tracer.startSpan("by hand", kind: .client)
      byHand.end()
      return tracer.withSpan("inner") { inner in (outer, inner, byHand) }
    }
    #expect(TraceSpan.current == nil)
    let context = try #require(outer.context)
    #expect(context.flags == [.sampled, .random])
    #expect(outer.recording?.parent == nil)
    for child in [inner, byHand] {
      #expect(child.context?.traceID == context.traceID)
      #expect(child.recording?.parent == context)
    }
    #expect(byHand.recording?.kind == .client)
    #expect(tracer.queue?.take(16).map(\.name) == ["by hand", "inner", "outer"])
  }

  @Test("gives a span the parent that it is told")
  func givenParents() throws {
    let tracer = Self.started(.parentBased(.alwaysOn))
    let stored = try #require(
      TraceContext(
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", tracestate: ["rojo=1"]))
    let other = tracer.startSpan("other", parent: .none)
    tracer.withSpan("current") { current in
      let remote = tracer.startSpan("remote", parent: .context(stored))
      #expect(remote.context?.traceID == stored.traceID && remote.recording?.parent == stored)
      // Its identifier may not be random, and the state goes on.
      #expect(remote.context?.flags == .sampled && remote.context?.tracestate == "rojo=1")
      #expect(remote.context?.isRemote == false && remote.context?.spanID != stored.spanID)
      let none = tracer.startSpan("none", parent: .none)
      #expect(none.recording?.parent == nil && none.context?.traceID != current.context?.traceID)
      let child = tracer.startSpan("child", parent: .span(other))
      #expect(child.recording?.parent == other.context)
      let linked = tracer.startSpan("linked", links: [.init(to: stored, attributes: [.init("a", 1)])])
      #expect(linked.recording?.contents.links.first?.context == stored)
    }
  }

  @Test("gives a span of another tracer for a parent, and keeps its own traces")
  func otherTracer() throws {
    let (one, two) = (Self.started(), Self.started())
    for index in 0..<3 { one.startSpan("family\(index)", parent: .none).end() }
    try one.withSpan("one") { outer in
      let inner = two.startSpan("two")
      #expect(inner.recording?.parent == outer.context)
      inner.end()
      let trace = try #require(outer.context).traceID
      #expect(two.recent?.traces(trace).map(\.name) == ["two"])
      #expect(one.recent?.traces(trace).map(\.spans.count) == [0])
    }
  }

  @Test("carries the span into child tasks and closures of tasks, and ends it with the body")
  func tasks() async throws {
    let tracer = Self.started()
    let parents = await tracer.withSpan("outer") { outer -> [TraceContext?] in
      async let child = tracer.withSpan("child") { $0.recording?.parent }
      let task = Task { tracer.withSpan("task") { $0.recording?.parent } }
      let detached = Task.detached { tracer.withSpan("detached") { $0.recording?.parent } }
      #expect(outer.isRecording)
      return [await child, await task.value, await detached.value, outer.context]
    }
    #expect(parents[3] != nil && parents[0] == parents[3] && parents[1] == parents[3] && parents[2] == nil)
    #expect(tracer.statistics.ended == 4)
  }

  @Test("marks the span of an error, says nothing of what the error holds, and hands it on as it is")
  func errors() async {
    let tracer = Self.started()
    do throws(Problem) {
      try tracer.withSpan("sync") { _ throws(Problem) in throw Problem(number: 1) }
    } catch {
      #expect(error.number == 1)
    }
    do throws(Problem) {
      try await tracer.withSpan("async") { _ async throws(Problem) in throw Problem(number: 2) }
    } catch {
      #expect(error.number == 2)
    }
    await #expect(throws: CancellationError.self) {
      try await tracer.withSpan("any") { _ in
        await Task.yield()
        throw CancellationError()
      }
    }
    let spans = tracer.queue?.take(16) ?? []
    #expect(spans.map(\.name) == ["sync", "async", "any"])
    #expect(spans.allSatisfy { $0.status == .error("") })
    #expect(
      spans.map { $0.attribute("error.type") } == [
        .string("Problem"), .string("Problem"), .string("CancellationError"),
      ])
  }

  @Test("runs the body on the caller's actor")
  @MainActor func isolation() async {
    let tracer = Self.started()
    // Neither is Sendable, so that this compiles only where nothing leaves the actor.
    final class Box { var value = 0 }
    let box = Box()
    let same = await tracer.withSpan("a") { _ in
      MainActor.assertIsolated()
      box.value += 1
      await Task.yield()
      MainActor.assertIsolated()
      return box
    }
    #expect(same === box && box.value == 1)
  }

  @Test("carries the context of a span that is not sampled, and records nothing")
  func notSampled() {
    let tracer = Self.started(.parentBased(.alwaysOff))
    tracer.withSpan("outer") { outer in
      #expect(outer.context?.isSampled == false && outer.context?.flags == .random && !outer.isRecording)
      #expect(TraceSpan.current?.context == outer.context)
      outer["a"] = 1
      tracer.withSpan("inner") { inner in
        #expect(inner.context?.traceID == outer.context?.traceID && inner.context?.isSampled == false)
        #expect(inner.context?.spanID != outer.context?.spanID)
      }
    }
    let statistics = tracer.statistics
    #expect(statistics.started == 2 && statistics.notSampled == 2 && statistics.sampled == 0)
    #expect(tracer.queue?.count == 0 && tracer.recent?.families == [])
  }

  @Test("drops what the queue has no room for, and counts it", arguments: [1, 2, 3, 2048])
  func fullQueue(capacity: Int) {
    let tracer = Self.started(queue: capacity)
    for _ in 0..<(capacity + 3) { tracer.startSpan("a").end() }
    #expect(tracer.statistics.queued == UInt64(capacity) && tracer.statistics.dropped == 3)
    #expect(tracer.queue?.count == capacity)
    #expect(tracer.queue?.take(1).count == 1)
    tracer.startSpan("b").end()
    #expect(tracer.statistics.queued == UInt64(capacity) + 1 && tracer.statistics.dropped == 3)
    let rest = tracer.queue?.take(.max) ?? []
    #expect(rest.count == capacity && rest.last?.name == "b")
    #expect(tracer.queue?.take(1).isEmpty == true)
  }

  @Test("without an exporter keeps recent traces alone")
  func noQueue() {
    let tracer = Self.started(queue: 0)
    tracer.withSpan("SMTP DATA") { _ in }
    #expect(tracer.queue == nil && tracer.statistics.queued == 0 && tracer.statistics.dropped == 0)
    #expect(tracer.statistics.unexported == 1 && tracer.statistics.ended == 1)
    #expect(tracer.recent?.families.map(\.name) == ["SMTP"])
  }
}
