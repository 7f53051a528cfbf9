// Does the page of recent traces show what is asked for, and is what peers made up nothing but a text in it?

@testable import MailObservability
import ObservabilityEndpoints
import ObservabilityPlatform
import TestSupport
import Testing
@testable import TraceSpans

@Suite("The page of recent traces")
struct ShownTracesTests {
  private let metrics: MetricsCollector

  init() throws {
    metrics = try MetricsCollector()
    var config = TracingConfig(serviceName: "mx1")
    config.exporter = .none
    try metrics.startTracing(config)
  }

  private func shown(_ query: [(String, String)] = []) -> ShownTraces {
    ShownTraces(
      EndpointQuery(query.map { EndpointQuery.Item(name: $0.0, value: $0.1) }),
      of: metrics.tracing.tracer.recent)
  }

  private static func text(_ shown: ShownTraces) -> String { String(decoding: shown.json, as: UTF8.self) }

  @Test("shows families, some of their traces, and one trace")
  func selections() throws {
    let transaction = metrics.tracing.startSMTPTransaction(session: "s1")
    metrics.tracing.withSpan(.mailet("Spam", messageID: "<1@mx>"), parent: .span(transaction)) { span in
      span["mail.queue_id"] = "Q1"
      span.addEvent("scored", attributes: [.init("score", 0.5)])
      span.status = .error("")
    }
    let active = shown([("family", "SMTP"), ("select", "active")])
    #expect(active.traces?.map(\.name) == ["SMTP transaction"])
    transaction.end()
    let context = try #require(transaction.context)
    let queries: [(query: [(String, String)], count: Int)] = [
      ([("trace", "\(context.traceID)")], 1), ([("message", "<1@mx>")], 1), ([("queue", "Q1")], 1),
      ([("family", "SMTP")], 1), ([("family", "SMTP"), ("select", "errors")], 1),
      ([("family", "SMTP"), ("select", "0")], 1), ([("family", "SMTP"), ("select", "7")], 0),
      ([("family", "SMTP"), ("select", "-1")], 0), ([("family", "SMTP"), ("select", "nonsense")], 1),
      ([("family", "none")], 0), ([("trace", "nonsense")], 0), ([("trace", "")], 0), ([("message", "")], 0),
      ([("queue", "Q")], 0),
    ]
    for (query, count) in queries { #expect(shown(query).traces?.count == count, "\(query)") }
    #expect(shown().traces == nil && shown().families.map(\.name) == ["SMTP"])
    #expect(shown().html.contains("?family=SMTP&amp;select=errors"))
    // Where there is nothing to see there is no link.
    #expect(!shown().html.contains("select=active"))
    let html = shown([("queue", "Q1")]).html
    for part in ["mailet Spam", "&lt;1@mx&gt;", "scored score=0.5", "<dd>error</dd>", "SMTP transaction"] {
      #expect(html.contains(part))
    }
    let json = Self.text(shown([("queue", "Q1")]))
    for part in [
      #""trace_id":"\#(context.traceID)""#, #""mail.queue_id":"Q1""#, #""score":0.5"#, #""has_errors":true"#,
      #""parent_id":"\#(context.spanID)""#,
    ] {
      #expect(json.contains(part), "\(json)")
    }
    #expect(Self.text(shown()).contains(#""name":"SMTP","active":0,"ended":1,"errors":1"#))
  }

  @Test(
    "takes hostile text for text",
    arguments: [
      "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'--></style>", "\u{202E}evil",
      "\u{2066}\u{0}",
      "&lt;", "</dd></dl><h1>", String(repeating: "<", count: 1 << 20),
    ])
  func hostile(text: String) throws {
    metrics.tracing.withSpan(.jmap(text, account: text, request: text)) { span in
      span[text] = text
      span["mail.message_id"] = "m"
      span["a"] = text
      span.addEvent(text, attributes: [.init("b", text)])
      span.status = .error(text)
    }
    let page = shown([("message", "m")])
    #expect(page.traces?.count == 1)
    let html = page.html
    // Every tag and every quotation mark is one that the page has without it, too.
    for mark in ["<script", "<img", "--></style>", "\u{202E}", "\u{2066}", "\0", "'"] {
      #expect(!html.contains(mark), "\(mark)")
    }
    #expect(html.components(of: "</dl>") == 1)
    #expect(html.utf8.count < 1 << 20)
    #expect(Self.text(page).utf8.count < 1 << 20)
  }

  @Test("shows a bounded amount of anything")
  func bound() throws {
    let text = String(repeating: "<", count: 4000)
    for _ in 0..<10 {
      metrics.tracing.withSpan(.smtp(.data)) { outer in
        for _ in 0..<4 {
          metrics.tracing.withSpan(.smtp(.data)) { span in
            for index in 0..<15 { span["a\(index)"] = text }
            span["mail.message_id"] = "m"
          }
        }
      }
    }
    let page = shown([("message", "m")])
    let traces = try #require(page.traces)
    #expect(!traces.isEmpty && page.tracesLeftOut > 0)
    #expect(page.html.contains("\(page.tracesLeftOut) more are too long"))
    #expect(page.html.utf8.count < 8 << 20)
  }

  @Test("is there before tracing is started, with nothing on it")
  func notStarted() throws {
    let metrics = try MetricsCollector()
    #expect(ShownTraces(EndpointQuery(), of: metrics.tracing.tracer.recent).families.isEmpty)
    #expect(metrics.tracing.route().path == "/debug/traces" && metrics.tracing.route().access == .trusted)
  }
}

extension ShownTraces {
  var html: String { page(PageNavigation(from: "/debug/traces")).html }
}

extension String {
  /// How often a text is in this one.
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
