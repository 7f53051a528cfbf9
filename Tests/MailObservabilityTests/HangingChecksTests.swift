// Are probes answered in time while checks hang?

import TestSupport
import MailObservability
import Testing

@Suite("Many checks over a socket", .timeLimit(.minutes(30)))
struct HangingChecksTests {
  struct Broken: Error {}

  @Test("Of 50 checks 10 hang for ever and 10 throw: 20 answers of /ready come within the overall deadline")
  func hangingChecks() async throws {
    let metrics = try MetricsCollector(health: HealthRegistry(answerDeadline: .milliseconds(200)))
    for index in 0..<50 {
      // On demand and with a deadline beyond the test: every answer has something that it would wait for.
      try metrics.health.add(
        HealthCheck("check-\(index)", mode: .onDemand, deadline: .seconds(600), period: .seconds(600)) {
          switch index {
          case ..<10:
            // Hangs, and does not hear of cancellation: nobody resumes it.
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
          case ..<20: throw Broken()
          default: break
          }
          return .pass
        })
    }
    let server = try await metrics.startHTTPServer(.patient)
    let address = try #require(server.boundAddress)
    var replies: [Reply?] = []
    for round in 0..<4 {
      // Those that end have ended when the last round begins.
      if round == 3 { #expect(await eventually { metrics.health.statistics.tasksInFlight == 10 }) }
      await withTaskGroup { group in
        for _ in 0..<5 {
          group.addTask { await onThread { HTTPClient.get("/ready?verbose", at: address) } }
        }
        for await reply in group { replies.append(reply) }
      }
    }
    #expect(replies.count == 20)
    for reply in replies {
      let reply = try #require(reply)
      #expect(reply.status == 503)
      // It waits for what hangs as long as it may. That it does not wait longer is tested on a manual clock: here it
      // came at all, and what hangs never does.
      #expect(reply.time >= .milliseconds(190))
    }
    let last = try #require(replies.last ?? nil).body
    for index in 0..<50 {
      let line =
        index < 10
        ? "[-]check-\(index) failed: not known yet"
        : index < 20 ? "[-]check-\(index) failed: Broken()" : "[+]check-\(index) ok"
      #expect(last.contains(line + "\n"))
    }
    // One task a check, however often it was asked for.
    #expect(metrics.health.statistics.peakTasksInFlight <= 50)
    #expect(metrics.health.statistics.runsStarted == 50)
    #expect(metrics.health.statistics.answersAtDeadline == 20)
    await server.shutdown()
  }
}
