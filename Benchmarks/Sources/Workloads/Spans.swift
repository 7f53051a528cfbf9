// Which spans does a mail server make all day, and what are they measured against?

internal import MailObservability
internal import Synchronization
internal import _MailObservabilityBenchmarks

/// Does nothing, and is called for that.
@inline(never)
private func empty() {}

private enum Local {
  @TaskLocal static var span: TraceSpan?
}

/// Tracers that are not started, that sample nothing and that record everything, and loops that make spans.
public final class Spans: Sendable {
  private let metrics: MetricsCollector
  private let idle = SpanTracer()
  private let unsampled = SpanTracer()
  private let exporter: DroppingExporter
  private let span: TraceSpan
  private let flag = Atomic<Bool>(false)

  /// Tracers with the default settings, but for the one that samples nothing and, where it is given, the bound of
  /// recent traces.
  public init(recentTraceBytes: Int? = nil) throws {
    metrics = try MetricsCollector()
    var settings = SpanTracer.Settings()
    settings.sampler = .alwaysOff
    unsampled.start(settings)
    span = unsampled.startSpan("SMTP DATA")
    exporter = recentTraceBytes.map { DroppingExporter(recentTraceBytes: $0) } ?? DroppingExporter()
  }

  /// An empty call and one relaxed load.
  @inline(never)
  public func callAndLoad(_ times: Int) {
    for _ in 0..<times {
      if flag.load(ordering: .relaxed) { return }
      empty()
    }
  }

  /// A span around an empty call; the tracer was never started.
  @inline(never)
  public func idleSpans(_ times: Int) {
    for _ in 0..<times { idle.withSpan("SMTP DATA") { _ in empty() } }
  }

  /// The same as a mail server does it.
  @inline(never)
  public func idleMailSpans(_ times: Int) {
    for _ in 0..<times { metrics.tracing.withSpan(.smtp(.data)) { _ in empty() } }
  }

  /// A task-local value around an empty call.
  @inline(never)
  public func taskLocals(_ times: Int) {
    for _ in 0..<times { Local.$span.withValue(span) { empty() } }
  }

  /// A span that is not sampled, with an identifier of its own, around an empty call.
  @inline(never)
  public func unsampledSpans(_ times: Int) {
    for _ in 0..<times { unsampled.withSpan("SMTP DATA") { _ in empty() } }
  }

  /// A recorded span with five attributes, the root of its trace, queued for an exporter that drops it.
  @inline(never)
  public func recordedSpans(_ times: Int) {
    for index in 0..<times { record(index, parent: .none) }
  }

  /// The same, all of one trace that goes on.
  @inline(never)
  public func recordedChildren(_ times: Int) {
    exporter.tracer.withSpan("SMTP transaction") { root in
      for index in 0..<times { record(index, parent: .span(root)) }
    }
  }

  @inline(__always)
  private func record(_ index: Int, parent: TraceSpan.Parent) {
    let span = exporter.tracer.startSpan("SMTP DATA", parent: parent)
    span["protocol"] = "smtp"
    span["mail.size"] = index
    span["tls"] = true
    span["score"] = 0.5
    span["smtp.session.id"] = "a longer text than fits"
    span.end()
    if index % DroppingExporter.batchSize == 0 { exporter.dropBatch() }
  }

  /// Roots with as many attributes as fit, each of them as small as one that is stored apart can be.
  @inline(never)
  public func smallAttributes(_ times: Int) {
    for index in 0..<times {
      let span = exporter.tracer.startSpan("SMTP DATA", family: "family \(index % 40)", parent: .none)
      for key in 0..<128 { span["attribute-\(key)-abcdef"] = "vvvvvvvvvvvvvvvv\(key)" }
      span.end()
      exporter.dropBatch()
    }
  }

  /// Roots with attributes, events and names as peers would like to have them, of any number and size.
  @inline(never)
  public func hostileTraces(_ times: Int, from first: Int) {
    for index in first..<first + times {
      // Numerical Recipes' linear congruential generator.
      var state = UInt32(truncatingIfNeeded: index &* 7919)
      func random(_ bound: UInt32) -> Int {
        state = state &* 1_664_525 &+ 1_013_904_223
        return Int((state >> 8) % bound)
      }
      let span = exporter.tracer.startSpan(
        "SMTP \(random(1000))", family: "family \(random(40))", parent: .none)
      let child = exporter.tracer.startSpan("SMTP DATA", parent: .span(span))
      for number in 0..<random(random(20) == 0 ? 200 : 8) {
        switch random(8) {
        case 0: span["a\(number)"] = String(repeating: "é", count: random(5000))
        case 1: span["a\(number)"] = [String](repeating: "", count: random(5000))
        case 2: span["a\(number)"] = [Int](repeating: number, count: random(1000))
        case 3: span.addEvent(String(repeating: "e", count: random(300)), attributes: [.init("a", number)])
        case 4: child["key \(random(1 << 20))"] = "\(number)"
        default: span["\(number)"] = number
        }
      }
      if random(10) == 0 { span.status = .error(String(repeating: "x", count: random(5000))) }
      child.end()
      span.end()
      // What waits for an exporter is not what the store keeps.
      exporter.dropBatch()
    }
  }
}
