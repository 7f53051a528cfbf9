// Is an answer that is known at once the one that asking would give?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("A known outcome")
struct KnownOutcomeTests {
  @Test("is the answer, in every state that needs no check to run", arguments: HealthProbe.allCases)
  func sameAsAnswer(probe: HealthProbe) async throws {
    let states: [(HealthRegistry) throws -> Void] = [
      { _ in }, { $0.setMaintenance("upgrade") }, { $0.setMaintenance(nil) }, { $0.setDraining(true) },
      { $0.setDraining(false) }, { try $0.declare("storage") },
    ]
    let health = makeRegistry()
    // What is declared before the first answer keeps start-up from being complete.
    let other = makeRegistry()
    try other.declare("storage")
    #expect(other.knownOutcome(of: probe) == (probe == .live))
    for (index, change) in states.enumerated() {
      try change(health)
      let known = health.knownOutcome(of: probe)
      let answered = await health.answer(to: probe).passes
      #expect(known == answered, "after change \(index)")
    }
  }

  @Test("is there once a check's result is, and says what it said")
  func afterRun() async throws {
    let health = makeRegistry()
    try health.add(onDemand("storage") { .fail("gone") })
    #expect(health.knownOutcome(of: .live) == true)
    #expect(health.knownOutcome(of: .ready) == nil)
    #expect(await !health.answer(to: .ready).passes)
    #expect(health.knownOutcome(of: .ready) == false)
  }

  @Test("asks an immediate check, and believes it for a moment")
  func immediate() throws {
    let clock = ManualClock()
    let health = makeRegistry(clock)
    let says = Locked<HealthResult>(.pass)
    let check = try HealthCheck(
      "executor", settings: .init(probes: .live), immediate: { says.withLock { $0 } })
    try health.add(check)
    #expect(health.knownOutcome(of: .live) == true)
    says.withLock { $0 = .fail("stuck") }
    clock.advance(by: .milliseconds(11))
    #expect(health.knownOutcome(of: .live) == false)
    says.withLock { $0 = .pass }
    #expect(health.knownOutcome(of: .live) == false)
    clock.advance(by: .milliseconds(11))
    #expect(health.knownOutcome(of: .live) == true)
  }

  @Test("counts as an answer, each time")
  func counted() {
    let health = makeRegistry()
    for _ in 0..<3 {
      let before = health.statistics.answers
      _ = health.knownOutcome(of: .live)
      #expect(health.statistics.answers != before)
    }
  }

  @Test("is unknown again when a result is too old to be used")
  func old() async throws {
    let clock = ManualClock()
    let health = makeRegistry(clock)
    try health.add(onDemand("storage") { .pass })
    #expect(await health.answer(to: .ready).passes)
    #expect(health.knownOutcome(of: .ready) == true)
    clock.advance(by: .seconds(365 * 86_400))
    #expect(health.knownOutcome(of: .ready) == nil)
  }

  @Test("is another's when another server is asked")
  func askers() throws {
    let health = makeRegistry()
    let (first, second) = (health.makeLease(), health.makeLease())
    for lease in [first, second] { try health.begin(lease, lending: nil) }
    for lease in [first, second] { #expect(health.knownOutcome(of: .ready, for: lease) == true) }
    health.drain(second)
    #expect(health.knownOutcome(of: .ready, for: second) == false)
    #expect(health.knownOutcome(of: .ready, for: first) == true)
    #expect(health.knownOutcome(of: .ready, for: second) == false)
  }
}
