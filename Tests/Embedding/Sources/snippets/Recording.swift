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
  registry.setExemplarSource { TraceContext.current.map { ["trace_id": $0.traceID] } }
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
