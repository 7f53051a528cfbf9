// Is every scrape whole and true while everything that can happen to a registry happens at once?

import TestSupport
import MailObservability
import ObservabilityPlatform
import Synchronization
import Testing

@Suite("A registry under everything at once")
struct ChurnModelTests {
  /// `TEST_SEED` repeats a run as far as threads allow it, `TEST_ROUNDS` makes it longer.
  @Test("is scraped whole, and loses and doubles nothing", arguments: [SeededGenerator.seed])
  func everything(seed: UInt64) async throws {
    let model = try ChurnModel()
    var config = MetricsConfig.patient
    config.maximumConcurrentScrapes = 64
    config.executorThreshold = nil
    config.includesCreatedSamples = true
    let server = try await model.metrics.startHTTPServer(config)
    let address = try #require(server.boundAddress)
    let workers = try (0..<4).map { try ChurnWorker(model, number: $0, seed: seed &+ UInt64($0), address) }
    // Not on the pool's threads, of which the server needs one.
    let last = await onThread {
      onThreads(workers.count) { workers[$0].work(rounds: SeededGenerator.rounds) }
      return model.problemsAtEnd(of: workers, at: address)
    }
    await server.shutdown(gracePeriod: .zero)
    #expect(model.problems.withLock { $0 } == [], "seed \(seed)")
    #expect(last == [], "seed \(seed)")
  }
}
