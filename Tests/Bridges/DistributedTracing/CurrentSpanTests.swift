// Do both sides see one current span, whoever has set it?

#if DistributedTracing
  import InMemoryTracing
  @testable import MailObservability
  @testable import MailObservabilityDistributedTracing
  import Testing
  @testable import TraceSpans
  import Tracing

  /// A way in which code gets a current span, or none.
  enum Layer: CaseIterable {
    case ours, theirs, oursByHand, theirsByHand, otherTracer, otherOfOurs, none, topLevel, theirContextOnly

    /// What begins here, and what that belongs to.
    struct Begun: Equatable {
      var id: SpanID?
      var parent: SpanID?
    }
  }

  private enum OtherKey: InstrumentationContextKey { typealias Value = Int }

  /// Nests layers, and compares at each what both sides take for current with what was begun last.
  struct Nest: Sendable {
    let tracer: SpanTracer
    let second: SpanTracer
    let bridge: DistributedTracer
    let foreign = InMemoryTracer()

    init() {
      tracer = .started()
      second = .started()
      bridge = DistributedTracer(tracer)
    }

    func check(_ expected: SpanID?, _ layers: ArraySlice<Layer>) {
      let own = TraceSpan.current?.context?.spanID
      let theirs = ServiceContext.current?[SpanKey.self]?.context.spanID
      #expect(own == expected && theirs == expected, "before \(layers)")
      if let expected {
        let recording = (ServiceContext.current?[SpanKey.self])?.recording
        #expect(recording === TraceSpan.current?.recording && recording?.context.spanID == expected)
      }
    }

    func check(_ span: TraceSpan, under parent: SpanID?) -> SpanID? {
      #expect(span.recording?.parent?.spanID == parent)
      return span.context?.spanID
    }

    func enter(_ layers: ArraySlice<Layer>, _ current: SpanID?) {
      check(current, layers)
      defer { check(current, layers) }
      guard let layer = layers.first else { return }
      let rest = layers.dropFirst()
      switch layer {
      case .ours: tracer.withSpan("ours") { enter(rest, check($0, under: current)) }
      case .theirs: bridge.withSpan("theirs") { enter(rest, check($0.traceSpan, under: current)) }
      case .oursByHand:
        let span = tracer.startSpan("ours by hand")
        TraceSpan.withCurrent(span) { enter(rest, check(span, under: current)) }
        span.end()
      case .theirsByHand:
        let span = bridge.startSpan("theirs by hand")
        ServiceContext.withValue(span.context) { enter(rest, check(span.traceSpan, under: current)) }
        span.end()
      case .otherTracer:
        withTracer(foreign) { Tracing.withSpan("foreign") { _ in enter(rest, current) } }
      case .otherOfOurs: second.withSpan("second") { enter(rest, check($0, under: current)) }
      case .none: TraceSpan.withCurrent(nil) { enter(rest, nil) }
      case .topLevel: ServiceContext.withValue(.topLevel) { enter(rest, nil) }
      case .theirContextOnly:
        var context = ServiceContext.current ?? .topLevel
        context[OtherKey.self] = (context[OtherKey.self] ?? 0) + 1
        ServiceContext.withValue(context) { enter(rest, current) }
      }
    }

    func enterTask(_ layers: ArraySlice<Layer>, _ current: SpanID?) async {
      check(current, layers)
      guard let layer = layers.first else { return }
      let rest = layers.dropFirst()
      switch layer {
      case .ours:
        await tracer.withSpan("ours") { span in
          let id = check(span, under: current)
          async let child: Void = enterTask(rest, id)
          await child
        }
      case .theirs:
        await bridge.withSpan("theirs") { span in
          let id = check(span.traceSpan, under: current)
          await Task { await enterTask(rest, id) }.value
        }
      case .oursByHand:
        let span = tracer.startSpan("ours by hand")
        await TraceSpan.withCurrent(span) {
          await Task.yield()
          await enterTask(rest, check(span, under: current))
        }
        span.end()
      case .theirsByHand:
        // A task that inherits nothing, and is handed the context.
        let span = bridge.startSpan("theirs by hand")
        let id = check(span.traceSpan, under: current)
        await Task.detached {
          check(nil, layers)
          await ServiceContext.withValue(span.context) { await enterTask(rest, id) }
        }.value
        span.end()
      case .otherTracer:
        await withTracer(foreign) {
          await Tracing.withSpan("foreign") { _ in await enterTask(rest, current) }
        }
      case .otherOfOurs: await second.withSpan("second") { await enterTask(rest, check($0, under: current)) }
      case .none: await TraceSpan.withCurrent(nil) { await enterTask(rest, nil) }
      case .topLevel: await ServiceContext.withValue(.topLevel) { await enterTask(rest, nil) }
      case .theirContextOnly: await withDiscardingTaskGroup { $0.addTask { await enterTask(rest, current) } }
      }
      check(current, layers)
    }
  }

  @Suite("The current span of both sides")
  struct CurrentSpanTests {
    private static let nestings: [[Layer]] = Layer.allCases.flatMap { a in
      Layer.allCases.flatMap { b in Layer.allCases.flatMap { c in [[a, b, c, .ours], [a, b, c, .theirs]] } }
    }

    @Test("is the innermost, in whatever order they are nested")
    func nested() {
      let nest = Nest()
      for layers in Self.nestings { nest.enter(layers[...], nil) }
      #expect(nest.tracer.statistics.active == 0 && nest.second.statistics.active == 0)
      #expect(nest.foreign.popFinishedSpans().isEmpty == false)
    }

    @Test("is the innermost across tasks, child tasks and detached ones")
    func tasks() async {
      let nest = Nest()
      for layers in Self.nestings { await nest.enterTask(layers[...], nil) }
      #expect(nest.tracer.statistics.active == 0)
    }

    @Test("is what exemplars, log messages and fields to others are made of")
    func consumers() async throws {
      let metrics = try MetricsCollector.traced()
      let tracer = DistributedTracer(metrics.tracing)
      let histogram = try metrics.registry.register(
        .histogram("waits_seconds", help: "Waits.", unit: "seconds", buckets: .latency))
      let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
      let context = tracer.withSpan("theirs") { span -> TraceContext? in
        histogram.observe(0.001)
        let context = span.traceSpan.context
        #expect(metrics.tracing.propagate().first?.value == context?.traceparent)
        #expect(LogMessage(.info, "said").context == context)
        metrics.tracing.withSpan(.smtp(.data)) { #expect($0.context?.traceID == context?.traceID) }
        return context
      }
      let text = await metrics.registry.text(.openMetrics)
      await server.shutdown()
      let id = try #require(context?.spanID.description)
      #expect(text.contains("span_id=\"\(id)\""))
    }

    @Test("stays one that began before there was a bridge")
    func before() {
      // As it is in a process in which none was made.
      let tracer = SpanTracer.started()
      let span = tracer.startSpan("early")
      TraceSpan.withOwn(span) {
        let bridge = DistributedTracer(tracer)
        #expect(TraceSpan.current?.context == span.context)
        tracer.withSpan("child") { #expect($0.recording?.parent == span.context) }
        bridge.withSpan("theirs") { #expect(TraceSpan.current?.context == $0.traceSpan.context) }
        TraceSpan.withCurrent(nil) { #expect(TraceSpan.current == nil) }
      }
      span.end()
    }
  }
#endif
