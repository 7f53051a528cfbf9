// Do the documentation's tests of a host's metrics pass?

import MailObservability
import MetricParsing
import Synchronization
import Testing

/// What the tests are about: a session as a host writes it.
struct Session {
  private let metrics: MetricsCollector
  private let timer: Histogram.Timer

  init(metrics: MetricsCollector) {
    self.metrics = metrics
    timer = metrics.startSMTPSessionTimer()
  }

  func refuse(_ recipient: String) { metrics.smtp.messagesRejected[.unknownRecipient].increment() }

  func end() { timer.observe() }
}

/// Nanoseconds that a test moves.
final class ManualClock: Sendable {
  private let now = Atomic<UInt64>(0)
  var clock: MonotonicClock { MonotonicClock { self.now.load(ordering: .relaxed) } }
  func advance(bySeconds seconds: UInt64) { now.add(seconds * 1_000_000_000, ordering: .relaxed) }
}

struct MetricsTests {
  @Test("counts a recipient that is refused, by its reason")
  func refusal() async throws {
    let metrics = try MetricsCollector(namespace: "mx")
    let session = Session(metrics: metrics)

    session.refuse("nobody@example.com")

    #expect(metrics.smtp.messagesRejected[.unknownRecipient].value == 1)
    let rejected = "mx_smtp_messages_rejected_total"
    #expect(await metrics.registry.value(rejected, ["reason": "unknown_recipient"]) == 1)
  }

  @Test("records how long a session took")
  func duration() async throws {
    let manual = ManualClock()
    let metrics = try MetricsCollector(clock: manual.clock)
    let session = Session(metrics: metrics)

    manual.advance(bySeconds: 3)
    session.end()

    #expect(metrics.smtp.sessionDuration.snapshot.sum == 3)
    let bucket = "rusmes_smtp_session_duration_seconds_bucket"
    #expect(await metrics.registry.value(bucket, ["le": "1.0"]) == 0)
    #expect(await metrics.registry.value(bucket, ["le": "5.0"]) == 1)
  }

  @Test("records nothing that makes no sense")
  func nothingRefused() async throws {
    let metrics = try MetricsCollector()
    let session = Session(metrics: metrics)
    session.end()

    let text = await metrics.registry.text()
    let refused = text.split(separator: "\n").filter { $0.hasPrefix("rusmes_observability_rejected_total{") }
    #expect(!refused.isEmpty && refused.allSatisfy { $0.hasSuffix(" 0") })
  }

  @Test("is not ready before the store has been opened")
  func readiness() async throws {
    let metrics = try MetricsCollector()
    try metrics.health.declare("storage")

    let endpoints = try metrics.endpoints()
    let ready = try await endpoints.respond(to: EndpointRequest(target: "/ready"))
    let live = try await endpoints.respond(to: EndpointRequest(target: "/live"))

    #expect(ready.status == 503 && live.status == 200)
  }

  @Test("is named and labelled as Prometheus advises")
  func linted() async throws {
    let metrics = try MetricsCollector()
    let scrape = try ParsedExposition(await metrics.registry.text(), .text)
    let findings = MetricLinter().findings(in: scrape)
    #expect(findings.isEmpty, "\(findings)")
  }
}
