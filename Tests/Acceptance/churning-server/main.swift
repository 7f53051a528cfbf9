// What does a server look like whose series come and go all the time, at more than any mail server's pace?
//
// Serves the library's own endpoints on a free port, which it prints, and removes, makes again and expires series until its
// standard input ends. Then it prints how often. With an argument it also has that many that nothing changes.

import MailObservability
import ObservabilityPlatform
import Synchronization

let metrics = try MetricsCollector(groups: [])
if let steady = CommandLine.arguments.dropFirst().first.flatMap({ Int($0) }) {
  let family = try metrics.registry.register(
    .counter("steady_total", help: "Recorded before the server was started."), byBounded: "number",
    limit: steady)
  for number in 0..<steady { family["number \(number)"].increment(by: number &* 7919 % 100_003) }
}
let server = try await metrics.startHTTPServer(MetricsConfig(bindAddress: "127.0.0.1:0"))
guard let address = server.boundAddress else { preconditionFailure("no address") }
print("listening \(address)")
fflush(nil)

let domains = try metrics.registry.register(
  .counter("domains_total", help: "Recorded, removed and made again."), byBounded: "domain", limit: 9000)
let sessions = try metrics.registry.register(
  .gauge("sessions", help: "Expire when nobody looks."), byBounded: "peer", limit: 3000,
  idleTimeout: .seconds(1))
let waits = try metrics.registry.register(
  .histogram("waits_seconds", help: "Unregistered now and then.", unit: "seconds"), byBounded: "host")
let hasEnded = Atomic<Bool>(false)
let removed = Atomic<Int>(0)
let expired = Atomic<Int>(0)

func repeating(_ name: String, _ body: @escaping @Sendable (Int) -> Void) throws -> SystemThread {
  try .start(name: name) {
    var turn = 0
    while !hasEnded.load(ordering: .relaxed) {
      body(turn)
      turn &+= 1
      // Most of the machine is for others.
      if turn % 100 == 0 { usleep(5000) }
    }
  }
}

let threads = [
  try repeating("recorder") { turn in
    domains["\(turn &* 7919 % 8000).domain.example"].increment(by: 3)
    // A few at a time, so that the others expire.
    sessions["peer \(turn / 2000 % 100 * 15 + turn % 15)"].set(turn)
    if turn % 10 == 0 { waits["host \(turn % 400)"].observe(.milliseconds(turn % 900)) }
  },
  try repeating("remover") { turn in
    if domains.remove("\(turn &* 104_729 % 8000).domain.example") { removed.add(1, ordering: .relaxed) }
    if turn % 20_000 == 0 { expired.add(sessions.expireIdle(after: .milliseconds(50)), ordering: .relaxed) }
  },
]

await withCheckedContinuation { continuation in
  let waiting = try? SystemThread.start(name: "input") {
    var byte: UInt8 = 0
    while read(0, &byte, 1) > 0 {}
    continuation.resume()
  }
  waiting?.detach()
}
hasEnded.store(true, ordering: .relaxed)
for thread in threads { thread.join() }
await server.shutdown(gracePeriod: .zero)
print("removed \(removed.load(ordering: .relaxed)), expired \(expired.load(ordering: .relaxed))")
