// Does what the article on exporting traces names exist, and do its lines compile?

import MailObservability

struct SomeLogger: Sendable {
  func log(_ level: LogMessage.Level, _ text: String) {}
}

struct SomeMailServer: Sendable {
  func close() async {}
}

func export(metrics: MetricsCollector, token: String, logger: SomeLogger) throws {
  var tracing = TracingConfig(serviceName: "mx1")
  tracing.endpoint = "http://collector:4318"
  tracing.headers = ["Authorization": "Bearer \(token)"]
  tracing.compression = .gzip
  tracing.sampling = .parentBased(.ratio(0.1))
  tracing.log = { message in logger.log(message.level, message.text) }
  try metrics.startTracing(tracing)
}

func endExport(metrics: MetricsCollector, server: ObservabilityServer, mailServer: SomeMailServer) async {
  await mailServer.close()
  await metrics.tracing.shutdown(within: .seconds(5))
  await server.shutdown()
}

func exportByEnvironment(metrics: MetricsCollector) throws {
  try metrics.startTracing(TracingConfig(environment: nil, serviceName: "mx1"))
}
