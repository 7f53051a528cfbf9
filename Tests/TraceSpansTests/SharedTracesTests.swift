// Does the store know of traces what is so, whichever threads their spans begin and end on?

import TestSupport
import Testing
@testable import TraceSpans

@Suite("Traces of several threads")
struct SharedTracesTests {
  @Test("are known at once, whoever told of them last", arguments: [1, 3, 40])
  func atOnce(count: Int) throws {
    let tracer = SpanTracer()
    tracer.start()
    let recent = try #require(tracer.recent)
    let roots = (0..<count).map { _ in tracer.startSpan("a", parent: .none) }
    #expect(recent.families.map(\.active) == [count])
    onThreads(1) { _ in
      for root in roots { tracer.startSpan("child", parent: .span(root)).end() }
    }
    #expect(recent.traces(of: "a", .active).map(\.spans.count) == [Int](repeating: 1, count: count))
    onThreads(1) { _ in
      for root in roots { root.end() }
    }
    #expect(recent.families.map(\.ended) == [UInt64(count)] && recent.families.map(\.active) == [0])
    #expect(
      recent.traces(of: "a", .newest).map(\.context) == roots.suffix(10).reversed().compactMap(\.context))
    #expect(recent.traces(of: "a", .newest).allSatisfy { $0.spans.map(\.name) == ["child", "a"] })
    #expect(recent.inconsistencies == [])
  }

  @Test("are counted and kept within the bound while others look", arguments: [0, 64 << 10, 4 << 20])
  func counts(bytes: Int) throws {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.recentTraceBytes = bytes
    settings.alwaysKeep = KeptTraces()
    settings.sampler = bytes == 0 ? .alwaysOn : .ratio(0.5)
    tracer.start(settings)
    let recent = try #require(tracer.recent)
    let rounds = 300
    for _ in 0..<4 {
      // Of each root one thread begins it, another one has a child that fails, and a third one ends it.
      let roots = (0..<3).map { _ in (0..<rounds).map { _ in tracer.startSpan("a b", parent: .none) } }
      onThreads(3) { thread in
        for root in roots[thread] {
          let child = tracer.startSpan("child", parent: .span(root))
          child["a"] = "a longer text than fits"
          child.status = .error("")
          child.end()
        }
      }
      onThreads(4) { thread in
        guard thread < 3 else {
          for _ in 0..<20 { _ = recent.byteCount <= bytes ? recent.traces(of: "a", .errors) : [] }
          return
        }
        for root in roots[(thread + 1) % 3] { root.end() }
        for _ in 0..<rounds { _ = tracer.startSpan("left alone", parent: .none) }
      }
      #expect(recent.byteCount <= bytes)
      #expect(recent.inconsistencies == [])
    }
    let families = recent.families.sorted { $0.name < $1.name }
    #expect(families.map(\.name) == ["a", "left"] && families.map(\.active) == [0, 0])
    #expect(families.map(\.ended) == [UInt64(12 * rounds), 0])
    #expect(families.map(\.errors) == [UInt64(12 * rounds), 0])
    #expect(bytes == 0 || recent.traces(of: "a", .errors).count > 0)
  }
}
