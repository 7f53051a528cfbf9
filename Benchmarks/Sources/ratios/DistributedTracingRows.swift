// What does a span cost by way of swift-distributed-tracing, beside the same span without it?

internal import AllocationCounter
internal import MailObservabilityDistributedTracing
internal import Tracing
internal import _MailObservabilityBenchmarks

/// Does nothing, and is called for that.
@inline(never)
private func empty() {}

/// Spans of a library, by the tracer of the process, and of ours as they are in a process without a bridge.
private final class BridgedSpans: Sendable {
  private let exporter = DroppingExporter()
  private let unsampled = SpanTracer()
  private let recording: DistributedTracer
  private let notRecording: DistributedTracer

  init() {
    var settings = SpanTracer.Settings()
    settings.sampler = .alwaysOff
    unsampled.start(settings)
    recording = DistributedTracer(exporter.tracer)
    notRecording = DistributedTracer(unsampled)
  }

  private func drop(_ index: Int) { if index % DroppingExporter.batchSize == 0 { exporter.dropBatch() } }

  @inline(never)
  func recorded(_ times: Int) {
    withTracer(recording) {
      for index in 0..<times {
        Tracing.withSpan("SMTP DATA") { _ in empty() }
        drop(index)
      }
    }
  }

  @inline(never)
  func recordedByHand(_ times: Int) {
    for index in 0..<times {
      recording.startSpan("SMTP DATA", context: .topLevel).end()
      drop(index)
    }
  }

  @inline(never)
  func recordedWithAttributes(_ times: Int) {
    withTracer(recording) {
      for index in 0..<times {
        Tracing.withSpan("SMTP DATA") { span in
          span.updateAttributes { attributes in
            attributes["protocol"] = "smtp"
            attributes["mail.size"] = index
            attributes["tls"] = true
            attributes["score"] = 0.5
            attributes["smtp.session.id"] = "a longer text than fits"
          }
        }
        drop(index)
      }
    }
  }

  /// The same by the interface alone, and by nobody behind it.
  @inline(never)
  func attributesAlone(_ times: Int) {
    for index in 0..<times {
      Tracing.withSpan("SMTP DATA") { span in
        span.updateAttributes { attributes in
          attributes["protocol"] = "smtp"
          attributes["mail.size"] = index
          attributes["tls"] = true
          attributes["score"] = 0.5
          attributes["smtp.session.id"] = "a longer text than fits"
        }
      }
    }
  }

  @inline(never)
  func alone(_ times: Int) {
    for _ in 0..<times { Tracing.withSpan("SMTP DATA") { _ in empty() } }
  }

  @inline(never)
  func recordedByTracer(_ times: Int) {
    for index in 0..<times {
      recording.withSpan("SMTP DATA") { _ in empty() }
      drop(index)
    }
  }

  @inline(never)
  func unsampled(_ times: Int) {
    withTracer(notRecording) {
      for _ in 0..<times { Tracing.withSpan("SMTP DATA") { _ in empty() } }
    }
  }

  // MARK: - Without a bridge

  @inline(never)
  func oursRecorded(_ times: Int) {
    withoutSpanBridge {
      for index in 0..<times {
        exporter.tracer.withSpan("SMTP DATA") { _ in empty() }
        drop(index)
      }
    }
  }

  @inline(never)
  func oursByHand(_ times: Int) {
    withoutSpanBridge {
      for index in 0..<times {
        exporter.tracer.startSpan("SMTP DATA", parent: .none).end()
        drop(index)
      }
    }
  }

  @inline(never)
  func oursWithAttributes(_ times: Int) {
    withoutSpanBridge {
      for index in 0..<times {
        exporter.tracer.withSpan("SMTP DATA") { span in
          span["protocol"] = "smtp"
          span["mail.size"] = index
          span["tls"] = true
          span["score"] = 0.5
          span["smtp.session.id"] = "a longer text than fits"
        }
        drop(index)
      }
    }
  }

  @inline(never)
  func oursUnsampled(_ times: Int) {
    withoutSpanBridge { for _ in 0..<times { unsampled.withSpan("SMTP DATA") { _ in empty() } } }
  }

  @inline(never)
  func oursBesideABridge(_ times: Int) {
    for index in 0..<times {
      exporter.tracer.withSpan("SMTP DATA") { _ in empty() }
      drop(index)
    }
  }
}

@MainActor
enum DistributedTracingRows {
  static var all: [Row] {
    func row(
      _ name: String, _ target: Double?, _ ours: @escaping @Sendable (BridgedSpans, Int) -> Void,
      _ baseline: @escaping @Sendable (BridgedSpans, Int) -> Void
    ) -> Row {
      Row(name, target) {
        let spans = BridgedSpans()
        return .compared(try .of(.here { ours(spans, $0) }, .here { baseline(spans, $0) }))
      }
    }
    return [
      row("distributed-tracing: withSpan, recorded / ours without it", 1.5, { $0.recorded($1) }) {
        $0.oursRecorded($1)
      },
      row(
        "distributed-tracing: withSpan, recorded / ours and the interface with nobody behind it", nil,
        { $0.recorded($1) }
      ) {
        $0.oursRecorded($1)
        $0.alone($1)
      },
      row(
        "distributed-tracing: withSpan of the tracer, recorded / ours without it", nil,
        { $0.recordedByTracer($1) }
      ) { $0.oursRecorded($1) },
      row(
        "distributed-tracing: startSpan and end, recorded / ours without it", 1.5, { $0.recordedByHand($1) }
      ) {
        $0.oursByHand($1)
      },
      row("distributed-tracing: withSpan, not sampled / ours without it", nil, { $0.unsampled($1) }) {
        $0.oursUnsampled($1)
      },
      row(
        "distributed-tracing: withSpan, recorded with 5 attributes / ours without it", nil,
        { $0.recordedWithAttributes($1) }
      ) { $0.oursWithAttributes($1) },
      row(
        "distributed-tracing: withSpan, recorded with 5 attributes / ours and the interface with nobody behind it",
        nil, { $0.recordedWithAttributes($1) }
      ) {
        $0.oursWithAttributes($1)
        $0.attributesAlone($1)
      },
      row(
        "distributed-tracing: our withSpan beside a bridge / without one", nil, { $0.oursBesideABridge($1) }
      ) {
        $0.oursRecorded($1)
      },
    ]
  }
}
