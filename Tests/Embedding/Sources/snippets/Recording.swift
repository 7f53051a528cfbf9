// Do the documentation's blocks about recording compile? One function a block.

import MailObservability

enum Verdict: String, ClosedLabel { case clean, spam, infected }

func declared(registry: Registry) throws {
  let commands = try registry.register(
    .counter("smtp_commands_total", help: "Commands received."), by: ("command", SMTPCommand.self))
  commands[.mail].increment()
}

func timed(metrics: MetricsCollector) {
  let timer = metrics.mail.processingLatency.startTimer()
  defer { timer.observe() }
  // ... process the message ...
  _ = timer.elapsed
}

func timedByItsOutcome(
  metrics: MetricsCollector, scans: ClosedFamily<Histogram, Verdict>, scan: @Sendable () async -> Verdict
) async {
  let timer = metrics.registry.startTimer()
  let verdict = await scan()
  timer.observe(into: scans[verdict])
}

func exemplarsFromTheCurrentTrace(registry: Registry) {
  registry.setExemplarSource { OtherTrace.current.map { ["trace_id": $0.traceID] } }
}

func published(metrics: MetricsCollector) throws {
  let puts = try metrics.variables.integer("mail/queue/putCount", "envelopes put in the queue")
  puts.add(1)
}

func aSession(metrics: MetricsCollector) {
  let connection = metrics.connections.open(.submission)
  let session = metrics.startSMTPSessionTimer()
  metrics.smtp.commands[.ehlo].increment()
  metrics.smtp.messagesRejected[.unknownRecipient].increment()
  session.observe()
  connection.end()
}

func theMostFrequent(metrics: MetricsCollector) {
  metrics.top.senderDomains.record("example.com")
  metrics.top.failedLogins.record("jane@example.org")
  metrics.top.rejectingNetworks.record("192.0.2.25")
}

/// What the article's table says to record, and when.
func aMailThroughTheServer(metrics: MetricsCollector) {
  metrics.smtp.connections.increment()
  let connection = metrics.connections.open(.smtp)
  let session = metrics.startSMTPSessionTimer()
  metrics.imap.connections.increment()
  metrics.imap.sessionDuration.observe(.seconds(9))
  metrics.smtp.connectionsRejected[.overload].increment()

  metrics.smtp.commands[.mail].increment()
  metrics.smtp.commandDuration[.mail].observe(.milliseconds(2))
  metrics.smtp.replies["250"].increment()
  metrics.imap.commands.increment()
  metrics.imap.commandDuration[.fetch].observe(.milliseconds(2))
  metrics.imap.responses[.ok].increment()
  metrics.jmap.requests.increment()
  metrics.jmap.methodDuration["Email/get"].observe(.milliseconds(2))

  metrics.authentication.attempts[.submission, .failure].increment()
  metrics.authentication.mechanisms[.plain].increment()
  metrics.tls.sessions[.starttls].increment()
  metrics.tls.handshakeErrors[.incoming].increment()

  metrics.smtp.messagesRejected[.unknownRecipient].increment()
  metrics.smtp.messagesReceived.increment()
  metrics.smtp.messageSize.observe(2_048)
  metrics.smtp.recipientsPerMessage.observe(1)
  metrics.queue.puts.increment()
  let processing = metrics.startMessageProcessingTimer()
  metrics.mail.processed.increment()
  processing.observe()

  metrics.delivery.attempts[.remote, .delivered].increment()
  metrics.delivery.attemptDuration[.remote].observe(.milliseconds(30))
  metrics.delivery.failures[.refused].increment()
  metrics.mail.delivered.increment()
  metrics.mail.bounced.increment()
  metrics.mail.dropped.increment()
  metrics.smtp.messagesSent.increment()

  metrics.queue.size.set(3)
  metrics.queue.messages[.deferred].set(1)
  metrics.queue.oldestMessageAge.set(17)
  metrics.smtp.errors.increment()
  metrics.imap.errors.increment()
  metrics.jmap.errors.increment()
  session.observe()
  connection.end()
}
