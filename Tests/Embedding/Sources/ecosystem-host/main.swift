// What do libraries of the ecosystem tell by our port and to a collector, without knowing of us? Two Hummingbird servers,
// one of which asks the other by async-http-client.

import Foundation
import MailObservabilityDistributedTracing
import MailObservabilityHummingbird
import MailObservabilityServiceLifecycle
import MailObservabilitySwiftMetrics
import CoreMetrics
import ServiceLifecycle
import Tracing
import UnixSignals

/// `ecosystem-host COLLECTOR-URL`: says where it listens, and serves until SIGTERM.
guard CommandLine.arguments.count == 2 else {
  print("usage: ecosystem-host COLLECTOR-URL")
  exit(2)
}

let metrics = try MetricsCollector(groups: [], version: "1.0")
var config = TracingConfig(serviceName: "ecosystem-host")
config.endpoint = CommandLine.arguments[1]
// Every span is to be found again, however fast they come.
config.queueSize = 65_536
config.batchSize = 2048
config.batchDelay = .milliseconds(200)
try metrics.startTracing(config)

// Hummingbird's own middleware has the names of the conventions too, which are those of ours.
MetricsSystem.bootstrap(
  try RegistryMetricsFactory(metrics.registry).withLabelAndDimensionsMapping { label, dimensions in
    (label.hasPrefix("http.server.") ? "hb." + label : label, dimensions)
  })
// Only our own servers can reach these.
InstrumentationSystem.bootstrap(DistributedTracer(metrics.tracing, believesCallers: true))

// Each server is asked once its port is known.
let (backendPorts, backendPort) = AsyncStream.makeStream(of: Int.self)
let (frontendPorts, frontendPort) = AsyncStream.makeStream(of: Int.self)
let client = OtherService()
let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))

let services: [any Service] = [
  client, backend { backendPort.yield($0) }, try frontend(metrics, client) { frontendPort.yield($0) },
]
let group = ServiceGroup(
  configuration: .init(
    services: metrics.services(serving: server, around: services, delay: Duration.zero),
    gracefulShutdownSignals: [.sigterm], logger: logger))
let running = Task { try await group.run() }

client.port = await backendPorts.first { _ in true } ?? 0
print("listening frontend 127.0.0.1:\(await frontendPorts.first { _ in true } ?? 0)")
print("listening metrics \(server.boundAddress ?? "nowhere")")
print("ready")
fflush(nil)
try await running.value
