// How does one exporter for many devices run?

import Foundation
import HDHomeRunExporter
import MailObservability

// Who reads the log may go, and that must not end the program: by default the system does, and so does a writing that
// does not throw.
signal(SIGPIPE, SIG_IGN)
func say(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8)) }

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  say(helpPage)
  exit(2)
}
let targets = TargetMetrics(within: options.timeout, on: options.networks, atMost: 256)
let exporter = try MetricsCollector(namespace: "exporter", groups: [])
var config = MetricsConfig(bindAddress: options.address, path: "/exporter")
config.serviceName = "hdhomerun exporter"
// Devices that hang leave connections to whoever asks for the exporter's own metrics.
config.limits.maximumConnections = 512
config.routes = [
  .metrics("/metrics", atMost: 256) { try await targets($0) },
  EndpointRoute("/help", for: .everybody) { _ in .text(200, helpPage) },
]
config.log = { say($0.text) }
do {
  let server = try await exporter.startHTTPServer(config)
  say("serving http://\(server.boundAddress ?? "")/metrics?target=")
  try await server.run(untilSignals: [15, 2], gracePeriod: .seconds(1))
} catch {
  // Such as an address that is in use.
  say("\(error)")
  exit(1)
}
