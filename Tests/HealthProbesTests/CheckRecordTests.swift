// Do thresholds and validity turn results into the right state?

@testable import HealthProbes
import Testing

@Suite("The record of a check")
struct CheckRecordTests {
  struct Sequence: Sendable, CustomTestStringConvertible {
    let results: String
    let failureThreshold: Int
    let successThreshold: Int
    let states: String
    var testDescription: String { "\(results) with \(failureThreshold)/\(successThreshold): \(states)" }
  }

  /// p pass, w warn, f fail, and - for pending.
  static let sequences = [
    Sequence(results: "pfp", failureThreshold: 1, successThreshold: 1, states: "pfp"),
    Sequence(results: "fff", failureThreshold: 3, successThreshold: 1, states: "--f"),
    Sequence(results: "pffpffp", failureThreshold: 3, successThreshold: 1, states: "ppppppp"),
    Sequence(results: "pfffp", failureThreshold: 3, successThreshold: 1, states: "pppfp"),
    Sequence(results: "fppp", failureThreshold: 1, successThreshold: 3, states: "fffp"),
    Sequence(results: "fppfppp", failureThreshold: 1, successThreshold: 3, states: "ffffffp"),
    Sequence(results: "fww", failureThreshold: 1, successThreshold: 2, states: "ffw"),
    Sequence(results: "pwp", failureThreshold: 1, successThreshold: 3, states: "pwp"),
    Sequence(results: "p", failureThreshold: 1, successThreshold: 5, states: "p"),
    Sequence(results: "pfpfpfpf", failureThreshold: 2, successThreshold: 2, states: "pppppppp"),
    Sequence(results: "ffpfpfpp", failureThreshold: 2, successThreshold: 2, states: "-ffffffp"),
  ]

  @Test("Reasons with an age that grows are the same at any time without it")
  func aging() {
    func reasons(_ age: Duration) -> [String] {
      let stale = AgingReason.stale(age, valid: .seconds(2))
      return [AgingReason.hanging(for: age), stale, AgingReason.stuck(for: age)]
    }
    let lasting = reasons(.seconds(3)).map(AgingReason.withoutAge)
    #expect(lasting == reasons(.seconds(300)).map(AgingReason.withoutAge))
    #expect(!lasting.contains { $0.contains("3") })
    #expect(AgingReason.withoutAge("has not 3 s left") == "has not 3 s left")
  }

  @Test("reaches these states", arguments: sequences)
  func thresholds(sequence: Sequence) {
    var record = CheckRecord(
      HealthCheck.Settings(
        failureThreshold: sequence.failureThreshold, successThreshold: sequence.successThreshold))
    var states = ""
    var now = HealthInstant(sinceOrigin: .zero)
    for result in sequence.results {
      now = now + .seconds(10)
      _ = record.store(observation(result), duration: .zero, at: now)
      states.append(letter(record.state(at: now).state))
    }
    #expect(states == sequence.states)
  }

  @Test("turns a result that is too old into a failure, and a new one turns it back at once")
  func validity() {
    var record = CheckRecord(
      HealthCheck.Settings(period: .seconds(10), validity: .seconds(20), successThreshold: 3))
    let start = HealthInstant(sinceOrigin: .seconds(5))
    _ = record.store(HealthObservation(.pass), duration: .zero, at: start)
    #expect(record.state(at: start + .seconds(20)).state == .pass)
    #expect(record.expire(at: start + .seconds(20)) == nil)

    let late = start + .seconds(21)
    #expect(record.state(at: late).state == .fail)
    #expect(record.state(at: late).reason == "the last result is 21 s old and was valid for 20 s")
    #expect(record.expire(at: late)?.to == .fail)
    #expect(record.expire(at: late) == nil, "it is noted once")

    let change = record.store(HealthObservation(.pass), duration: .zero, at: late)
    #expect(change?.from == .fail)
    #expect(change?.to == .pass)
  }

  @Test("keeps the last 32 changes and counts all of them")
  func history() {
    var record = CheckRecord(HealthCheck.Settings())
    for step in 0..<100 {
      let result: HealthResult = step.isMultiple(of: 2) ? .pass : .fail("step \(step)")
      _ = record.store(
        HealthObservation(result), duration: .zero, at: HealthInstant(sinceOrigin: .seconds(step)))
    }
    #expect(record.history.count == 32)
    #expect(record.history.first?.at == HealthInstant(sinceOrigin: .seconds(68)))
    #expect(record.history.last?.reason == "step 99")
    #expect(record.transitionCounts.pass == 50)
    #expect(record.transitionCounts.fail == 50)
  }

  @Test("keeps reasons in one line of bounded length")
  func reasons() {
    var record = CheckRecord(HealthCheck.Settings())
    let hostile = "a\r\n[+]forged ok\u{0}\u{1B}\u{2028}" + String(repeating: "x", count: 1_000_000)
    _ = record.store(
      HealthObservation(.fail(hostile)), duration: .zero, at: HealthInstant(sinceOrigin: .zero))
    let reason = record.state(at: HealthInstant(sinceOrigin: .zero)).reason ?? ""
    #expect(reason.hasPrefix("a\\r\\n[+]forged ok\\u{0}\\u{1B}\\u{2028}xxx"))
    #expect(reason.utf8.count == 1024)
    #expect(reason.hasSuffix("…"))
  }

  private func observation(_ letter: Character) -> HealthObservation {
    switch letter {
    case "p": HealthObservation(.pass)
    case "w": HealthObservation(.warn("slow"))
    default: HealthObservation(.fail("broken"))
    }
  }

  private func letter(_ state: HealthState) -> Character {
    switch state {
    case .pending: "-"
    case .pass: "p"
    case .warn: "w"
    case .fail: "f"
    }
  }
}
