// How does an exporter of a file run? `cpustat-exporter [ADDRESS [FILE]]`

import CPUStat
import CPUStatExporter
import Foundation
import MailObservability

// Who reads the log may go, and that must not end the program: by default the system does, and so does a writing that
// does not throw.
signal(SIGPIPE, SIG_IGN)
func say(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8)) }

let arguments = CommandLine.arguments.dropFirst()
let file = arguments.dropFirst().first ?? "/proc/stat"
let calls = BlockingCalls(limit: 1)
let exporter = try MetricsCollector(namespace: "exporter", groups: [])
try exporter.registry.add(
  CPUStatCollector { try await calls.run(file, within: .seconds(5)) { try CPUStat.read(file) } })

var config = MetricsConfig(bindAddress: arguments.first ?? "127.0.0.1:8888")
config.serviceName = "cpustat exporter"
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
