// What does a scrape show while the cooperative pool runs nothing?

import EndpointMessages
import MetricInstruments
import ObservabilityPlatform
import TestSupport
@testable import ObservabilityEndpoints
import Testing

@Suite("A scrape while the pool is stuck")
struct StuckPoolTests {
  /// A collector of the library's own.
  struct Own: SynchronousCollector {
    let name = "own"
    func read() -> [CollectedFamily] { [CollectedFamily("own", .gauge, help: "", value: 1)] }
  }
  struct Host: Collector {
    let name = "host"
    let gate = Gate()
    func collect() async -> [CollectedFamily] {
      await gate.pass()
      return [CollectedFamily("host", .gauge, help: "", value: 1)]
    }
  }

  private let clock = ManualClock()
  private let host = Host()
  /// How long the pool has run nothing.
  private let delay = Locked(Duration.zero)
  private let service: Service

  init() throws {
    service = try Service(timer: clock) { [delay] settings in
      settings.poolPatience = .milliseconds(500)
      settings.poolDelay = { delay.withLock { $0 } }
    }
    try service.registry.register(.counter("a_total", help: "")).increment()
    try service.registry.add(host)
    service.registry.set(own: Own())
  }

  private func scrape() -> Task<Answer, any Error> {
    Task { [service] in try await service.get("/metrics") }
  }

  private func expect(_ answer: Answer, withHost isShown: Bool) {
    #expect(answer.status == 200)
    let success = isShown ? 1 : 0
    for line in [
      "mail_a_total 1", "own 1", "mail_collector_success{collector=\"own\"} 1",
      "mail_collector_success{collector=\"host\"} \(success)",
    ] {
      #expect(answer.body.contains("\n\(line)\n"), "\(line)")
    }
    #expect(answer.body.contains("\nhost 1\n") == isShown)
  }

  @Test("asks no collector that needs it, and shows the rest")
  func stuckBefore() async throws {
    delay.withLock { $0 = .milliseconds(500) }
    expect(try await scrape().value, withHost: false)
    #expect(host.gate.visits == 0)
    delay.withLock { $0 = .zero }
    host.gate.open()
    expect(try await scrape().value, withHost: true)
  }

  @Test("shows what is read from a closure on a thread of its own")
  func closure() async throws {
    try service.registry.gauge("closure", help: "") { 5 }
    for isStuck in [true, false, true] {
      delay.withLock { $0 = isStuck ? .seconds(3600) : .zero }
      host.gate.open()
      let answer = try await scrape().value
      expect(answer, withHost: !isStuck)
      #expect(answer.body.contains("\nmail_closure 5\n"))
    }
  }

  @Test("waits no longer for one that has begun when it comes to be stuck")
  func stuckMeanwhile() async throws {
    let scrape = scrape()
    await host.gate.entered()
    // For its next look.
    let isWaiting = await eventually { [clock] in clock.pendingCalls == 1 }
    #expect(isWaiting)
    clock.advance(by: .milliseconds(500))
    delay.withLock { $0 = .seconds(1) }
    clock.advance(by: .milliseconds(500))
    expect(try await scrape.value, withHost: false)
    host.gate.open()
  }

  @Test("waits for one that has begun as long as the pool runs something")
  func slowOnly() async throws {
    let scrape = scrape()
    await host.gate.entered()
    let isWaiting = await eventually { [clock] in clock.pendingCalls == 1 }
    #expect(isWaiting)
    for _ in 0..<20 { clock.advance(by: .milliseconds(500)) }
    #expect(clock.pendingCalls == 1)
    host.gate.open()
    expect(try await scrape.value, withHost: true)
  }
}
