// Does what the documentation says of spans by gRPC compile?

import MailObservabilityOTLPGRPC

func exportByGRPC(metrics: MetricsCollector, token: String) async throws {
  var tracing = TracingConfig(serviceName: "mx1")
  tracing.transports = [.grpc]
  tracing.protocol = .grpc
  tracing.endpoint = "https://collector:4317"
  tracing.tls.trustRoots = .file("/etc/mail/collector-root.pem")
  tracing.headers = ["Authorization": "Bearer \(token)"]
  try metrics.startTracing(tracing)
  // ... serve mail ...
  await metrics.tracing.shutdown(within: .seconds(5))
}

func exportByGRPCAsTheEnvironmentSays(metrics: MetricsCollector) throws {
  try metrics.startTracing(TracingConfig(environment: nil, serviceName: "mx1", transports: [.grpc]))
}
