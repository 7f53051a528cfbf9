// Do traces that stay open leave room for those that do not?

import TestSupport
import Testing
@testable import TraceSpans

@Suite("Traces that stay open")
struct OpenTracesTests {
  @Test(
    "take no room from new ones, whatever they hold",
    arguments: [(5000, 0, 0), (1, 2000, 1000), (300, 10, 1000), (3, 1000, 30_000), (1000, 1, 100)])
  func room(roots: Int, children: Int, bytes: Int) throws {
    let limit = 256 * 1024
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.recentTraceBytes = limit
    settings.limits.valueLength = 65_536
    tracer.start(settings)
    let recent = try #require(tracer.recent)
    let open = (0..<roots).map { _ in tracer.startSpan("IMAP IDLE", parent: .none) }
    let text = String(repeating: "x", count: bytes)
    for _ in 0..<children {
      for root in open {
        let child = tracer.startSpan("child", parent: .span(root))
        child["text"] = text
        child.end()
        #expect(recent.byteCount <= limit)
      }
    }
    // Of its own family and of another.
    for (name, family) in [("IMAP FETCH", "IMAP"), ("SMTP DATA", "SMTP")] {
      let spans = (0..<20).map { _ in tracer.startSpan(name, parent: .none) }
      for span in spans { span.end() }
      let newest = recent.traces(of: family, .newest)
      #expect(newest.map(\.context) == spans.suffix(10).reversed().compactMap(\.context))
      #expect(newest.allSatisfy { $0.spans.count == 1 && $0.leftOut == 0 })
    }
    // The oldest are what hangs.
    let active = recent.traces(of: "IMAP", .active).reversed().map(\.context)
    #expect(active == open.prefix(128).compactMap(\.context))
    #expect(recent.families[0].active == roots)
    if children * bytes * roots > limit { #expect(recent.spansLeftOut > 0) }
    #expect(recent.inconsistencies == [])
    open.reversed().forEach { $0.end() }
    #expect(recent.inconsistencies == [])
    #expect(recent.families[0].active == 0 && recent.families[0].ended == UInt64(roots) + 20)
    #expect(recent.traces(of: "IMAP", .active).isEmpty && recent.byteCount <= limit)
  }

  @Test("take no room from new ones where there is little", arguments: [8, 16, 64])
  func littleRoom(kibibytes: Int) throws {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.recentTraceBytes = kibibytes * 1024
    tracer.start(settings)
    let recent = try #require(tracer.recent)
    let name = "IMAP " + String(repeating: "x", count: 240)
    let open = (0..<1000).map { _ in tracer.startSpan(name, parent: .none) }
    tracer.startSpan("SMTP DATA", parent: .none).end()
    #expect(recent.traces(of: "SMTP", .newest).map(\.spans.count) == [1])
    #expect(!recent.traces(of: "IMAP", .active).isEmpty && recent.inconsistencies == [])
    open.forEach { $0.end() }
    #expect(recent.families[0].ended == 1000 && recent.inconsistencies == [])
  }

  @Test("are counted and shown in their order, whichever of them end", arguments: [SeededGenerator.seed])
  func order(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let tracer = SpanTracer()
    tracer.start()
    let recent = try #require(tracer.recent)
    var open: [TraceSpan] = []
    for _ in 0..<5000 {
      if open.isEmpty || Int.random(in: 0..<100, using: &generator) < 51 {
        open.append(tracer.startSpan("a", parent: .none))
      } else {
        open.remove(at: Int.random(in: 0..<open.count, using: &generator)).end()
      }
    }
    #expect(recent.families[0].active == open.count, "seed \(seed)")
    let shown = recent.traces(of: "a", .active).reversed().map(\.context)
    #expect(shown == open.prefix(128).compactMap(\.context), "seed \(seed)")
  }
}
