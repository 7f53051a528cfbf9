// Do the documentation's tests of a host's metrics pass?

import MailObservability
import MailObservabilityTesting
import MetricParsing
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

/// What keeps the mail.
actor Store {
  private var isOpen = true

  func close() { isOpen = false }

  func ping() throws -> HealthResult { isOpen ? .pass : .fail("closed") }
}

struct MetricsTests {
  @Test("counts a recipient that is refused, by its reason")
  func refusal() async throws {
    let metrics = try MetricsCollector(namespace: "mx")
    let session = Session(metrics: metrics)

    session.refuse("nobody@example.com")

    #expect(metrics.smtp.messagesRejected[.unknownRecipient].value == 1)
    let rejected = "mx_smtp_messages_rejected_total"
    #expect(try await metrics.value(of: rejected, labels: ["reason": "unknown_recipient"]) == 1)
  }

  @Test("records how long a session took")
  func duration() async throws {
    let clock = ManualClock()
    let metrics = try MetricsCollector(clock: clock.monotonic)
    let session = Session(metrics: metrics)

    clock.advance(by: .seconds(3))
    session.end()

    #expect(metrics.smtp.sessionDuration.snapshot.sum == 3)
    let bucket = "rusmes_smtp_session_duration_seconds_bucket"
    #expect(try await metrics.value(of: bucket, labels: ["le": "1"]) == 0)
    #expect(try await metrics.value(of: bucket, labels: ["le": "5"]) == 1)
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

  @Test("exposes what the dashboard reads")
  func exposition() async throws {
    let metrics = try MetricsCollector(namespace: "mx")
    let hits = try metrics.registry.register(
      .counter("greylisted_total", help: "Recipients put off by greylisting."), byBounded: "list", limit: 100)
    hits.increment("lists.example.org")
    hits.increment("example.com")

    try await expectMetrics(
      in: metrics,
      equals: """
        # HELP mx_greylisted_total Recipients put off by greylisting.
        # TYPE mx_greylisted_total counter
        mx_greylisted_total{list="example.com"} 1
        mx_greylisted_total{list="lists.example.org"} 1
        """)
  }

  @Test("notices within two periods that the store is gone")
  func check() async throws {
    let clock = ManualClock()
    let metrics = try MetricsCollector(health: HealthRegistry(clock: clock), clock: clock.monotonic)
    let store = Store()
    try metrics.health.add(HealthCheck("storage", period: .seconds(10)) { try await store.ping() })
    metrics.health.start()
    await metrics.health.finishRuns()
    #expect(metrics.health.report().checks.map(\.lastResult) == [.pass])

    await store.close()
    await clock.advance(by: .seconds(20), finishing: metrics.health)

    #expect(metrics.health.report().checks.map(\.lastResult) == [.fail("closed")])
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

  @Test("keeps to the rules")
  func rules() async throws {
    let metrics = try MetricsCollector()

    let errors = try await lint(metrics).filter { $0.severity == .error }

    #expect(errors.isEmpty)
  }

  @Test("is named and labelled as Prometheus advises")
  func linted() async throws {
    let metrics = try MetricsCollector()
    let scrape = try ParsedExposition(await metrics.registry.text(), .text)
    let findings = MetricLinter().findings(in: scrape)
    #expect(findings.isEmpty, "\(findings)")
  }
}
