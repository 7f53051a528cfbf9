// What of this library is measured? All of it, as an embedder starts it, with SERIES counters to scrape.
// Prints its port.

import MailObservability

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

let series = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 0 : 0
let metrics = try MetricsCollector()
for family in 0..<(series / 1000) {
  let counters = try metrics.registry.register(
    .counter("bench_\(family)_total", help: "One of many."), byBounded: "host", limit: 1000)
  for host in 0..<1000 { counters["host-\(host).example.com"].increment(by: UInt64(host)) }
}
let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
if let address = server.boundAddress {
  print(address.split(separator: ":").last.map(String.init) ?? "")
  fflush(nil)
}
try await server.run()
