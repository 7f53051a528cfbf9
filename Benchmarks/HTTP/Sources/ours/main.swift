// What of this library is measured? All of it, as an embedder starts it, with SERIES counters to scrape, FAMILIES
// families of one series, and a collector of the host's that returns as many. Prints its port.

import MailObservability

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

let series = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 0 : 0
let families = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 0 : 0
let metrics = try MetricsCollector()

/// What a host asks of something else, and returns anew each time.
struct ManyFamilies: Collector {
  let name = "many"
  let count: Int

  func collect() async throws -> [CollectedFamily] {
    (0..<count).map { CollectedFamily("collected_\($0)", .gauge, help: "One of many.", value: Double($0)) }
  }
}

for family in 0..<families {
  _ = try metrics.registry.register(.counter("family_\(family)_total", help: "One of many."))
}
if families > 0 { try metrics.registry.add(ManyFamilies(count: families)) }
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
