// Does a registry answer probes as its checks, declarations, maintenance and draining demand?

import HealthProbes
import Testing

/// A registry on a manual clock, whose hooks are called at once.
func makeRegistry(_ clock: ManualHealthClock = ManualHealthClock()) -> HealthRegistry {
  HealthRegistry(clock: clock, timer: clock, hooks: .inline)
}

func onDemand(
  _ name: String, probes: ProbeSet = .ready, failureThreshold: Int = 1, successThreshold: Int = 1,
  impact: HealthCheck.Impact = .blocks, run: @escaping @Sendable () async throws -> HealthResult
) throws -> HealthCheck {
  try HealthCheck(
    name, probes: probes, mode: .onDemand, failureThreshold: failureThreshold,
    successThreshold: successThreshold, impact: impact, run: run)
}

struct Broken: Error, CustomStringConvertible {
  let description: String
}

@Suite("A health registry")
struct RegistryTests {
  @Test("passes every probe when it has no checks", arguments: HealthProbe.allCases)
  func passesWhenEmpty(probe: HealthProbe) async {
    let answer = await makeRegistry().answer(to: probe)
    #expect(answer.passes)
    #expect(answer.report.status == .healthy)
    #expect(answer.report.checks.isEmpty)
  }

  @Test("keeps a declared name out of service until it is provided, and alive")
  func declaredNames() async throws {
    let health = makeRegistry()
    try health.declare("storage")
    #expect(await health.answer(to: .live).passes)
    for probe in [HealthProbe.ready, .startup, .health] {
      let answer = await health.answer(to: probe)
      #expect(!answer.passes)
      #expect(answer.blockedBy == ["storage"])
      #expect(answer.report.checks.map(\.isProvided) == [false])
    }
    try health.add(onDemand("storage") { .pass })
    for probe in HealthProbe.allCases { #expect(await health.answer(to: probe).passes) }
  }

  @Test("says why a check failed, whether it returned a failure or threw")
  func reasons() async throws {
    let health = makeRegistry()
    try health.add(onDemand("queue") { .fail("too\nlong") })
    try health.add(onDemand("storage") { throw Broken(description: "disk gone") })
    let answer = await health.answer(to: .ready)
    #expect(!answer.passes)
    #expect(answer.report.status == .unhealthy)
    #expect(answer.report.checks.map(\.name) == ["queue", "storage"])
    #expect(answer.report.checks.map(\.reason) == ["too long", "disk gone"])
    #expect(answer.blockedBy == ["queue", "storage"])
  }
}
