// Is every JMAP request a span with its methods below it, and is a trace carried on for those alone who are trusted?

import EndpointMessages
import MailObservability
import Testing
import TraceSpans

@testable import example_mail_server

@Suite struct JMAPTracingTests {
  private let server: JMAPServer
  private let metrics: MetricsCollector
  private let faults = Faults()
  private let accountID = JMAPMethods.accountID(of: "alice")

  private static let trusted = EndpointPeer(ipAddress: "192.0.2.7") ?? .unknown
  private static let stranger = EndpointPeer(ipAddress: "198.51.100.7") ?? .unknown
  private static let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  init() throws {
    metrics = try tracedMetrics { config in
      config.trustedPeers = ["192.0.2.0/28"].compactMap { IPNetwork($0) }
    }
    let accounts = [Account(name: "alice", password: "secret")]
    let store = MailStore(accounts: accounts, faults: faults, metrics: metrics)
    let authenticator = Authenticator(
      directory: Directory(accounts: accounts), faults: faults, metrics: metrics)
    server = JMAPServer(authenticator: authenticator, store: store, metrics: metrics)
  }

  @discardableResult
  private func ask(
    _ method: String = "POST", _ target: String = "/jmap/api", body: String = "",
    type: String = "application/json", password: String = "secret", from peer: EndpointPeer = stranger,
    more: EndpointFields = [:]
  ) throws -> Int {
    var headers = more
    headers.set("Authorization", "Basic " + Base64.encode("alice:\(password)".utf8))
    headers.set("Content-Type", type)
    let target = target.replacing("ACCOUNT", with: accountID)
    let body = body.replacing("ACCOUNT", with: #""accountId":"\#(accountID)""#)
    return server.respond(
      to: try EndpointRequest(
        method: method, target: target, headers: headers, body: Array(body.utf8), peer: peer)
    ).status
  }

  private func calls(_ calls: String) -> String {
    #"{"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"methodCalls":[\#(calls)]}"#
  }

  private var spans: [SpanRecording] { metrics.recentSpans(of: "JMAP") }

  @Test(
    "a request is one span, which ends whatever the answer is, and is named by its route",
    arguments: [
      ("GET", "/jmap/session", "secret", "GET /jmap/session", 200),
      ("GET", "/.well-known/jmap", "secret", "GET /jmap/session", 200),
      ("HEAD", "/jmap/session", "wrong", "HEAD /jmap/session", 401),
      (
        "GET", "/jmap/download/ACCOUNT/b0/a@b.txt", "secret",
        "GET /jmap/download/{accountId}/{blobId}/{name}", 200
      ),
      ("GET", "/jmap/download/x/y/z", "secret", "GET /jmap/download/{accountId}/{blobId}/{name}", 404),
      ("POST", "/jmap/upload/ACCOUNT/", "secret", "POST /jmap/upload/{accountId}/", 201),
      ("GET", "/jmap/events?types=*", "secret", "GET /jmap/events", 200),
      ("POST", "/jmap/api", "wrong", "POST /jmap/api", 401),
      ("POST", "/jmap/api", "secret", "POST /jmap/api", 400),
      ("BREW", "/jmap/api", "secret", "HTTP /jmap/api", 405),
      ("BREW", "/alice@example.org", "secret", "HTTP", 404),
    ])
  func requests(_ method: String, _ target: String, _ password: String, _ name: String, _ status: Int) throws
  {
    #expect(try ask(method, target, password: password) == status)
    let span = try #require(spans.first)
    #expect(spans.count == 1 && span.name == name && span.kind == .server && span.parent == nil)
    #expect(span.attribute("http.response.status_code") == .integer(status))
    #expect(span.text("http.request.method") == (method == "BREW" ? "_OTHER" : method))
    #expect(span.text("http.route") == name.split(separator: " ").dropFirst().first.map(String.init))
    #expect(!span.hasFailed)
    #expect(metrics.tracing.tracer.statistics.active == 0)
  }

  @Test("a server that fails is an error of the request, a client that does is none")
  func failures() throws {
    faults.set(words: "storage")
    #expect(try ask("GET", "/jmap/events") == 503)
    #expect(spans.map(\.hasFailed) == [true] && spans.first?.text("error.type") == "503")
  }

  @Test("methods are children of their request, and each ends, by its answer or by its error")
  func methods() throws {
    try ask(
      body: calls(
        #"["Core/echo",{},"a"],["Email/query",{ACCOUNT},"b"],["Email/get",{},"c"],["x@y/get",{},"d"]"#))
    let request = try #require(spans.first { $0.parent == nil })
    #expect(request.attribute("jmap.calls") == .integer(4))
    let methods = spans.filter { $0.parent != nil }.sorted { $0.name < $1.name }
    #expect(methods.map(\.name) == ["JMAP", "JMAP Core/echo", "JMAP Email/get", "JMAP Email/query"])
    #expect(methods.map { $0.text("error.type") } == ["unknownMethod", nil, "invalidArguments", nil])
    #expect(methods.map(\.hasFailed) == [true, false, true, false])
    #expect(methods.allSatisfy { $0.parent?.spanID == request.context.spanID })
    #expect(methods.allSatisfy { $0.context.traceID == request.context.traceID })
    for span in spans {
      let said = "\(span.name) \(span.contents.attributes.attributes)"
      #expect(!said.contains("alice") && !said.contains("secret") && !said.contains("x@y"), "\(said)")
    }
    #expect(metrics.tracing.tracer.statistics.active == 0)
  }

  @Test(
    "a trace is carried on for a trusted client, and for nobody else",
    arguments: [
      (trusted, [traceparent], true), (stranger, [traceparent], false), (.unix, [traceparent], false),
      (.unknown, [traceparent], false), (trusted, [], false), (trusted, ["nonsense"], false),
      (trusted, [traceparent, traceparent], false),
    ] as [(EndpointPeer, [String], Bool)])
  func parents(_ peer: EndpointPeer, _ values: [String], _ isCarriedOn: Bool) throws {
    var headers: EndpointFields = ["Forwarded": "for=192.0.2.7", "X-Forwarded-For": "192.0.2.7"]
    for value in values { headers.append("Traceparent", value) }
    try ask(body: calls(#"["Core/echo",{},"a"]"#), from: peer, more: headers)
    #expect(spans.count == 2)
    let request = try #require(spans.first { $0.name == "POST /jmap/api" })
    #expect((request.parent?.traceparent == Self.traceparent) == isCarriedOn)
    #expect((request.context.traceID.description == "4bf92f3577b34da6a3ce929d0e0e4736") == isCarriedOn)
    #expect(isCarriedOn || request.parent == nil)
  }

  @Test("a stranger's flag does not have a trace recorded, nor keep one from it")
  func sampling() throws {
    let metrics = try tracedMetrics { config in
      config.sampling = .parentBased(.alwaysOff)
      config.trustedPeers = ["192.0.2.0/28"].compactMap { IPNetwork($0) }
    }
    let server = JMAPServer(
      authenticator: self.server.authenticator, store: self.server.store, metrics: metrics)
    for (peer, sampled) in [(Self.stranger, 0), (Self.trusted, 1)] as [(EndpointPeer, UInt64)] {
      let request = try EndpointRequest(
        method: "GET", target: "/jmap/session", headers: ["traceparent": Self.traceparent], peer: peer)
      _ = server.respond(to: request)
      #expect(metrics.tracing.tracer.statistics.sampled == sampled)
    }
  }
}
