// When is this server healthy? Each check asks a part to do what it is for, and belongs to readiness: none of
// these would be repaired by a restart.

import MailObservability

extension MailServer {
  func addHealthChecks() throws {
    let (store, queue, faults) = (store, queue, faults)
    // The store is what start-up waits for, too: before it has been open once, there is no server to speak of.
    try add("storage", probes: [.ready, .startup]) {
      try store.check()
      return .pass
    }
    try add("queue") { queue.isAccepting ? .pass : .fail("the queue takes no messages") }
    try add("authentication") {
      faults.isActive(.authentication) ? .fail("the directory does not answer") : .pass
    }
    try add("delivery") { faults.isActive(.delivery) ? .fail("remote mail is deferred") : .pass }
    // One of the library's own checks: without descriptors there are no new sessions.
    try metrics.health.add(.descriptors())
  }

  private func add(
    _ name: String, probes: ProbeSet = .ready, _ run: @escaping @Sendable () async throws -> HealthResult
  ) throws {
    try metrics.health.add(HealthCheck(name, probes: probes, period: .seconds(1), run: run))
  }
}
