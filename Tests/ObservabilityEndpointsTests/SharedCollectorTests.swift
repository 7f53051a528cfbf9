// Can one client's patience cost another client the values of a collector?

import TestSupport
import EndpointMessages
import ObservabilityPlatform
import MetricInstruments
@testable import ObservabilityEndpoints
import Testing

@Suite("A collector that scrapes share")
struct SharedCollectorTests {
  /// Takes as long as the test wants, and gives up when it is cancelled.
  struct Slow: Collector {
    let name = "slow"
    let gate = Gate()
    let isCancelled = Flag()

    func collect() async throws -> [CollectedFamily] {
      await withTaskCancellationHandler {
        await gate.pass()
      } onCancel: {
        isCancelled.set()
      }
      try Task.checkCancellation()
      return [CollectedFamily("slow", .gauge, help: "", value: 1)]
    }
  }

  private let clock = ManualClock()
  private let slow = Slow()
  private let service: Service

  init() throws {
    service = try Service(timer: clock)
    try service.registry.add(slow)
  }

  private func scrape(timeout: Double = 10) -> Task<Answer, any Error> {
    Task { [service] in
      try await service.get("/metrics", headers: ["X-Prometheus-Scrape-Timeout-Seconds": "\(timeout)"])
    }
  }

  /// Lets scrapes run until so many wait.
  ///
  /// - Parameter isLeft: whether the scrape that began the run waits no longer, which leaves it with a deadline.
  private func waiting(_ scrapes: Int, isLeft: Bool = false) async {
    await slow.gate.entered()
    let isWaiting = await eventually { [clock] in clock.pendingCalls == scrapes + (isLeft ? 1 : 0) }
    #expect(isWaiting)
  }

  private func expect(_ answer: Answer, toHaveTheValue hasValue: Bool) {
    #expect(answer.status == 200)
    let success = hasValue ? 1 : 0
    #expect(answer.body.contains("mail_collector_success{collector=\"slow\"} \(success)\n"))
    #expect(answer.body.contains("\nslow 1\n") == hasValue)
  }

  @Test("costs a client with a short time-out its own answer only, however often it comes")
  func shortTimeouts() async throws {
    let impatient = scrape(timeout: 0.01)
    await waiting(1)
    let patient = scrape()
    await waiting(2)
    clock.advance(by: .milliseconds(10))
    expect(try await impatient.value, toHaveTheValue: false)
    for _ in 0..<20 {
      let impatient = scrape(timeout: 0.01)
      await waiting(2, isLeft: true)
      clock.advance(by: .milliseconds(10))
      expect(try await impatient.value, toHaveTheValue: false)
    }
    #expect(!slow.isCancelled.isSet)
    slow.gate.open()
    expect(try await patient.value, toHaveTheValue: true)
    #expect(slow.gate.visits == 1)
  }

  @Test("goes on when the client that came first hangs up")
  func hangsUp() async throws {
    let first = scrape()
    await waiting(1)
    let second = scrape()
    await waiting(2)
    first.cancel()
    _ = try await first.value
    #expect(!slow.isCancelled.isSet)
    slow.gate.open()
    expect(try await second.value, toHaveTheValue: true)
  }

  @Test("goes on when nobody waits any more, for the client that comes next")
  func nobodyWaits() async throws {
    let impatient = scrape(timeout: 0.01)
    await waiting(1)
    clock.advance(by: .milliseconds(10))
    expect(try await impatient.value, toHaveTheValue: false)
    #expect(!slow.isCancelled.isSet)
    let patient = scrape()
    await waiting(1, isLeft: true)
    slow.gate.open()
    expect(try await patient.value, toHaveTheValue: true)
    #expect(slow.gate.visits == 1)
  }

  @Test("is cancelled at the server's deadline, and not waited for again before it has returned")
  func deadline() async throws {
    let first = scrape(timeout: 3600)
    await waiting(1)
    clock.advance(by: .seconds(17))
    #expect(!slow.isCancelled.isSet)
    // Its own time would not be up for long.
    let second = scrape(timeout: 3600)
    await waiting(2)
    clock.advance(by: .seconds(1))
    expect(try await first.value, toHaveTheValue: false)
    expect(try await second.value, toHaveTheValue: false)
    #expect(slow.isCancelled.isSet)
    // Cancelled it is, but it has not returned.
    expect(try await scrape().value, toHaveTheValue: false)
    #expect(slow.gate.visits == 1)
    slow.gate.open()
    // It returns in its own time.
    #expect(await eventually { (try? await scrape().value.body.contains("\nslow 1\n")) ?? false })
  }
}
