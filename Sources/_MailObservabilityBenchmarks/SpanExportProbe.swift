// How do the benchmarks, a package of their own, get at the encoder of spans without a collector behind it?

import OTLPExport
import TraceSpans

/// Spans as a mail server makes them, from their start to the request that a collector is sent.
///
/// It exists for `Benchmarks` only, which cannot see `package` declarations of this package; an embedder has no use
/// for it and does not link it. One thread at a time may use a probe.
public final class SpanExportProbe {
  private let tracer = SpanTracer()
  private let encoder = TraceRequestEncoder(OTLPResource(serviceName: "mx1", serviceVersion: "1.0"))
  private let batch: Int
  private var spans: [SpanRecording] = []

  /// A probe of batches of so many spans.
  public init(batch: Int) {
    self.batch = batch
    var settings = SpanTracer.Settings()
    settings.queueCapacity = batch
    settings.recentTraceBytes = 0
    tracer.start(settings)
    record()
    take()
  }

  /// Starts and ends a batch of spans: transactions of five commands each.
  public func record() {
    var transaction = TraceSpan.absent
    for index in 0..<batch {
      if index % 6 == 0 {
        transaction.end()
        transaction = tracer.startSpan("SMTP transaction", kind: .server, parent: .none)
        fill(transaction, index)
      } else {
        let span = tracer.startSpan("SMTP RCPT", kind: .server, parent: .span(transaction))
        fill(span, index)
        span.end()
      }
    }
    transaction.end()
  }

  private func fill(_ span: TraceSpan, _ index: Int) {
    span["mail.operation"] = "smtp_operation"
    span["smtp.command"] = "RCPT"
    span["smtp.response.status_code"] = 250
    span["mail.recipient"] = "lists.example.org"
    span["mail.size"] = 4096 + index * 37
    span["tls"] = true
  }

  /// Takes what has ended, to be encoded.
  public func take() { spans = tracer.queue?.take(batch) ?? [] }

  /// Encodes what was taken last into a request, and says how many bytes that made.
  public func encode() -> Int {
    var rest = spans[...]
    return encoder.takeRequest(from: &rest).bytes.count
  }

  /// The request that ``encode()`` makes.
  public var request: [UInt8] {
    var rest = spans[...]
    return encoder.takeRequest(from: &rest).bytes
  }
}
