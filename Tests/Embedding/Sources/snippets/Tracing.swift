// Does what the articles on tracing name exist, and do its lines compile?

import MailObservability

struct Message: Sendable {
  var id: String
  var bytes: [UInt8]
  var size: Int { bytes.count }
  /// What was stored with it.
  var traceparent: String
  var taken: Duration
}

func keep(_ message: Message) async throws {}
func deliver(_ message: Message, attempt: TraceSpan) async throws {}

func trace(metrics: MetricsCollector, config: inout MetricsConfig) throws {
  try metrics.startTracing(TracingConfig(serviceName: "mx1"))
  config.routes.append(metrics.tracing.route())  // /debug/traces
}

func take(_ message: inout Message, metrics: MetricsCollector) async throws {
  let transaction = metrics.tracing.startSMTPTransaction()
  defer { transaction.end() }
  try await metrics.tracing.withSpan(.smtp(.data), parent: .span(transaction)) { span in
    span["mail.size"] = message.size
    try await keep(message)
  }
  message.traceparent = transaction.context?.traceparent ?? ""
}

func submit(_ message: inout Message, metrics: MetricsCollector) async throws {
  message.traceparent = try await metrics.tracing.withSpan(.transaction(.jmap)) { span in
    try await keep(message)
    return span.context?.traceparent ?? ""
  }
}

func attempt(_ message: Message, metrics: MetricsCollector) async throws {
  let stored = TraceContext(traceparent: message.traceparent)
  let attempt = metrics.tracing.startDelivery(
    .remote, domain: "example.org", messageID: message.id, of: stored, taken: message.taken)
  defer { attempt.end() }
  metrics.tracing.recordQueueWait(since: message.taken, parent: .span(attempt))
  try await deliver(message, attempt: attempt)
}

func bounce(_ message: Message, metrics: MetricsCollector) {
  let stored = TraceContext(traceparent: message.traceparent)
  metrics.tracing.withSpan(.bounce(messageID: message.id, of: stored)) { _ in }
}

func trust(tracing: inout TracingConfig) {
  tracing.trustedPeers = ["192.0.2.0/28", "2001:db8:25::/48"].compactMap { IPNetwork($0) }
}

func take(
  _ message: Message, from peer: EndpointPeer, began: Duration, metrics: MetricsCollector
) -> TraceSpan {
  let parent = metrics.tracing.context(ofMessage: message.bytes, from: peer)
  return metrics.tracing.startSMTPTransaction(parent: parent, at: began)
}

func send(_ message: Message, to peer: EndpointPeer, attempt: TraceSpan, metrics: MetricsCollector) -> [UInt8]
{
  metrics.tracing.message(message.bytes, to: peer, context: attempt.context)
}

func answer(_ request: EndpointRequest, metrics: MetricsCollector) {
  let context = metrics.tracing.context(
    traceparent: request.headers.all("traceparent"),
    tracestate: request.headers.all("tracestate"), from: request.peer)
  metrics.tracing.withSpan(.jmap("Email/get"), parent: context.map { .context($0) } ?? .none) { _ in }
}

func ask(_ fields: inout [(name: String, value: String)], metrics: MetricsCollector) {
  fields += metrics.tracing.propagate()
}

func spansOfRusmesMetrics(metrics: MetricsCollector) {
  metrics.stopTracing()
  metrics.tracing.withSpan(.smtp(.mail, user: "bob@example.org")) { _ in }
  metrics.tracing.withSpan(.imap(.fetch, mailbox: "INBOX", user: nil)) { _ in }
  metrics.tracing.withSpan(.jmap("Email/get", account: nil, request: nil)) { _ in }
  metrics.tracing.withSpan(.mailet("SpamAssassin", messageID: nil, stage: "in")) { _ in }
  metrics.tracing.withSpan(.delivery(.local, domain: "example.com")) { _ in }
  _ = TraceSpan.current?.context
  _ = metrics.tracing.propagate()
  let parent = metrics.tracing.startSpan(.smtp(.data))
  let child = metrics.tracing.startSpan(.mailet("filter"), parent: .span(parent))
  child.end()
  parent.end()
}
