// Does a span do what bridges to other tracing libraries ask of it?

import TestSupport
import Testing
@testable import TraceSpans

@Suite("A span that a bridge holds")
struct BridgingTests {
  private static func started(_ clocks: ManualClocks = ManualClocks()) -> SpanTracer {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.queueCapacity = 16
    settings.clock = clocks.clock
    tracer.start(settings)
    return tracer
  }

  @Test("is called anew until it ends, in recent traces too")
  func renamed() {
    let tracer = Self.started()
    let span = tracer.startSpan("GET", family: "HTTP")
    span.name = "GET /users/" + String(repeating: "x", count: 1000)
    #expect(span.name?.utf8.count == 256)
    span.name = "GET /users/{id}"
    span.end()
    span.name = "late"
    #expect(span.name == "GET /users/{id}" && tracer.statistics.changesAfterEnd == 1)
    #expect(tracer.recent?.traces(of: "HTTP", .newest).map(\.name) == ["GET /users/{id}"])
    #expect(tracer.recent?.inconsistencies == [])
  }

  @Test("has the attributes that it is given last, in their order, within its bytes")
  func replaced() {
    let tracer = Self.started()
    let span = tracer.startSpan("a")
    func keys() -> [String] { span.attributes.map(\.key) }
    span["a"] = 1
    span["b"] = 2
    span["c"] = 3
    span.replaceAttributes([.init("d", 4), .init("c", 5), .init("a", 1)])
    #expect(keys() == ["a", "c", "d"] && span["c"] == 5)
    let before = span.recording?.byteCount ?? 0
    for round in 0..<1000 {
      span.replaceAttributes([.init("key \(round)", String(repeating: "x", count: 4000))])
    }
    #expect(keys() == ["key 999"])
    span.replaceAttributes([.init("a", 1), .init("c", 5), .init("d", 4)])
    #expect(span.recording?.byteCount == before)
    span.replaceAttributes((0..<5000).map { .init("\($0)", $0) })
    #expect(span.attributes.count == 128 && span.recording?.contents.attributes.dropped == 5000 - 128)
    span.replaceAttributes([])
    #expect(keys().isEmpty)
    span.end()
    span.replaceAttributes([.init("late", 1)])
    #expect(keys().isEmpty && tracer.statistics.changesAfterEnd == 1)
  }

  @Test("ends by the monotonic clock when the time of day was set back, and otherwise when it is said to")
  func ended() {
    let second: Int64 = 1_000_000_000
    for (wall, end, isClock, expected): (Int64, Int64, Bool, Int64) in [
      (105, 105, true, 105), (50, 50, true, 105), (200, 200, true, 105),
      (105, 103, true, 103), (50, 103, true, 103), (105, 105, false, 105), (50, 50, false, 100),
      (50, 103, false, 103),
    ] {
      // In seconds, as if the span had begun at 100.
      func time(_ seconds: Int64) -> Int64 { ManualClocks.wall + (seconds - 100) * second }
      let clocks = ManualClocks()
      let span = Self.started(clocks).startSpan("a")
      clocks.advance(wall: time(wall) - ManualClocks.wall, monotonic: 5 * second)
      span.end(atNanoseconds: time(end), isClock: isClock)
      #expect(span.recording?.end == time(expected))
    }
    let span = Self.started().startSpan("a", kind: .internal, parent: .none, atNanoseconds: .min)
    span.addEvent("e", attributes: [], atNanoseconds: .max)
    span.end(atNanoseconds: .max, isClock: true)
    #expect(span.recording?.start == .min && span.recording?.end == .max)
  }

  @Test("is one object, where it is recorded and where it is not")
  func identity() {
    let tracer = Self.started()
    let span = tracer.startSpan("a")
    #expect(span.identity === span.recording)
    #expect(span.identity.map { TraceSpan($0).recording === span.recording } == true)
    #expect(
      span.isActive(in: tracer) && !span.isActive(in: Self.started()) && !span.isActive(in: SpanTracer()))
    span.end()
    #expect(!span.isActive(in: tracer))
    let off = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.sampler = .alwaysOff
    off.start(settings)
    let unsampled = off.startSpan("a")
    #expect(
      unsampled.identity.map { TraceSpan($0).context } == unsampled.context && !unsampled.isActive(in: off))
    #expect(SpanTracer().startSpan("a").identity == nil)
  }

  @Test("is current, or none is, for as long as a body runs")
  func current() async {
    struct Problem: Error {}
    let span = Self.started().startSpan("a")
    TraceSpan.withCurrent(span) {
      #expect(TraceSpan.current?.context == span.context)
      TraceSpan.withCurrent(nil) { #expect(TraceSpan.current?.context == nil) }
      #expect(TraceSpan.current?.context == span.context)
    }
    await TraceSpan.withCurrent(span) {
      async let child = TraceSpan.current?.context
      #expect(await child == span.context)
      #expect(await Task.detached { TraceSpan.current == nil }.value)
      await TraceSpan.withCurrent(nil) {
        await Task.yield()
        #expect(TraceSpan.current?.context == nil)
      }
    }
    #expect(throws: Problem.self) { try TraceSpan.withCurrent(span) { throw Problem() } }
    await #expect(throws: Problem.self) {
      try await TraceSpan.withCurrent(span) {
        await Task.yield()
        throw Problem()
      }
    }
    #expect(TraceSpan.current == nil)
    span.end()
  }
}
