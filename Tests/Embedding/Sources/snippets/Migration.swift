// Does what the articles on migrating name exist? Each line is named in a table.

import MailObservability

func fromRusmesMetrics() async throws {
  let metrics = try MetricsCollector(version: "1.4.0")
  // Counters and gauges.
  metrics.smtp.connections.increment()
  metrics.smtp.messagesReceived.increment()
  metrics.smtp.messagesSent.increment()
  metrics.smtp.errors.increment()
  metrics.smtp.messagesRejected[.size].increment()
  metrics.smtp.connectionsRejected[.blocked].increment()
  metrics.smtp.connectionsRejected[.overload].increment()
  metrics.authentication.attempts[.smtp, .success].increment()
  metrics.authentication.attempts[.smtp, .failure].increment()
  metrics.imap.connections.increment()
  metrics.imap.commands.increment()
  metrics.imap.errors.increment()
  metrics.jmap.requests.increment()
  metrics.jmap.errors.increment()
  metrics.push.deliveries.increment()
  metrics.push.deliveryFailures.increment()
  metrics.mail.processed.increment()
  metrics.mail.delivered.increment()
  metrics.mail.bounced.increment()
  metrics.mail.dropped.increment()
  metrics.queue.size.set(42)
  metrics.queue.retries.increment()
  metrics.storage.mailboxes.set(3)
  metrics.storage.messages.set(17)
  metrics.storage.bytes.set(4_096)
  metrics.tls.sessions[.starttls].increment()
  metrics.mail.messagesPerDomain.increment("example.com")
  _ = metrics.smtp.connections.value
  // Connections, timers.
  let connection = metrics.connections.open(.smtp)
  connection.end()
  metrics.connections.active[.imap].increment()
  metrics.connections.active[.imap].decrement()
  let timer = metrics.startMessageProcessingTimer()
  timer.observe()
  let session = metrics.startSMTPSessionTimer()
  session.observe()
  // Domains that are counted elsewhere.
  metrics.setPerDomainSource { [("example.com", 7)] }
  // The exposition, the server, its endpoints.
  _ = await metrics.registry.text()
  let config = MetricsConfig(enabled: true, bindAddress: "0.0.0.0:9090", path: "/metrics")
  let server = try await metrics.startHTTPServer(config)
  try await server.run()
  let endpoints = try metrics.endpoints(config)
  _ = try await endpoints.respond(to: EndpointRequest(target: "/health"))
  let report = metrics.health.report()
  _ = report.status
  _ = report.checks
}

func fromSwiftPrometheus() async throws {
  let registry = try Registry()
  let hits = try registry.register(.counter("hits_total", help: "Hits."))
  hits.increment()
  hits.increment(by: 2)
  let open = try registry.register(.gauge("connections", help: "Open connections."))
  open.increment()
  open.decrement()
  open.set(7)
  let bounds = BucketBounds([.milliseconds(5), .milliseconds(50), .seconds(1)])
  let lookups = try registry.register(
    .histogram("lookup_duration_seconds", help: "Look-ups.", unit: "seconds", buckets: bounds))
  lookups.observe(.milliseconds(3))
  let sizes = try registry.register(
    .histogram("reply_size_bytes", help: "Replies.", unit: "bytes", buckets: [64, 1_024, 65_536]))
  sizes.observe(512)
  let replies = try registry.registerSparse(.counter("replies_total", help: "Replies."))
  replies.series([("code", "250")]).increment()
  registry.unregister("hits_total")
  replies.remove(replies[["code": "250"]])
  print(await registry.text())
}
