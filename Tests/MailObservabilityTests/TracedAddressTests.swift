// Is there a person's address anywhere in what tracing shows?

@testable import MailObservability
import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("Addresses in traces")
struct TracedAddressTests {
  /// What must not be seen: the local part of most of the addresses below, and what stands in places from which a
  /// careless reading would take it for a domain.
  private static let secret = "robertine"

  static let addresses = [
    "robertine@example.org", "<robertine@example.org>", "Robertine <robertine@example.org> SIZE=1",
    "robertine",
    "<@hop.example,@second.example:robertine@example.org>", "robertine%inner.example@relay.example",
    "inner.example!robertine", "robertine+tag@example.org", "DOMAIN\\robertine", "robertine@[192.0.2.1]",
    "robertine@[IPv6:2001:db8::1]", "a@robertine@example.org", "robertine@bücher.example",
    "röbertine.robertine@例え.example", "\"robertine\"@example.org", "\"a@robertine\"@example.org",
    "\"a@robertine\"",
    "\"a\\\"@robertine\"@example.org", "\"a@robertine", "a@robertine\"", "a\\@robertine",
    "a\\@robertine@example.org",
    "(a@robertine)", "a@example.org (b@robertine)", "<a@example.org> b@robertine", "a@example.org(robertine",
    "a@(robertine)", "a@\"robertine\"", "a@[robertine]", "a@[robertine", "@robertine", "<@robertine>",
    "b, @robertine", "b:@robertine", "a@example.org:robertine", "a@example.org/robertine",
    "a@example.org robertine",
    "a@example.org*robertine", "a@example.org;robertine", "a@example.org%robertine",
    "a@example.org!robertine",
    "a@example.org\u{0}robertine", "a@example.org\r\n robertine", "a@example.org\u{3000}robertine",
    "robertine\u{FF20}example.org", "robertine%40example.org", "rfc822;robertine+40example.org",
    "mailto:robertine@example.org?cc=a", "user/robertine@example.org/Sent",
    "shared.robertine@example.org.Sent",
    "imap://robertine;AUTH=*@example.org/INBOX",
    String(repeating: "robertine", count: 10_000) + "@example.org",
  ]

  /// Whether it is an address also for whoever expects something else, such as the name of a step.
  private static func isAddress(_ text: String) -> Bool {
    text.contains { "@\u{FF20}".contains($0) } || text.contains("40example.org")
  }

  private struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  /// Every kind of work, with the address wherever a text can be given that might be one.
  private static func works(_ text: String) -> [MailSpan] {
    let name = isAddress(text) ? text : "x"
    let context = TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03")
    return SMTPCommand.allCases.map { .smtp($0, user: text) }
      + IMAPCommand.allCases.map { .imap($0, mailbox: text, user: text) }
      + MailProtocol.allCases.map { .transaction($0, session: name) }
      + MailSpan.DeliveryMethod.allCases.map { .delivery($0, domain: name) }
      + [
        .jmap("Email/get", account: text, request: name), .jmap(name, account: text),
        .mailet(name, stage: name, sender: text, recipient: text), .queueWait(), .bounce(of: context),
        .delivery(.local, domain: name, of: context, taken: WallClock.now),
        .delivery(.local, domain: name, of: context, taken: .zero),
      ]
  }

  /// What the metrics and the pages of recent traces show.
  private static func shown(_ metrics: MetricsCollector) async throws -> [String] {
    let recent = try #require(metrics.tracing.tracer.recent)
    var texts = [await metrics.registry.text(.openMetrics)]
    var queries = [[("family", "none")], []]
    for family in recent.families.map(\.name) {
      queries += (["newest", "active", "errors"] + (0..<8).map { "\($0)" }).map { select in
        [("family", family), ("select", select)]
      }
    }
    for query in queries {
      let page = ShownTraces(
        EndpointQuery(query.map { EndpointQuery.Item(name: $0.0, value: $0.1) }), of: recent)
      texts += [page.html, String(decoding: page.json, as: UTF8.self)]
    }
    return texts
  }

  @Test("shows nobody by default: in no span, page, exemplar or log", arguments: addresses)
  func nobody(address: String) async throws {
    let metrics = try MetricsCollector()
    try metrics.startTracing(TracingConfig(serviceName: "mx1"))
    let problem = Problem(description: "no such user: \(address)")
    var texts: [String] = []
    for work in Self.works(address) {
      var spans: [TraceSpan] = []
      metrics.tracing.withSpan(work) { span in
        metrics.smtp.messageSize.observe(1000)
        texts.append("\(LogMessage(.info, "queue is long"))")
        spans += [span, metrics.tracing.startSpan(work, parent: .span(span))]
      }
      try? metrics.tracing.withSpan(work) { span in
        spans.append(span)
        throw problem
      }
      try? await metrics.tracing.withSpan(work) { span in
        await Task.yield()
        spans.append(span)
        throw problem
      }
      spans.append(metrics.tracing.startSpan(work))
      spans[4].fail(problem)
      spans[4].end()
      spans[1].end()
      for span in spans {
        let recording = try #require(span.recording)
        texts +=
          ["\(recording.name) \(recording.contents)"] + metrics.tracing.propagate(span.context).map(\.value)
      }
    }
    #expect(metrics.tracing.tracer.statistics.ended == UInt64(5 * Self.works("").count))
    texts += try await Self.shown(metrics) + [metrics.tracing.shown(address: address) ?? ""]
    for text in texts {
      #expect(!text.lowercased().contains(Self.secret), "\(text.prefix(2000))")
      #expect(!text.contains("röb"))
    }
  }

  @Test("shows of an address its domain, whatever stands around it")
  func domains() {
    let cases: [(String, String?)] = [
      ("\"a@b\"@example.org", "example.org"), ("a\\@b@example.org", "example.org"),
      ("<@hop.example:bob@example.org>", "example.org"),
      ("Bob (b@home) <bob@example.org> x@y", "example.org"),
      ("bob@example.org (b@home)", "example.org"), ("bob%inner@relay.example", "relay.example"),
      ("bob@[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"), ("bob@[2001:db8::1]", "[2001:db8::1]"),
      ("bob@[192.0.2.256]", nil), ("bob@[]", nil), ("bob@[IPv6:]", nil), ("bob@मेल.example", "मेल.example"),
      ("bob@example.org:143", "example.org"), ("\"bob", nil), ("bob)@example.org", nil), ("bob\\", nil),
      ("@example.org", nil), ("bob@localhost", "localhost"), ("b@\u{1F600}.example", nil),
    ]
    for (address, domain) in cases { #expect(AddressRule.domain(of: address) == domain, "\(address)") }
    let domains: [(String, String?)] = [
      ("example.org", "example.org"), ("bob@example.org", "example.org"), ("[192.0.2.1]", "[192.0.2.1]"),
      ("Bob Smith", nil), ("", nil), ("bücher.example", "bücher.example"), ("example.org:25", nil),
    ]
    for (domain, shown) in domains { #expect(AddressRule.shown(domain: domain) == shown, "\(domain)") }
  }

  @Test("finds an at sign as protocols write one, at the end of a text too")
  func signs() {
    for text in ["@", "a@", "%40", "a%40b", "=40", "+40", "\u{FF20}", "a\u{FE6B}"] {
      #expect(AddressRule.mayHoldAddress(text), "\(text)")
    }
    for text in ["", "a", "%", "%4", "a=4", "+4", "40", "%41", "\u{FF21}", "\u{FE6A}", "ï"] {
      #expect(!AddressRule.mayHoldAddress(text), "\(text)")
    }
  }

  @Test("keeps the names of methods, steps and requests that are no addresses")
  func names() async throws {
    let metrics = try MetricsCollector()
    try metrics.startTracing(TracingConfig(serviceName: "mx1"))
    let cases: [(MailSpan, name: String, key: String, value: String?)] = [
      (.jmap("Email/get", request: "c1+/="), "JMAP Email/get", "jmap.request_id", "c1+/="),
      (.jmap("Email/get", request: "c1@example.org"), "JMAP Email/get", "jmap.request_id", "example.org"),
      (.jmap("Email get"), "JMAP", "jmap.method", nil), (.jmap(""), "JMAP", "jmap.method", nil),
      (.jmap(String(repeating: "a", count: 65)), "JMAP", "jmap.method", nil),
      (.mailet("Spam check", stage: "in: 1"), "mailet Spam check", "mailet.stage", "in: 1"),
      (.mailet("to bob@example.org"), "mailet", "mailet.name", "example.org"),
      (.transaction(.submission, session: "s1"), "SMTP transaction", "protocol", "submission"),
      (.transaction(.jmap, session: "r1"), "JMAP transaction", "jmap.request_id", "r1"),
      (.transaction(.imap, session: "s1"), "IMAP transaction", "imap.session.id", "s1"),
      (.transaction(.lmtp, session: "s1"), "LMTP transaction", "mail.operation", "lmtp_transaction"),
    ]
    for (work, name, key, value) in cases {
      let span = metrics.tracing.startSpan(work)
      #expect(span.recording?.name == name)
      #expect(span[key] == value, "\(name)")
      span.end()
    }
  }

  @Test("hashes an address alike with one key, and by default for one collector alone")
  func hashes() throws {
    func shown(_ addresses: TracingConfig.Addresses) throws -> [String?] {
      let metrics = try MetricsCollector()
      var config = TracingConfig(serviceName: "mx1")
      config.addresses = addresses
      try metrics.startTracing(config)
      let address = "robertine@example.org"
      let works: [(MailSpan, [String])] = [
        (.smtp(.auth, user: address), ["smtp.user"]),
        (.imap(.select, mailbox: address, user: address), ["imap.mailbox", "imap.user"]),
        (.jmap("Email/get", account: address, request: address), ["jmap.account_id", "jmap.request_id"]),
        (.mailet("Spam", sender: address, recipient: address), ["mail.sender", "mail.recipient"]),
      ]
      var shown = [metrics.tracing.shown(address: address)]
      for (work, keys) in works {
        let span = metrics.tracing.startSpan(work)
        for key in keys { shown.append(span[key]) }
        span.end()
      }
      return shown
    }
    let random = try shown(.hashed)
    let keyed = try shown(.hashed(key: "0123456789abcdef"))
    for hashes in [random, keyed] {
      #expect(Set(hashes).count == 1 && hashes.allSatisfy { $0?.utf8.count == 16 })
    }
    #expect(try shown(.hashed(key: "0123456789abcdef")) == keyed)
    #expect(try shown(.hashed(key: "0123456789abcdeF")) != keyed)
    #expect(try shown(.hashed) != random && random != keyed)
    #expect(Set(try shown(.full)) == ["robertine@example.org"])
  }
}
