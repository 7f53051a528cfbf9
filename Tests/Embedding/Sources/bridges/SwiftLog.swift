// How does a host log with swift-log? What the article says, compiled.

import Logging
import MailObservabilitySwiftLog

func bootstrapped(_ metrics: MetricsCollector) throws {
  let messages = try LogMessageCounter(metrics.registry)
  LoggingSystem.bootstrap(
    { label, provider in
      let handler = StreamLogHandler.standardError(label: label, metadataProvider: provider)
      return messages.counting(handler, label: label)
    }, metadataProvider: .currentSpan)
}

func forwarded(_ metrics: MetricsCollector) async throws {
  let logger = Logger(label: "mx")
  var config = MetricsConfig()
  config.log = LogMessage.forwarding(to: logger)
  let server = try await metrics.startHTTPServer(config)
  var tracing = TracingConfig(serviceName: "mx1")
  tracing.log = LogMessage.forwarding(to: logger)
  try metrics.startTracing(tracing)
  await server.shutdown()
}
