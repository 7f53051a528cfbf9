// How does one exporter for many devices run?

import Foundation
import HDHomeRunExporter
import MailObservability

func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

guard let options = Options(CommandLine.arguments.dropFirst()) else {
  say(helpPage)
  exit(2)
}
let targets = TargetMetrics(within: options.timeout, on: options.networks, atMost: 256)
let exporter = try MetricsCollector(namespace: "exporter", groups: [])
var config = MetricsConfig(bindAddress: options.address, path: "/exporter")
config.serviceName = "hdhomerun exporter"
config.routes = [
  .metrics("/metrics", atMost: 256) { try await targets($0) },
  EndpointRoute("/help", for: .everybody) { _ in .text(200, helpPage) },
]
config.log = { say($0.text) }
let server = try await exporter.startHTTPServer(config)
say("serving http://\(server.boundAddress ?? "")/metrics?target=")
try await server.run(untilSignals: [15, 2], gracePeriod: .seconds(1))
