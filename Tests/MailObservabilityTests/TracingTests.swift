// Does each piece of a mail server's work become the span that it should, without a word on people?

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("Tracing of a mail server")
struct TracingTests {
  private static func started(
    _ change: (inout TracingConfig) -> Void = { _ in }
  ) throws -> MetricsCollector {
    let metrics = try MetricsCollector()
    var config = TracingConfig(serviceName: "mx1")
    change(&config)
    try metrics.startTracing(config)
    return metrics
  }

  private static func spans(_ metrics: MetricsCollector) -> [SpanRecording] {
    guard let recent = metrics.tracing.tracer.recent else { return [] }
    return recent.families.flatMap { recent.traces(of: $0.name, .newest) }.flatMap(\.spans)
  }

  static let works: [(work: MailSpan, name: String, family: String, kind: TraceSpan.Kind, [String: String])] =
    [
      (
        .smtp(.data, user: "bob@example.org"), "SMTP DATA", "SMTP", .server,
        [
          "mail.operation": "smtp_operation", "protocol": "smtp", "smtp.command": "DATA",
          "smtp.user": "example.org",
        ]
      ),
      (
        .imap(.fetch, mailbox: "inbox", user: "bob"), "IMAP FETCH", "IMAP", .server,
        [
          "mail.operation": "imap_operation", "protocol": "imap", "imap.command": "FETCH",
          "imap.mailbox": "INBOX",
        ]
      ),
      (
        .jmap("Email/get", account: "bob@example.org", request: "r1"), "JMAP Email/get", "JMAP", .server,
        [
          "mail.operation": "jmap_operation", "protocol": "jmap", "jmap.method": "Email/get",
          "jmap.account_id": "example.org", "jmap.request_id": "r1",
        ]
      ),
      (
        .mailet(
          "Spam", messageID: "<1@mx>", stage: "root", sender: "<bob@example.org>",
          recipient: "eve@example.com"),
        "mailet Spam", "mailet", .internal,
        [
          "mail.operation": "mailet_processing", "mailet.name": "Spam", "mailet.stage": "root",
          "mail.message_id": "<1@mx>", "mail.sender": "example.org", "mail.recipient": "example.com",
        ]
      ),
      (
        .delivery(.remote, domain: "example.org", messageID: "<1@mx>"), "deliver remote", "delivery", .client,
        [
          "mail.operation": "mail_delivery", "delivery.method": "remote", "delivery.domain": "example.org",
          "mail.message_id": "<1@mx>",
        ]
      ),
      (
        .transaction(.smtp, session: "s1"), "SMTP transaction", "SMTP", .server,
        ["mail.operation": "smtp_transaction", "protocol": "smtp", "smtp.session.id": "s1"]
      ),
      (
        .queueWait(messageID: "<1@mx>"), "queue wait", "queue", .internal,
        ["mail.operation": "queue_wait", "mail.message_id": "<1@mx>"]
      ),
    ]

  @Test("has a span for each piece of work, in all three forms", arguments: works.indices)
  func pieces(index: Int) async throws {
    let (work, name, family, kind, attributes) = Self.works[index]
    let metrics = try Self.started()
    metrics.tracing.withSpan(work) { #expect(TraceSpan.current?.context == $0.context) }
    await metrics.tracing.withSpan(work) { span in
      await Task.yield()
      #expect(TraceSpan.current?.context == span.context)
    }
    metrics.tracing.startSpan(work).end()
    let spans = Self.spans(metrics)
    #expect(spans.count == 3)
    #expect(metrics.tracing.tracer.recent?.families.map(\.name) == [family])
    for span in spans {
      #expect(span.name == name && span.kind == kind)
      let kept = span.contents.attributes.attributes.map { ($0.key, $0.value) }
      #expect(Dictionary(kept) { $1 } == attributes.mapValues { TraceSpan.AttributeValue.string($0) })
    }
  }

  @Test("shows of an address what was asked for, and by default the domain alone")
  func addresses() throws {
    let cases: [(String, String?)] = [
      ("bob@example.org", "example.org"), ("<bob@example.org>", "example.org"), ("bob", nil), ("", nil),
      ("bob@", nil),
      ("\"bob@home\"@example.org (Bob)", "example.org"), ("bob@[192.0.2.1]", "[192.0.2.1]"), ("@", nil),
      ("bob@bücher.example", "bücher.example"), ("Bob <bob@example.org> eve", "example.org"),
      ("bob@\(String(repeating: "a", count: 256))", nil), ("bob@ example.org", nil),
    ]
    let domain = AddressRule(.domain)
    for (address, shown) in cases { #expect(domain.shown(address) == shown) }
    #expect(domain.shown(mailbox: "Inbox") == "INBOX" && domain.shown(mailbox: "user/bob") == nil)
    let hashed = AddressRule(.hashed)
    #expect(hashed.shown("bob")?.utf8.count == 16 && hashed.shown("bob") == hashed.shown("bob"))
    #expect(hashed.shown("bob") != AddressRule(.hashed).shown("bob"))
    let key = TracingConfig.Addresses.hashed(key: "0123456789abcdef")
    #expect(AddressRule(key).shown("bob") == AddressRule(key).shown("bob"))
    #expect(AddressRule(.full).shown("bob@example.org") == "bob@example.org")
    let metrics = try Self.started()
    #expect(metrics.tracing.shown(address: "bob@example.org") == "example.org")
    #expect(try MetricsCollector().tracing.shown(address: "bob@example.org") == nil)
  }

  @Test("keeps a message's trace for an hour, and then links to it")
  func deliveries() throws {
    let metrics = try Self.started()
    let transaction = metrics.tracing.startSMTPTransaction(session: "s1")
    let stored = try #require(transaction.context).traceparent
    transaction.end()
    let message = try #require(TraceContext(traceparent: stored))
    let now = WallClock.now
    func attempt(_ message: TraceContext?, taken: Duration) -> SpanRecording? {
      let span = metrics.tracing.startDelivery(.remote, domain: "example.org", of: message, taken: taken)
      defer { span.end() }
      return span.recording
    }
    let fresh = try #require(attempt(message, taken: now - .seconds(1800)))
    #expect(
      fresh.parent == message && fresh.context.traceID == message.traceID && fresh.contents.links.isEmpty)
    let stale = try #require(attempt(message, taken: now - .seconds(7200)))
    #expect(stale.parent == nil && stale.context.traceID != message.traceID)
    #expect(stale.contents.links.first?.context == message)
    #expect(attempt(nil, taken: now)?.parent == nil)
    metrics.tracing.recordQueueWait(since: now - .seconds(90), parent: .context(message))
    let wait = try #require(Self.spans(metrics).first { $0.name == "queue wait" })
    #expect(try #require(wait.end) - wait.start >= 90_000_000_000 && wait.parent == message)
    // A trace that another server has begun.
    let continued = metrics.tracing.startSMTPTransaction(parent: message)
    #expect(continued.context?.traceID == message.traceID)
  }

  @Test("has roots that belong to nothing but a trusted server's span, whatever is current")
  func roots() async throws {
    let metrics = try Self.started()
    let remote = try #require(
      TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03"))
    let now = WallClock.now
    let works: [(work: MailSpan, parent: TraceContext?, link: TraceContext?)] = [
      (.transaction(.smtp), nil, nil), (.transaction(.jmap, parent: remote), remote, nil),
      (.delivery(.local, domain: "x", of: nil, taken: now), nil, nil),
      (.delivery(.local, domain: "x", of: remote, taken: now), remote, nil),
      (.delivery(.local, domain: "x", of: remote, taken: now - .seconds(3700)), nil, remote),
      (.bounce(of: nil), nil, nil), (.bounce(of: remote), nil, remote),
    ]
    await metrics.tracing.withSpan(.jmap("EmailSubmission/set")) { outer in
      for (work, parent, link) in works {
        var spans: [TraceSpan] = []
        metrics.tracing.withSpan(work, parent: .span(outer)) { spans.append($0) }
        await metrics.tracing.withSpan(work) { span in
          await Task.yield()
          spans.append(span)
        }
        spans.append(metrics.tracing.startSpan(work, links: [.init(to: remote)]))
        for (index, span) in spans.enumerated() {
          #expect(span.recording?.parent == parent, "\(work)")
          #expect(span.context?.traceID != outer.context?.traceID)
          let links = [link, index == 2 ? remote : nil].compactMap { $0 }
          #expect(span.recording?.contents.links.map(\.context) == links, "\(work)")
          span.end()
        }
      }
      // Anything else belongs to what is current.
      metrics.tracing.withSpan(.mailet("filter")) { #expect($0.recording?.parent == outer.context) }
    }
  }

  @Test("does nothing before it is started, starts once, and says why it does not")
  func start() async throws {
    let metrics = try MetricsCollector()
    metrics.tracing.withSpan(.smtp(.data)) { #expect($0.context == nil) }
    await metrics.tracing.withSpan(.smtp(.data)) { span in
      await Task.yield()
      #expect(span.context == nil)
    }
    #expect(metrics.tracing.startSpan(.smtp(.data)).context == nil)
    metrics.tracing.recordQueueWait(since: .zero, parent: .none)
    #expect(await metrics.registry.value("rusmes_observability_spans_total", ["outcome": "ended"]) == nil)
    #expect(throws: MetricsConfigError.self) { try metrics.startTracing(TracingConfig(serviceName: "")) }
    var config = TracingConfig(serviceName: "mx1")
    config.addresses = .hashed(key: "short")
    #expect(throws: MetricsConfigError.self) { try metrics.startTracing(config) }
    config.addresses = .full
    try metrics.startTracing(config)
    #expect(throws: MetricsConfigError.self) { try metrics.startTracing(config) }
    metrics.stopTracing()
    #expect(metrics.tracing.startSpan(.smtp(.data)).context == nil)
  }

  @Test("shows in a scrape what has become of the spans, and the trace of an observation")
  func scrape() async throws {
    let metrics = try Self.started { $0.sampling = .parentBased(.alwaysOn, remoteNotSampled: .alwaysOff) }
    let sampled = metrics.tracing.withSpan(.smtp(.data)) { span in
      metrics.smtp.messageSize.observe(1000)
      return span.context
    }
    let other = try #require(
      TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"))
    metrics.tracing.withSpan(.smtp(.data), parent: .context(other)) { _ in metrics.smtp.messageSize.observe(1)
    }
    _ = metrics.tracing.startSpan(.smtp(.data), parent: .none)
    let span = metrics.tracing.startSpan(.smtp(.quit))
    span.end()
    span.end()
    func value(_ outcome: String) async -> Double? {
      await metrics.registry.value("rusmes_observability_spans_total", ["outcome": outcome])
    }
    #expect(await value("ended") == 2)
    #expect(await value("not_sampled") == 1)
    #expect(await value("abandoned") == 1)
    #expect(await value("dropped") == 0)
    #expect(await metrics.registry.value("rusmes_observability_span_changes_after_end_total") == 1)
    #expect(try #require(await metrics.registry.value("rusmes_observability_recent_traces_bytes")) > 0)
    let text = await metrics.registry.text(.openMetrics)
    let context = try #require(sampled)
    #expect(
      text.contains("trace_id=\"\(context.traceID)\"") && text.contains("span_id=\"\(context.spanID)\""))
    #expect(!text.contains("0af7651916cd43dd8448eb211c80319c"))
  }

  @Test("puts the span into what the log is told")
  func log() throws {
    let metrics = try Self.started()
    #expect(LogMessage(.info, "text").context == nil)
    metrics.tracing.withSpan(.smtp(.data)) { span in
      #expect(LogMessage(.info, "text").context == span.context)
      #expect(LogMessage(.info, "text").standing(forOthers: 2).context == span.context)
    }
  }
}
