// Is a trace that nobody records kept all the same, when it failed or took long, and for nothing else?

import TestSupport
import Testing
@testable import TraceSpans

@Suite("A trace that is not sampled")
struct KeptTracesTests {
  private let clocks = ManualClocks()

  private func tracer(
    _ alwaysKeep: KeptTraces?, sampler: TraceSampler = .parentBased(.alwaysOff), bytes: Int = 4 << 20
  ) -> SpanTracer {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.sampler = sampler
    settings.alwaysKeep = alwaysKeep
    settings.queueCapacity = 16
    settings.recentTraceBytes = bytes
    settings.clock = clocks.clock
    tracer.start(settings)
    return tracer
  }

  enum Failure { case none, root, child }

  @Test(
    "is kept for its errors and its duration, as asked",
    arguments: [
      (nil, 10_000_000_000, Failure.root, false),
      (KeptTraces(), 10_000_000_000, .none, false), (KeptTraces(), 0, .root, true),
      (KeptTraces(), 0, .child, true),
      (KeptTraces(withErrors: false, slowerThan: .seconds(1)), 999_999_999, .root, false),
      (KeptTraces(withErrors: false, slowerThan: .seconds(1)), 1_000_000_000, .none, true),
      (KeptTraces(slowerThan: .seconds(1)), 0, .child, true),
      (KeptTraces(slowerThan: .seconds(1)), 0, .none, false),
      (KeptTraces(slowerThan: .seconds(-1)), 0, .none, true),
      (KeptTraces(slowerThan: .seconds(Int64.max)), 1_000_000_000, .none, false),
    ] as [(KeptTraces?, Int64, Failure, Bool)])
  func choice(alwaysKeep: KeptTraces?, nanoseconds: Int64, failure: Failure, isKept: Bool) throws {
    let tracer = tracer(alwaysKeep)
    let recent = try #require(tracer.recent)
    let root = tracer.startSpan("SMTP DATA", parent: .none)
    #expect(root.isRecording == (alwaysKeep != nil) && root.context?.isSampled == false)
    let child = tracer.startSpan("child", parent: .span(root))
    child["a"] = 1
    if failure == .child { child.status = .error("") }
    child.end()
    #expect(recent.traces(of: "SMTP", .active).count == (alwaysKeep == nil ? 0 : 1))
    clocks.advance(wall: nanoseconds, monotonic: nanoseconds)
    if failure == .root { root.status = .error("") }
    root.end()
    let trace = try #require(root.context).traceID
    #expect(recent.traces(trace).map(\.spans.count) == (isKept ? [2] : []))
    #expect(recent.traces(trace).allSatisfy { !$0.isSampled })
    #expect(recent.traces(of: "SMTP", .newest).count == (isKept ? 1 : 0))
    #expect(recent.families.map(\.ended) == (alwaysKeep == nil ? [] : [1]))
    // Nothing remains of one that is not.
    if !isKept { #expect(recent.byteCount == 0) }
    tracer.startSpan("late", parent: .span(child)).end()
    #expect(recent.spansLeftOut == 0)
  }

  @Test("is not exported, and counted as what it is")
  func counts() throws {
    let tracer = tracer(KeptTraces())
    for index in 0..<5 {
      try? tracer.withSpan("a") { _ in
        tracer.withSpan("b") { _ in }
        if index < 2 { throw CancellationError() }
      }
    }
    _ = tracer.startSpan("abandoned", parent: .none)
    let statistics = tracer.statistics
    #expect(statistics.started == 11 && statistics.notSampled == 11 && statistics.sampled == 0)
    #expect(statistics.ended == 0 && statistics.abandoned == 0 && statistics.active == 0)
    #expect(tracer.queue?.count == 0)
    #expect(tracer.recent?.traces(of: "a", .errors).map(\.spans.count) == [2, 2])
    #expect(tracer.recent?.families.map(\.active) == [0, 0])
  }

  @Test("is kept when a part of it is sampled")
  func partlySampled() throws {
    let tracer = tracer(KeptTraces(), sampler: .parentBased(.alwaysOff, localNotSampled: .alwaysOn))
    tracer.withSpan("a") { _ in tracer.withSpan("b") { _ in } }
    #expect(tracer.recent?.traces(of: "a", .newest).map(\.isSampled) == [true])
    #expect(tracer.queue?.take(8).map(\.name) == ["b"] && tracer.statistics.ended == 1)
  }

  @Test("costs nothing where nothing is kept")
  func noStore() {
    let tracer = tracer(KeptTraces(), bytes: 0)
    tracer.withSpan("a") { #expect(!$0.isRecording) }
  }
}
