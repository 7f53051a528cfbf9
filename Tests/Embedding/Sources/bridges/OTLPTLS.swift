// Does what the documentation says of spans by HTTP over TLS compile?

import MailObservabilityOTLPTLS

func exportOverTLS(metrics: MetricsCollector) async throws {
  var tracing = TracingConfig(serviceName: "mx1")
  tracing.transports = [.tls]
  tracing.endpoint = "https://collector:4318"
  tracing.tls.trustRoots = .file("/etc/mail/collector-root.pem")
  tracing.tls.certificates = .file("/etc/mail/mx1.pem")
  tracing.tls.privateKey = .file("/etc/mail/mx1.key")
  try metrics.startTracing(tracing)
  // ... serve mail ...
  await metrics.tracing.shutdown(within: .seconds(5))
}

func exportOverTLSAsTheEnvironmentSays(metrics: MetricsCollector) throws {
  try metrics.startTracing(TracingConfig(environment: nil, serviceName: "mx1", transports: [.tls]))
}
