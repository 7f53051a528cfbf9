// Which traces are kept, and how much memory do they take?

import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("The store of recent traces")
struct RecentTracesTests {
  private let clocks = ManualClocks()

  private func tracer(bytes: Int = 4 << 20) -> SpanTracer {
    let tracer = SpanTracer()
    var settings = SpanTracer.Settings()
    settings.clock = clocks.clock
    settings.recentTraceBytes = bytes
    tracer.start(settings)
    return tracer
  }

  private func run(
    _ name: String, on tracer: SpanTracer, for nanoseconds: Int64 = 0, fails: Bool = false,
    family: String? = nil
  ) -> TraceID? {
    let span = tracer.startSpan(name, family: family, parent: .none)
    clocks.advance(wall: nanoseconds, monotonic: nanoseconds)
    if fails { span.status = .error("") }
    span.end()
    return span.context?.traceID
  }

  @Test("divides traces by how long they took")
  func classes() throws {
    let bounds: [(Int64, Int)] = [
      (0, 0), (4_999_999, 0), (5_000_000, 1), (9_999_999, 1), (10_000_000, 2), (50_000_000, 3),
      (99_999_999, 3),
      (100_000_000, 4), (300_000_000, 5), (999_999_999, 5), (1_000_000_000, 6), (9_999_999_999, 6),
      (10_000_000_000, 7),
      (.max, 7), (-1, 0),
    ]
    for (duration, index) in bounds { #expect(LatencyClass.index(of: duration) == index) }
    let tracer = tracer()
    for (duration, _) in bounds.dropLast(2) { _ = run("SMTP DATA", on: tracer, for: duration) }
    _ = run("IMAP FETCH", on: tracer, for: 5_000_000, fails: true)
    let recent = try #require(tracer.recent)
    let families = recent.families
    #expect(families.map(\.name) == ["SMTP", "IMAP"])
    #expect(
      families[0].classes == [2, 2, 1, 2, 1, 2, 2, 1] && families[0].ended == 13 && families[0].errors == 0)
    #expect(families[1].classes == [0, 1, 0, 0, 0, 0, 0, 0] && families[1].errors == 1)
    #expect(
      recent.traces(of: "SMTP", .latency(5)).map { ($0.end ?? 0) - $0.start } == [999_999_999, 300_000_000])
    #expect(recent.traces(of: "IMAP", .errors).map(\.name) == ["IMAP FETCH"])
    #expect(recent.traces(of: "SMTP", .errors).isEmpty && recent.traces(of: "JMAP", .newest).isEmpty)
    #expect(recent.traces(of: "SMTP", .latency(8)).isEmpty && recent.traces(of: "SMTP", .latency(-1)).isEmpty)
  }

  @Test("keeps the newest of each list, and what is slow or failed when a flood of others comes")
  func lists() throws {
    let tracer = tracer()
    let slow = run("a", on: tracer, for: 20_000_000_000)
    let failed = run("a", on: tracer, fails: true)
    let rest = (0..<1000).map { _ in run("a", on: tracer) }
    let recent = try #require(tracer.recent)
    #expect(recent.traces(of: "a", .newest).map(\.context.traceID) == rest.suffix(10).reversed())
    #expect(recent.traces(of: "a", .latency(7)).map(\.context.traceID) == [slow])
    #expect(recent.traces(of: "a", .errors).map(\.context.traceID) == [failed])
    #expect(recent.count == 12)
    #expect(recent.families[0].ended == 1002)
  }

  @Test("shows a trace with its spans, active and ended, as pieces that it has in this process")
  func pieces() throws {
    let tracer = tracer()
    let recent = try #require(tracer.recent)
    let root = tracer.startSpan("SMTP transaction", family: "mail", parent: .none)
    let context = try #require(root.context)
    let child = tracer.startSpan("SMTP DATA", parent: .span(root))
    let late = tracer.startSpan("late", parent: .span(child))
    child["mail.message_id"] = "<1@example.org>"
    child.end()
    #expect(recent.traces(of: "mail", .active).map(\.spans.count) == [1])
    #expect(recent.traces(of: "mail", .active).first?.end == nil)
    #expect(recent.traces(where: "mail.message_id", is: "<1@example.org>").map(\.context) == [context])
    root.end()
    #expect(recent.traces(of: "mail", .active).isEmpty)
    #expect(recent.traces(of: "mail", .newest).first?.spans.map(\.name) == ["SMTP DATA", "SMTP transaction"])
    late.end()
    #expect(recent.traces(context.traceID).first?.spans.count == 3)
    // Later, by what was stored with the message.
    let delivery = tracer.startSpan("deliver", parent: .context(context))
    delivery["queue.ids"] = ["A1", "A2"]
    delivery.status = .error("")
    delivery.end()
    #expect(recent.traces(context.traceID).map(\.family) == ["mail", "deliver"])
    #expect(recent.traces(where: "queue.ids", is: "A2").map(\.hasErrors) == [true])
    #expect(
      recent.traces(where: "queue.ids", is: "A").isEmpty && recent.traces(where: "none", is: "").isEmpty)
    #expect(recent.traces(.random()).isEmpty)
    // After the root's end a child is a piece of its own.
    tracer.startSpan("after", parent: .span(root)).end()
    #expect(recent.traces(context.traceID).count == 3)
  }

  @Test("keeps the root of a trace that has more spans than fit")
  func manyChildren() throws {
    let tracer = tracer()
    tracer.withSpan("root") { root in
      for _ in 0..<3000 { tracer.startSpan("child").end() }
      root.status = .error("text")
    }
    let trace = try #require(tracer.recent?.traces(of: "root", .errors).first)
    #expect(trace.spans.count == TraceRecord.spanLimit + 1 && trace.spans.last?.name == "root")
    #expect(trace.leftOut == 3000 - TraceRecord.spanLimit)
    #expect(tracer.recent?.spansLeftOut == UInt64(trace.leftOut))
  }

  @Test("has a bounded number of families, and counts what comes later under one name")
  func families() throws {
    let tracer = tracer()
    for index in 0..<1000 { _ = run("f\(index) x", on: tracer) }
    let families = try #require(tracer.recent).families
    #expect(families.count == 16 && families.last?.name == "other" && families.last?.ended == 985)
  }

  @Test(
    "stays within its bytes, and gives up what is short and fine first", arguments: [SeededGenerator.seed])
  func bound(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let limit = 256 * 1024
    let tracer = tracer(bytes: limit)
    let recent = try #require(tracer.recent)
    let rare = run("JMAP rare", on: tracer, for: 20_000_000_000, fails: true)
    var open: [TraceSpan] = []
    for round in 0..<3000 {
      let span = tracer.startSpan("SMTP DATA", parent: .none)
      for index in 0..<Int.random(in: 0..<20, using: &generator) {
        span["k\(index)"] = String(repeating: "x", count: Int.random(in: 0...9000, using: &generator))
      }
      tracer.startSpan("child", parent: .span(span)).end()
      clocks.advance(wall: 0, monotonic: Int64.random(in: 0...20_000_000_000, using: &generator))
      if round % 10 == 0 { open.append(span) } else { span.end() }
      if open.count > 200 { open.remove(at: 0).end() }
      #expect(recent.byteCount <= limit, "seed \(seed)")
    }
    #expect(recent.traces(of: "JMAP", .errors).map(\.context.traceID) == [rare], "seed \(seed)")
    #expect(recent.families[1].ended == 3000 - UInt64(open.count), "seed \(seed)")
    let kept = recent.traces(of: "SMTP", .newest) + recent.traces(of: "SMTP", .active)
    #expect(kept.reduce(0) { $0 + $1.spans.reduce(0) { $0 + $1.byteCount } } <= limit, "seed \(seed)")
    open.forEach { $0.end() }
    #expect(recent.families[1].active == 0 && recent.families[1].ended == 3000, "seed \(seed)")
    #expect(recent.inconsistencies == [], "seed \(seed)")
    #expect(recent.byteCount <= limit, "seed \(seed)")
  }

  @Test("counts what it has no room for at all", arguments: [Int.min, -1, 0, 1, 1000])
  func tiny(bytes: Int) throws {
    let tracer = tracer(bytes: bytes)
    let recent = try #require(tracer.recent)
    let spans = (0..<300).map { _ in tracer.startSpan("a", parent: .none) }
    #expect(recent.families[0].active == 300 && recent.byteCount <= max(bytes, 0))
    for span in spans {
      tracer.startSpan("b", parent: .span(span)).end()
      span.end()
    }
    #expect(
      recent.families[0].active == 0 && recent.families[0].ended == 300 && recent.byteCount <= max(bytes, 0))
    #expect(recent.spansLeftOut == 600)
  }

  @Test("takes no more memory, however long the traffic goes on")
  func memory() async {
    // In a process of its own: other tests need memory as well.
    await #expect(processExitsWith: .success) {
      guard heapInUse() != nil else { return }
      let tracer = RecentTracesTests().tracer(bytes: 1 << 20)
      func traffic() {
        for index in 0..<500 {
          tracer.withSpan("SMTP \(index % 30)", family: "f\(index)") { span in
            span["x"] = String(repeating: "é", count: 5000)
            span["y\(index)"] = [String](repeating: "y", count: 100)
            span.addEvent("e", attributes: [.init("a", "b")])
            tracer.withSpan("child") { $0["z"] = index }
            if index % 3 == 0 { span.status = .error("text") }
          }
        }
      }
      traffic()
      let before = try #require(heapInUse())
      for _ in 0..<5 { traffic() }
      let growth = try #require(heapInUse()) - before
      // What is kept changes from round to round.
      #expect(growth < 2 << 20, "\(growth) bytes more")
      #expect(try #require(tracer.recent).byteCount <= 1 << 20)
    }
  }
}
