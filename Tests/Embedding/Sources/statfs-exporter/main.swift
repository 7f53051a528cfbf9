// How does an exporter of a system call run? `statfs-exporter [ADDRESS [PATH...]]`

import FilesystemExporter
import Foundation
import MailObservability

// Who reads the log may go, and that must not end the program: by default the system does, and so does a writing that
// does not throw.
signal(SIGPIPE, SIG_IGN)
func say(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8)) }

let arguments = CommandLine.arguments.dropFirst()
let paths = arguments.count > 1 ? Array(arguments.dropFirst()) : ["/"]
let exporter = try MetricsCollector(namespace: "exporter", groups: [])
// A collector must not wait for whoever reads the log.
let lines = BlockingCalls(limit: 1)
try exporter.registry.add(
  FilesystemCollector(
    paths, log: { line in Task { try? await lines.run("log", within: .seconds(5)) { say(line) } } }))

var config = MetricsConfig(bindAddress: arguments.first ?? "127.0.0.1:8889")
config.serviceName = "statfs exporter"
config.log = { say($0.text) }
do {
  let server = try await exporter.startHTTPServer(config)
  say("serving http://\(server.boundAddress ?? "")/metrics")
  try await server.run(untilSignals: [15, 2], gracePeriod: .seconds(1))
} catch {
  // Such as an address that is in use.
  say("\(error)")
  exit(1)
}
