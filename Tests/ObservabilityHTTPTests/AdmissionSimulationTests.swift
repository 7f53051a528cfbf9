// Does admission reach its goals, whoever comes?

import Testing

@testable import ObservabilityHTTP

@Suite("Admission simulated", .timeLimit(.minutes(30)))
struct AdmissionSimulationTests {
  private static let places = AdmissionSimulation.regular + AdmissionSimulation.reserve
  /// A kubelet gives up after a second; a tenth of it is the goal.
  private static let goal: Int64 = 100_000_000

  private func run(
    _ load: AdmissionSimulation.Load, policy: AdmissionSimulation.Policy = .admission, seed: UInt64
  ) -> AdmissionSimulation.Outcome {
    AdmissionSimulation.run(load, policy: policy, seed: seed)
  }

  @Test(
    "Beyond the limit at least half of the goodput remains, probes are in time and no scraper is refused",
    arguments: [2, 4, 10])
  func goodput(times: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    let before = run(.init(busy: Self.places), seed: seed)
    let after = run(.init(busy: Self.places * times), seed: seed)
    let ratio = after.goodput / before.goodput
    print(
      "admission, \(times) times: goodput \(ratio), worst probe \(after.worstProbe / 1_000_000) ms, seed \(seed)"
    )
    #expect(ratio >= 0.5, "seed \(seed)")
    #expect(after.unansweredProbes <= 2 && after.worstProbe <= Self.goal, "seed \(seed)")
    #expect(after.scrapes > 10 && after.refusedScrapes == 0, "seed \(seed)")
    #expect(after.cut <= 5, "seed \(seed)")
  }

  @Test("A thousand clients of a server as it is by default do not keep a probe waiting for long")
  func thousand() {
    let seed = UInt64.random(in: 0 ... .max)
    let before = run(.init(busy: 272, regular: 256, reserve: 16), seed: seed)
    let after = run(.init(busy: 1000, regular: 256, reserve: 16), seed: seed)
    #expect(after.goodput / before.goodput >= 0.5, "seed \(seed)")
    #expect(after.unansweredProbes <= 2 && after.worstProbe <= Self.goal, "seed \(seed)")
    #expect(after.scrapes > 10 && after.refusedScrapes == 0, "seed \(seed)")
  }

  @Test(
    "Clients that ask for other things than probes leave the probes alone",
    arguments: [2, 4])
  func others(times: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    let before = run(.init(busy: Self.places, busyAskForProbes: false), seed: seed)
    let after = run(.init(busy: Self.places * times, busyAskForProbes: false), seed: seed)
    #expect(after.goodput / before.goodput >= 0.5, "seed \(seed)")
    #expect(after.worstProbe <= Self.goal, "seed \(seed)")
  }

  @Test(
    "Clients that connect and say nothing keep neither probes nor scrapers nor the busy away",
    arguments: [36, 360])
  func silent(count: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    let before = run(.init(busy: 16), seed: seed)
    let after = run(.init(busy: 16, silent: count), seed: seed)
    #expect(after.goodput / before.goodput >= 0.3, "seed \(seed)")
    #expect(after.worstProbe <= Self.goal, "seed \(seed)")
    #expect(after.refusedScrapes == 0, "seed \(seed)")
  }

  @Test(
    "The model tells a bad policy: when the newest wins, thousands are cut off whose requests are on their way"
  )
  func newestWins() {
    #expect(run(.init(busy: Self.places * 4), policy: .newestWins, seed: 1).cut > 1000)
  }
}
