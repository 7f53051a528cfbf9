// Does what the articles on tracing name exist, and do its lines compile?

import MailObservability

struct Message: Sendable {
  var id: String
  var size: Int
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
  try await metrics.tracing.withSpan(.smtp(.data), parent: .span(transaction)) { span in
    span["mail.size"] = message.size
    try await keep(message)
  }
  message.traceparent = transaction.context?.traceparent ?? ""
  transaction.end()
}

func attempt(_ message: Message, metrics: MetricsCollector) async throws {
  let stored = TraceContext(traceparent: message.traceparent)
  let attempt = metrics.tracing.startDelivery(
    .remote, domain: "example.org", messageID: message.id, of: stored, taken: message.taken)
  defer { attempt.end() }
  metrics.tracing.recordQueueWait(since: message.taken, parent: .span(attempt))
  try await deliver(message, attempt: attempt)
}

func spansOfRusmesMetrics(metrics: MetricsCollector) {
  metrics.stopTracing()
  metrics.tracing.withSpan(.smtp(.mail, user: "bob@example.org")) { _ in }
  metrics.tracing.withSpan(.imap(.fetch, mailbox: "INBOX", user: nil)) { _ in }
  metrics.tracing.withSpan(.jmap("Email/get", account: nil, request: nil)) { _ in }
  metrics.tracing.withSpan(.mailet("SpamAssassin", messageID: nil, stage: "in")) { _ in }
  metrics.tracing.withSpan(.delivery(.local, domain: "example.com")) { _ in }
  _ = TraceSpan.current?.context
  let parent = metrics.tracing.startSpan(.smtp(.data))
  let child = metrics.tracing.startSpan(.mailet("filter"), parent: .span(parent))
  child.end()
  parent.end()
}
