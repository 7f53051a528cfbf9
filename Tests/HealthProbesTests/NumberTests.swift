// Does every number that a check or a registry takes work, or is it refused by the check's name?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("Every number of a check", .timeLimit(.minutes(30)))
struct NumberTests {
  static let durations = [
    Duration(secondsComponent: .min, attosecondsComponent: 0), .seconds(-1), .zero, .nanoseconds(1),
    .seconds(1),
    Duration(secondsComponent: .max, attosecondsComponent: 999_999_999_999_999_999),
    // Sums and multiples lead beyond what 64 bits of seconds hold.
    .seconds(Int64.min) * 18, .seconds(Int64.max) * 18,
  ]
  static let integers = [Int.min, -1, 0, 1, 65_535, 65_536, .max]
  static let fractions = [
    -Double.infinity, -.greatestFiniteMagnitude, -1, -0.0, 0, .leastNonzeroMagnitude, 0.5, 1, 2,
    .greatestFiniteMagnitude, .infinity, .nan, .signalingNaN,
  ]

  /// Makes a check and asks it, or finds that it is refused; returns whether it was made.
  @discardableResult
  private func tryOut(_ make: () throws -> HealthCheck) async throws -> Bool {
    do {
      let check = try make()
      let health = HealthRegistry(answerDeadline: .seconds(60))
      try health.add(check)
      let answer = await health.answer(to: .health)
      #expect(answer.report.checks.count == 1)
      return true
    } catch let error as HealthError {
      #expect(error.check == "number")
      #expect(!error.message.isEmpty)
      return false
    }
  }

  @Test("that is a time", arguments: durations)
  func times(value: Duration) async throws {
    for other in Self.durations {
      try await tryOut {
        try .certificateExpiry("number", warnBefore: value) { other }
      }
      try await tryOut { try .fileAge("number", path: "/", warnAfter: value, failAfter: other) }
      try await tryOut {
        try HealthCheck("number", settings: .init(deadline: value, period: other)) { .pass }
      }
      try await tryOut {
        try HealthCheck("number", settings: .init(period: other, validity: value)) { .pass }
      }
    }
  }

  @Test("that is a share or a size", arguments: fractions)
  func shares(value: Double) async throws {
    for other in Self.fractions {
      try await tryOut { try .memory("number", warnAbove: value, failAbove: other) }
      try await tryOut { try .descriptors("number", warnAbove: value, failAbove: other) }
      for bytes in [0, 1, UInt64.max] {
        try await tryOut {
          try .diskSpace("number", path: "/", warnBelow: value, failBelow: other, failBelowBytes: bytes)
        }
      }
    }
  }

  @Test("that is a port or counts", arguments: integers)
  func counts(value: Int) async throws {
    let isPort = try await tryOut { try .tcpConnect("number", host: "127.0.0.1", port: value) }
    #expect(isPort == (1...65_535).contains(value))
    for other in Self.integers {
      let isMade = try await tryOut {
        try HealthCheck("number", settings: .init(failureThreshold: value, successThreshold: other)) { .pass }
      }
      #expect(isMade == (value >= 1 && other >= 1))
    }
  }

  @Test("that is a time is written for people, and becomes seconds", arguments: durations)
  func text(value: Duration) {
    #expect(!value.brief.isEmpty)
    #expect(value.seconds.isFinite && (value.seconds < 0) == (value < .zero))
    let file = judgeFile("/", modified: value, now: .seconds(1_700_000_000), .zero, .zero)
    #expect(file.reason?.hasPrefix("/ was modified ") == true)
  }

  @Test("that is the deadline of answers", arguments: durations)
  func answers(value: Duration) async throws {
    let health = HealthRegistry(answerDeadline: value)
    #expect((.milliseconds(1)...(.seconds(60))).contains(health.answerDeadline))
    try health.add(HealthCheck("immediate", settings: .init(), immediate: { .pass }))
    #expect(await health.answer(to: .ready).passes)
  }

  @Test("that a heartbeat takes", arguments: durations)
  func heartbeats(value: Duration) {
    for other in Self.durations {
      for clock in Self.durations {
        var monitor = HeartbeatMonitor(threshold: value, warning: other, interval: other)
        #expect(monitor.interval > .zero && monitor.threshold >= .milliseconds(10))
        let beat = monitor.tick(at: HealthInstant(sinceOrigin: .zero))
        let now = HealthInstant(sinceOrigin: min(max(clock, .zero), .seconds(1 << 40)))
        _ = monitor.verdict(at: now)
        #expect(beat.flatMap { monitor.ran($0, at: now) } != nil)
      }
    }
  }
}
