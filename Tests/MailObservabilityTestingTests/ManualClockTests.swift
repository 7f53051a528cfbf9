// Does a test's clock drive timers and checks, whatever it is told?

import MailObservability
import MailObservabilityTesting
import ObservabilityPlatform
import TestSupport
import Testing

@Suite("A manual clock")
struct ManualClockTests {
  @Test("moves timers of the catalogue")
  func timers() async throws {
    let clock = ManualClock()
    let metrics = try MetricsCollector(namespace: "mx", clock: clock.monotonic)
    let timer = metrics.startSMTPSessionTimer()
    clock.advance(by: .milliseconds(3_500))
    timer.observe()
    #expect(clock.elapsed == .milliseconds(3_500))
    #expect(try await metrics.value(of: "mx_smtp_session_duration_seconds_sum") == 3.5)
  }

  @Test("is moved by each of several callers at once by what they ask for")
  func several() {
    let clock = ManualClock()
    // As if another thread had come in between.
    _ = clock.schedule(after: .seconds(1)) { onThreads(1) { _ in clock.advance(by: .seconds(5)) } }
    clock.advance(by: .seconds(5))
    #expect(clock.elapsed == .seconds(10))
    onThreads(4) { _ in
      for _ in 0..<250 {
        _ = clock.schedule(after: .milliseconds(500)) {}
        clock.advance(by: .seconds(1))
      }
    }
    #expect(clock.elapsed == .seconds(1_010) && clock.pendingCalls == 0)
  }

  @Test("comes to an end at the last moment that there is, whatever asks for ever more calls")
  func lastMoment() async throws {
    let clock = ManualClock()
    let fired = Locked(0)
    @Sendable func again() {
      let count = fired.withLock { count in
        count += 1
        return count
      }
      // Where this never ended, it ends as a failure.
      if count < 1_000 { _ = clock.schedule(after: .seconds(Int64.max / 4), again) }
    }
    _ = clock.schedule(after: .seconds(1), again)
    for _ in 0..<3 { clock.advance(by: .seconds(Int64.max)) }
    clock.jump(by: .seconds(Int64.max))
    #expect(clock.elapsed == .seconds(Int64.max) && 2...5 ~= fired.withLock { $0 })
    let health = HealthRegistry(clock: clock)
    await clock.advance(by: .seconds(Int64.max), finishing: health)
    #expect(clock.elapsed == .seconds(Int64.max) && clock.pendingCalls == 1)
  }

  @Test("runs checks when it is moved, and only then")
  func checks() async throws {
    let clock = ManualClock()
    let health = HealthRegistry(clock: clock)
    let runs = Locked(0)
    try health.add(
      HealthCheck("storage", period: .seconds(10)) {
        runs.withLock { $0 += 1 }
        return .pass
      })
    health.start()
    await health.finishRuns()
    for _ in 0..<5 {
      let before = runs.withLock { $0 }
      await clock.advance(by: .seconds(20), finishing: health)
      // The periods of checks are spread a little.
      #expect(before + 1...before + 3 ~= runs.withLock { $0 })
    }
    #expect(health.statistics.deadlinesExceeded == 0 && health.report().checks.map(\.state) == [.pass])
    health.stop()
    let last = runs.withLock { $0 }
    await clock.advance(by: .seconds(100), finishing: health)
    #expect(runs.withLock { $0 } == last)
  }

  @Test("ends the waiting for a check that hangs at its deadline")
  func deadline() async throws {
    let clock = ManualClock()
    let health = HealthRegistry(clock: clock)
    let gate = Gate()
    try health.add(
      HealthCheck("storage", deadline: .seconds(2)) {
        await gate.pass()
        return .pass
      })
    health.start()
    clock.advance(by: .seconds(20))
    await gate.entered()
    clock.advance(by: .seconds(3))
    #expect(health.statistics.deadlinesExceeded == 1)
    gate.open()
    await health.finishRuns()
  }

  @Test(
    "takes any duration",
    arguments: [Duration.seconds(Int64.min), .seconds(-1), .zero, .nanoseconds(1), .seconds(Int64.max)])
  func extremes(_ duration: Duration) throws {
    let clock = ManualClock()
    let histogram = try Registry(clock: clock.monotonic).register(
      .histogram("x_seconds", help: "X", buckets: [1]))
    let timer = histogram.startTimer()
    for _ in 0..<3 {
      clock.advance(by: duration)
      clock.advance(by: duration + duration)
    }
    timer.observe()
    #expect(clock.elapsed >= .zero)
  }
}
