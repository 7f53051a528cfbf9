// Is everything given back that spans take on their way to a collector?

import OTLPExport
import ObservabilityPlatform
import TraceSpans

/// Spans that are started, ended, encoded in several requests, and compressed; and some that are left behind.
func exportSpans() throws {
  var settings = SpanTracer.Settings()
  settings.queueCapacity = 32
  let tracer = SpanTracer()
  tracer.start(settings)
  for number in 0..<40 {
    let span = tracer.startSpan("SMTP DATA \(number)", parent: .none)
    span["text"] = String(repeating: "text", count: number * 10)
    span["texts"] = ["\(number) is a text of more than fifteen bytes", ""]
    span.addEvent("event", attributes: [.init("number", number)])
    if let context = span.context { span.addLink(to: context) }
    span.status = .error("it has failed with a message of some length")
    span.end()
  }
  let encoder = TraceRequestEncoder(OTLPResource(serviceName: "leaks"), limit: 4096)
  var spans = (tracer.queue?.take(30) ?? [])[...]
  let gzip = try Gzip()
  while !spans.isEmpty {
    guard gzip.compress(encoder.takeRequest(from: &spans).bytes) != nil else { throw Failure() }
  }
  // A library that has not what is asked for is closed again.
  guard (try? Gzip(library: "libm.so.6")) == nil else { throw Failure() }
}
