// Is every IMAP command a span that ends, whatever ends the command, and says nothing of people?

import MailObservability
@testable import ObservabilitySockets
import TestSupport
import Testing
import TraceSpans

@testable import example_mail_server

// Clients wait without deadlines: a slow machine must not decide, and what hangs has the suite's limit.
@Suite(.timeLimit(.minutes(30))) struct IMAPTracingTests {
  private let loop: EventLoop
  private let metrics: MetricsCollector
  private let sessions: SessionServer

  init() throws {
    loop = try EventLoop(name: "test")
    metrics = try tracedMetrics()
    let accounts = [Account(name: "alice", password: "secret")]
    let faults = Faults()
    let imap = IMAPServer(
      configuration: .init(), timeout: .seconds(3600), loop: loop,
      authenticator: Authenticator(
        directory: Directory(accounts: accounts), faults: faults, metrics: metrics),
      store: MailStore(accounts: accounts, faults: faults, metrics: metrics), metrics: metrics)
    sessions = try SessionServer(
      loop: loop, address: "127.0.0.1:0", limit: 10, refuse: imap.refuse, serve: imap.serve)
    sessions.start()
  }

  /// Says something to the server, waits until it has read that, and ends the session in one way.
  private func say(_ text: String, until answer: String = "\r\n", then end: Ending) async throws {
    let client = try await Connection.connect(to: sessions.boundAddress, on: loop)
    try await client.write(Array(text.utf8))
    var received: [UInt8] = []
    while !received.text.contains(answer) {
      let bytes = try await client.read(upTo: 4096)
      try #require(!bytes.isEmpty)
      received += bytes
    }
    switch end {
    case .leave: client.close()
    case .wait: loop.advanceClock(by: .seconds(3601))
    case .drain: await sessions.drain(gracePeriod: .zero)
    case .logout: while try await !client.read(upTo: 4096).isEmpty {}
    }
    let tracing = metrics.tracing
    #expect(await eventually { tracing.tracer.statistics.active == 0 })
    await sessions.drain(gracePeriod: .zero)
    loop.shutdown()
  }

  enum Ending: CaseIterable { case leave, wait, drain, logout }

  private static let login = "a LOGIN alice secret\r\n"

  @Test(
    "a command's span ends with its answer, or with what took the answer's place",
    arguments: [
      ("\(login)b LOGOUT\r\n", "BYE", .logout, ["LOGIN ok", "LOGOUT ok"]),
      ("b LOGIN alice wrong\r\nc LOGOUT\r\n", "BYE", .logout, ["LOGIN no!", "LOGOUT ok"]),
      ("b NONSENSE\r\nc LOGOUT\r\n", "BYE", .logout, ["OTHER bad!", "LOGOUT ok"]),
      ("\(login)b SELECT x\r\nc LOGOUT\r\n", "BYE", .logout, ["LOGIN ok", "SELECT no!", "LOGOUT ok"]),
      ("b AUTHENTICATE PLAIN\r\n", "+ ", .leave, ["AUTHENTICATE disconnect!"]),
      ("b AUTHENTICATE PLAIN\r\n", "+ ", .wait, ["AUTHENTICATE timeout!"]),
      ("b AUTHENTICATE PLAIN\r\n", "+ ", .drain, ["AUTHENTICATE shutdown!"]),
      ("b AUTHENTICATE PLAIN\r\n*\r\nc LOGOUT\r\n", "BYE", .logout, ["AUTHENTICATE bad!", "LOGOUT ok"]),
      ("\(login)b IDLE\r\n", "+ idling", .leave, ["LOGIN ok", "IDLE disconnect"]),
      ("\(login)b IDLE\r\n", "+ idling", .wait, ["LOGIN ok", "IDLE timeout"]),
      ("\(login)b IDLE\r\n", "+ idling", .drain, ["LOGIN ok", "IDLE shutdown"]),
      ("\(login)b IDLE\r\nDONE\r\nc LOGOUT\r\n", "BYE", .logout, ["LOGIN ok", "IDLE ok", "LOGOUT ok"]),
      ("\(login)b IDLE\r\nno\r\nc LOGOUT\r\n", "BYE", .logout, ["LOGIN ok", "IDLE bad!", "LOGOUT ok"]),
      // A line without end takes the place of what was waited for.
      (
        "b AUTHENTICATE PLAIN\r\n\(String(repeating: "x", count: 1_200_000))", "Endless line", .logout,
        ["AUTHENTICATE bad!", "OTHER bad!"]
      ),
      ("GET / HTTP/1.1\r\n\r\n", "BYE", .logout, []),
    ] as [(String, String, Ending, [String])])
  func ends(_ text: String, _ answer: String, _ ending: Ending, _ expected: [String]) async throws {
    try await say(text, until: answer, then: ending)
    let spans = metrics.recentSpans(of: "IMAP")
    let found = spans.map { span in
      "\(span.text("imap.command") ?? "") \(span.text("imap.outcome") ?? "")\(span.hasFailed ? "!" : "")"
    }
    #expect(found == expected)
    #expect(spans.allSatisfy { $0.parent == nil && $0.kind == .server })
    #expect(spans.allSatisfy { $0.hasFailed == ($0.text("error.type") == $0.text("imap.outcome")) })
    #expect(Set(spans.map { $0.text("imap.session.id") }).count <= 1)
    #expect(metrics.tracing.tracer.statistics.abandoned == 0)
  }

  @Test("a message that is appended has a trace of its own, which leads to the command")
  func append() async throws {
    try await say(
      "\(Self.login)b APPEND INBOX {4}\r\nabcd\r\nc APPEND nowhere {2}\r\nxy\r\nd LOGOUT\r\n",
      until: "BYE", then: .logout)
    let spans = metrics.recentSpans(of: "IMAP")
    let commands = spans.filter { $0.name == "IMAP APPEND" }
    let messages = spans.filter { $0.name == "IMAP transaction" }
    #expect(commands.map { $0.text("imap.mailbox") } == ["INBOX", nil])
    #expect(messages.map { $0.attribute("mail.size") } == [.integer(4), .integer(2)])
    #expect(messages.map { $0.text("error.type") } == [nil, "noSuchMailbox"])
    for (message, command) in zip(messages, commands) {
      #expect(message.parent == nil && message.contents.links.map(\.context) == [command.context])
    }
  }

  @Test("no span says who, which mailbox, or by which password")
  func people() async throws {
    try await say(
      """
      a LOGIN "bob@example.org" hunter2\r\nb AUTHENTICATE PLAIN \(Base64.encode("\0alice\0secret".utf8))\r
      c SELECT "Letters to Eve"\r\nd CREATE eve@example.org\r\ne SELECT INBOX\r\nf NOOP\r\ng LOGOUT\r\n
      """, until: "BYE", then: .logout)
    let spans = metrics.recentSpans(of: "IMAP")
    #expect(spans.count == 7)
    let secrets = ["bob", "hunter2", "alice", "secret", "Eve", "eve"]
    for span in spans {
      let said = "\(span.name) \(span.contents.attributes.attributes) \(span.status)"
      #expect(!secrets.contains { said.contains($0) }, "\(said)")
    }
    #expect(spans.suffix(3).map { $0.text("imap.mailbox") } == ["INBOX", "INBOX", "INBOX"])
  }
}
