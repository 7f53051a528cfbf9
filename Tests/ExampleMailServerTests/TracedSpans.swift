// What do tests ask of the spans of a server?

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing
import TraceSpans

@testable import example_mail_server

extension TestServer {
  /// Spans that have ended since the last call.
  func endedSpans() -> [SpanRecording] { metrics.tracing.tracer.queue?.take(.max) ?? [] }

  /// Sends a script in one piece, and reads all answers to it.
  func converse(_ script: String) async throws -> String {
    let client = try await connect()
    _ = try await client.receive(until: "220 ")
    try await client.send(script)
    return try await client.receive()
  }

  /// Waits until no attempt runs, and what was due has been attempted.
  func attemptsHaveEnded() async {
    queue.wake()
    let active = metrics.queue.messages[.active]
    for _ in 0..<3 {
      await Task(executorPreference: loop) {}.value
      #expect(await eventually { active.value == 0 })
    }
  }

  /// Waits until no session is open.
  func sessionsHaveEnded() async {
    let active = metrics.connections.active[.smtp]
    #expect(await eventually { active.value == 0 })
  }

  /// Whether each span that was started has ended once, and is in the exporter's queue or was taken from it.
  func expectAllEnded(_ location: SourceLocation = #_sourceLocation) {
    let counts = metrics.tracing.tracer.statistics
    #expect(counts.sampled == counts.queued, sourceLocation: location)
    #expect((counts.abandoned, counts.changesAfterEnd) == (0, 0), sourceLocation: location)
  }
}

extension SpanRecording {
  func text(_ key: String) -> String? {
    guard case .string(let text) = attribute(key) else { return nil }
    return text
  }

  func number(_ key: String) -> Int? {
    guard case .integer(let number) = attribute(key) else { return nil }
    return number
  }

  var hasFailed: Bool { if case .error = status { true } else { false } }
  var isAttempt: Bool { name.hasPrefix("deliver ") }
  /// All that it says, but for the identifiers by which messages are found.
  var texts: [String] {
    let attributes = contents.attributes.attributes + contents.events.flatMap(\.attributes.attributes)
    return [name] + contents.events.map(\.name)
      + attributes.filter { $0.key != "mail.message_id" }.map { "\($0.value)" }
  }
}

extension TracingConfig {
  /// With room for the spans of a long test.
  static func test(trusting peers: [String] = []) -> TracingConfig {
    var config = TracingConfig(serviceName: "test")
    config.queueSize = 1 << 16
    config.trustedPeers = peers.compactMap { IPNetwork($0) }
    return config
  }
}
