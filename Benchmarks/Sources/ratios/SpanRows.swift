// What do spans cost: not at all, not sampled, recorded, and for an observation beside them?

internal import AllocationCounter
internal import Workloads

@MainActor
enum SpanRows {
  static var all: [Row] { spans + memory + exemplars }

  private static var spans: [Row] {
    [
      Row("withSpan around an empty call, never started / the call and one relaxed load", 1.5) {
        let spans = try Spans()
        return .compared(try .of(.here { spans.idleSpans($0) }, .here { spans.callAndLoad($0) }))
      },
      Row("withSpan of a mail server, never started / the call and one relaxed load", nil) {
        let spans = try Spans()
        return .compared(try .of(.here { spans.idleMailSpans($0) }, .here { spans.callAndLoad($0) }))
      },
      Row("heap allocations: withSpan around an empty call, never started", 0) {
        try allocations { $0.idleSpans($1) }
      },
      Row("heap allocations: withSpan of a mail server, never started", 0) {
        try allocations { $0.idleMailSpans($1) }
      },
      Row("withSpan around an empty call, not sampled / setting one task-local around it", 2) {
        let spans = try Spans()
        return .compared(try .of(.here { spans.unsampledSpans($0) }, .here { spans.taskLocals($0) }))
      },
      Row(
        "span with 5 attributes, started, ended and queued / Go's OpenTelemetry SDK", 0.35,
        {
          guard let peer = Peers.named("go") else {
            return .absent("Go is not there; see Benchmarks/build-peers")
          }
          let spans = try Spans()
          return .compared(try .of(.here { spans.recordedSpans($0) }, .peer(peer, "span")))
        }),
      Row("span with 5 attributes, 2 threads / its own single thread", 1.4) {
        let (two, one) = (try Spans(), try Spans())
        return .compared(
          try .of(.here(threads: 2) { two.recordedSpans($0) }, .here { one.recordedSpans($0) }))
      },
      Row("span with 5 attributes, child of one trace / root of its own", nil) {
        let (children, roots) = (try Spans(), try Spans())
        return .compared(
          try .of(.here { children.recordedChildren($0) }, .here { roots.recordedSpans($0) }))
      },
      Row("span with 5 attributes / the same without recent traces", nil) {
        let (kept, forgotten) = (try Spans(), try Spans(recentTraceBytes: 0))
        return .compared(try .of(.here { kept.recordedSpans($0) }, .here { forgotten.recordedSpans($0) }))
      },
    ]
  }

  private static func allocations(_ work: (Spans, Int) -> Void) throws -> Outcome {
    guard allocation_counter_available() != 0 else {
      return .absent("allocations are counted with glibc only")
    }
    let spans = try Spans()
    work(spans, 1000)
    return .quantity(InstrumentRows.allocationsPerOperation(10_000) { work(spans, 10_000) }, .count)
  }

  private static var memory: [Row] {
    [
      Row("recent traces, an hour of 100 hostile ones a second: peak memory / their bound", 1) {
        guard allocation_counter_available() != 0 else { return .absent("memory is counted with glibc only") }
        let (bound, hour) = (4 << 20, 360_000)
        let spans = try Spans(recentTraceBytes: bound)
        allocation_counter_start()
        spans.hostileTraces(hour / 10, from: 0)
        let early = allocation_counter_stop()
        allocation_counter_start()
        spans.hostileTraces(hour - hour / 10, from: hour / 10)
        let late = allocation_counter_stop()
        let growth = decimal(Double(late.live_bytes) / 1024, digits: 0)
        return withExtendedLifetime(spans) {
          .compared(
            ours: Double(early.live_bytes + late.peak_bytes) / 1_048_576, baseline: Double(bound) / 1_048_576,
            .mebibytes, note: "after the first tenth of the hour it grew by \(growth) KiB")
        }
      },
      Row("recent traces, of small attributes: peak memory / their bound", 1) {
        guard allocation_counter_available() != 0 else { return .absent("memory is counted with glibc only") }
        let bound = 4 << 20
        let spans = try Spans(recentTraceBytes: bound)
        allocation_counter_start()
        spans.smallAttributes(5000)
        let memory = allocation_counter_stop()
        return withExtendedLifetime(spans) {
          .compared(
            ours: Double(memory.peak_bytes) / 1_048_576, baseline: Double(bound) / 1_048_576, .mebibytes,
            note: nil)
        }
      },
    ]
  }

  private static var exemplars: [Row] {
    func row(_ name: String, _ target: Double?, _ ours: @escaping (Recording) throws -> Void) -> Row {
      Row("Histogram.observe, \(name) / without tracing", target) {
        let (with, without) = (try Recording(), try Recording())
        try ours(with)
        return .compared(try .of(.here { with.observeInSpan($0) }, .here { without.observeInSpan($0) }))
      }
    }
    return [
      row("in a span that is not sampled", 1.5) { try $0.startTracing(sampled: false) },
      row("in a sampled span", 1.5) { try $0.startTracing(sampled: true) },
      row("in a sampled span, while no server runs", nil) {
        try $0.startTracing(sampled: true, countingTicks: false)
      },
      row("in a span that is not sampled, while no server runs", nil) {
        try $0.startTracing(sampled: false, countingTicks: false)
      },
    ]
  }
}
