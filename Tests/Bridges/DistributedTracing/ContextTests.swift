// Does the context go on as it should, whatever a carrier holds and whether or not anything is recorded?

#if DistributedTracing
  @testable import MailObservabilityDistributedTracing
  import Testing
  @testable import TraceSpans
  import Tracing

  @Suite("The context of a span")
  struct ContextTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static func fields(_ context: ServiceContext, by tracer: DistributedTracer) -> [String: String] {
      var carrier: [String: String] = [:]
      tracer.inject(context, into: &carrier, using: Fields())
      return carrier
    }

    private static func context(_ carrier: [String: String], by tracer: DistributedTracer) -> ServiceContext {
      var context = ServiceContext.topLevel
      tracer.extract(carrier, into: &context, using: Fields())
      return context
    }

    @Test("carries a caller's trace on, its state included", arguments: ["00", "01", "03"])
    func remote(flags: String) throws {
      let tracer = SpanTracer.started(.parentBased(.alwaysOn))
      let bridge = DistributedTracer(tracer, believesCallers: true)
      let incoming = ["traceparent": "00-\(Self.trace)-b7ad6b7169203331-\(flags)", "tracestate": "a=1,b=2"]
      let context = Self.context(incoming, by: bridge)
      #expect(ServiceContext.withValue(context) { TraceSpan.current?.context?.isRemote } == true)
      let span = bridge.startSpan("a", context: context)
      let own = try #require(span.traceSpan.context)
      #expect(own.traceID.description == Self.trace && own.isSampled == (flags != "00") && !own.isRemote)
      let outgoing = Self.fields(span.context, by: bridge)
      #expect(outgoing["traceparent"] == "00-\(Self.trace)-\(own.spanID)-\(flags)")
      #expect(outgoing["tracestate"] == "a=1,b=2")
      #expect(span.isRecording == (flags != "00"))
      span.end()
    }

    @Test("is that of a new span also where it is not sampled")
    func unsampled() throws {
      let bridge = DistributedTracer(SpanTracer.started(.alwaysOff))
      bridge.withSpan("a") { outer in
        let first = outer.traceSpan.context
        #expect(first?.isSampled == false && !outer.isRecording && outer.operationName.isEmpty)
        #expect(bridge.activeSpan(identifiedBy: outer.context) == nil)
        #expect(TraceSpan.current?.context == first)
        bridge.withSpan("b") { inner in
          let second = inner.traceSpan.context
          #expect(second?.traceID == first?.traceID && second?.spanID != first?.spanID)
          let field = Self.fields(inner.context, by: bridge)["traceparent"]
          #expect(field == second?.traceparent && field?.hasSuffix("-02") == true)
        }
      }
    }

    @Test("is handed on as it came while nothing is started")
    func notStarted() {
      let bridge = DistributedTracer(SpanTracer(), believesCallers: true)
      let incoming = ["traceparent": "00-\(Self.trace)-b7ad6b7169203331-01", "tracestate": "a=1"]
      bridge.withSpan("a", context: Self.context(incoming, by: bridge)) { span in
        #expect(!span.isRecording && Self.fields(span.context, by: bridge) == incoming)
        span.attributes["a"] = 1
        span.end()
      }
      bridge.withSpan("a") {
        #expect(Self.fields($0.context, by: bridge).isEmpty && TraceSpan.current == nil)
      }
    }

    @Test("is not taken from callers that are not believed, nor told with propagation off")
    func distrusted() throws {
      let incoming = ["traceparent": "00-\(Self.trace)-b7ad6b7169203331-01"]
      #expect(Self.context(incoming, by: DistributedTracer(SpanTracer.started())).isEmpty)
      let metrics = try MetricsCollector.traced { $0.propagation = .none }
      let bridge = DistributedTracer(metrics.tracing, believesCallers: true)
      #expect(Self.context(incoming, by: bridge).isEmpty)
      bridge.withSpan("a") { #expect($0.isRecording && Self.fields($0.context, by: bridge).isEmpty) }
    }

    static let hostile: [String] = {
      let good = "00-\(trace)-b7ad6b7169203331-01"
      return [
        "", " ", "-", "00", "00-", good.uppercased(), good + "-", good + "," + good, "ff" + good.dropFirst(2),
        "00-" + String(repeating: "0", count: 32) + "-b7ad6b7169203331-01", String(repeating: "0", count: 55),
        "00-\(trace)-0000000000000000-01", String(repeating: "é", count: 55), "\0" + good, good + "\0",
        String(repeating: "\u{1F4A3}", count: 1 << 16), String(repeating: "a", count: 1 << 20),
        "00-\(trace)-b7ad6b716920333\u{0301}-01",
      ]
    }()

    @Test("stays as it was where a carrier holds nonsense", arguments: hostile)
    func nonsense(field: String) {
      let bridge = DistributedTracer(SpanTracer.started(), believesCallers: true)
      var context = bridge.startSpan("a").context
      let before = context[SpanKey.self]?.context
      bridge.extract(["traceparent": field, "tracestate": field], into: &context, using: Fields())
      #expect(context[SpanKey.self]?.context == before)
    }

    @Test("loses a state that cannot be read, and nothing else", arguments: hostile)
    func nonsenseState(field: String) throws {
      let bridge = DistributedTracer(SpanTracer.started(), believesCallers: true)
      let good = "00-\(Self.trace)-b7ad6b7169203331-01"
      let context = Self.context(["traceparent": good, "tracestate": field], by: bridge)
      let read = try #require(context[SpanKey.self]?.context)
      #expect(read.traceparent == good && read.state.text.utf8.count <= 513)
    }
  }
#endif
