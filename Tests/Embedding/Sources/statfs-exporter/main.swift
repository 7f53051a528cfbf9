// How does an exporter of a system call run? `statfs-exporter [ADDRESS [PATH...]]`

import FilesystemExporter
import Foundation
import MailObservability

func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

let arguments = CommandLine.arguments.dropFirst()
let paths = arguments.count > 1 ? Array(arguments.dropFirst()) : ["/"]
let exporter = try MetricsCollector(namespace: "exporter", groups: [])
try exporter.registry.add(FilesystemCollector(paths, log: say))

var config = MetricsConfig(bindAddress: arguments.first ?? "127.0.0.1:8889")
config.serviceName = "statfs exporter"
config.log = { say($0.text) }
let server = try await exporter.startHTTPServer(config)
say("serving http://\(server.boundAddress ?? "")/metrics")
try await server.run(untilSignals: [15, 2], gracePeriod: .seconds(1))
