// What does a span keep of what a library says, and what of a person does it not?

#if DistributedTracing
  @testable import MailObservabilityDistributedTracing
  @testable import OTLPExport
  import Synchronization
  import TestSupport
  import Testing
  @testable import TraceSpans
  import Tracing

  @Suite("A span of swift-distributed-tracing", .timeLimit(.minutes(30)))
  struct SpanContentsTests {
    private struct Bounce: Error, CustomStringConvertible {
      let description = "no such user: bob@example.org"
    }
    private final class Rendered: CustomStringConvertible, Sendable {
      let count = Atomic(0)
      var description: String { "rendered \(count.add(1, ordering: .relaxed).newValue)" }
    }

    private static func text(_ span: DistributedSpan) -> String {
      "\(span.traceSpan.attributes) \(span.traceSpan.events) \(span.traceSpan.status)"
    }

    @Test("does not tell what an error says of itself")
    func errors() {
      let bridge = DistributedTracer(SpanTracer.started())
      var failed: DistributedSpan?
      try? bridge.withSpan("a") { span in
        failed = span
        throw Bounce()
      }
      let text = failed.map { Self.text($0) } ?? ""
      #expect(!text.contains("bob") && text.contains("Bounce"))
      #expect(failed?.traceSpan["error.type"] == "Bounce" && failed?.traceSpan.status == .error(""))
      // One that was dealt with is no failure of the span.
      bridge.withSpan("a") { span in
        span.recordError(Bounce())
        #expect(span.traceSpan["error.type"] as String? == nil && span.traceSpan.status == .unset)
      }
      bridge.withSpan("a") { span in
        span.recordError(Bounce(), attributes: ["exception.message": "full", "exception.type": "Other"])
        #expect(Self.text(span).contains("full") && !Self.text(span).contains("Bounce"))
      }
    }

    @Test("that is said to be fine is told of no failure, whatever is thrown afterwards")
    func fine() {
      let bridge = DistributedTracer(SpanTracer.started())
      var ended: DistributedSpan?
      try? bridge.withSpan("a") { span in
        ended = span
        span.setStatus(SpanStatus(code: .ok))
        throw Bounce()
      }
      #expect(ended?.traceSpan.status == .ok && ended?.traceSpan.events.count == 1)
      #expect(ended?.traceSpan["error.type"] as String? == nil)
    }

    @Test("renders a value once, when it is set, and only where it is recorded")
    func rendered() {
      let value = Rendered()
      for bridge in [DistributedTracer(SpanTracer()), DistributedTracer(SpanTracer.started(.alwaysOff))] {
        let span = bridge.startSpan("a")
        span.attributes.set("a", value: .stringConvertible(value))
        span.addEvent(SpanEvent(name: "e", attributes: ["a": .stringConvertible(value)]))
        span.recordError(Bounce(), attributes: ["a": .stringConvertible(value)])
        span.end()
      }
      #expect(value.count.load(ordering: .relaxed) == 0)
      let span = DistributedTracer(SpanTracer.started()).startSpan("a")
      span.attributes.set("a", value: .stringConvertible(value))
      #expect(span.attributes.get("a") == .string("rendered 1"))
      span.end()
      span.attributes.set("b", value: .stringConvertible(value))
      #expect(value.count.load(ordering: .relaxed) == 1)
    }

    @Test("is bounded, whatever it is given")
    func bounded() {
      let tracer = SpanTracer.started()
      let bridge = DistributedTracer(tracer)
      let span = bridge.startSpan(String(repeating: "n", count: 1 << 16))
      #expect(span.operationName.utf8.count == 256)
      var many = SpanAttributes()
      for number in 0..<20_000 { many["\(number)"] = number }
      span.attributes = many
      #expect(span.attributes.count == 128)
      span.attributes = [:]
      span.attributes["long"] = String(repeating: "x", count: 1 << 20)
      span.attributes["strings"] = [String](repeating: "y", count: 1 << 16)
      span.attributes.set("described", value: .stringConvertibleArray((0..<(1 << 17)).map { $0 }))
      span.attributes["ints"] = [Int](repeating: 1, count: 1 << 17)
      span.attributes["doubles"] = [Double](repeating: 1, count: 1 << 17)
      span.attributes["bools"] = [Bool](repeating: true, count: 1 << 17)
      span.attributes[""] = 1
      span.attributes[String(repeating: "k", count: 1000)] = 1
      span.addEvent(SpanEvent(name: "e", attributes: many))
      for _ in 0..<500 {
        span.addEvent(SpanEvent(name: "e", attributes: ["a": 1]))
        span.addLink(SpanLink(context: span.context, attributes: [:]))
        span.operationName = String(repeating: "m", count: 1 << 12)
      }
      let bytes = span.traceSpan.recording?.byteCount ?? .max
      #expect(bytes <= SpanLimits.bytes + 2048)
      span.end()
      #expect(tracer.statistics.active == 0)
    }

    @Test("keeps names that look alike apart, and reads them back without a fault")
    func alike() {
      let span = DistributedTracer(SpanTracer.started()).startSpan("a")
      span.traceSpan["caf\u{e9}"] = 1
      span.traceSpan["cafe\u{301}"] = 2
      #expect(span.traceSpan.attributes.count == 2 && span.attributes.count == 1)
      span.end()
    }

    @Test("takes times of any kind")
    func times() {
      let tracer = SpanTracer.started()
      let bridge = DistributedTracer(tracer)
      for nanoseconds in [0, 1, UInt64(Int64.max), UInt64(Int64.max) + 1, .max] {
        let instant = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: nanoseconds)
        let span = bridge.startSpan("a", at: instant)
        span.addEvent(SpanEvent(name: "e", at: instant))
        span.recordError(Bounce(), attributes: [:], at: instant)
        span.end(at: instant)
      }
      for span in tracer.queue?.take(16) ?? [] {
        #expect(span.end.map { $0 >= span.start } == true && span.contents.events.count == 2)
      }
    }

    @Test("goes to the collector at a flush, which nobody waits for")
    func flushed() async throws {
      let accepted = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
      let (requests, arrival) = AsyncStream.makeStream(of: Void.self)
      let server = RawServer { _ in
        arrival.yield()
        return .answer(accepted)
      }
      defer { server.stop() }
      let metrics = try MetricsCollector.traced {
        $0.exporter = .otlp
        $0.endpoint = "http://127.0.0.1:\(server.port)"
        $0.batchDelay = .seconds(3600)
      }
      let bridge = DistributedTracer(metrics.tracing)
      bridge.withSpan("a") { _ in }
      bridge.flush()
      for await _ in requests { break }
      #expect(server.requests == 1)
      await metrics.tracing.shutdown()
      bridge.flush()
      DistributedTracer(SpanTracer()).flush()
    }

    @Test("survives threads that do everything to it at once")
    func threads() async {
      let tracer = SpanTracer.started()
      let bridge = DistributedTracer(tracer)
      let span = bridge.startSpan("a")
      await withDiscardingTaskGroup { group in
        for number in 0..<8 {
          group.addTask {
            for round in 0..<200 {
              span.attributes["\(number).\(round % 10)"] = round
              span.operationName = "name \(round)"
              span.addEvent("e")
              _ = span.attributes
              bridge.withSpan("child", context: span.context) { _ in }
              if number == 0, round == 150 { span.end() }
            }
          }
        }
      }
      #expect(tracer.statistics.active == 0 && tracer.statistics.started == 1601)
    }
  }

  extension DistributedTracer {
    /// Without the word that the protocol's is deprecated.
    fileprivate func flush() { (self as any Flushing).forceFlush() }
  }

  private protocol Flushing { func forceFlush() }
  extension DistributedTracer: Flushing {}
#endif
