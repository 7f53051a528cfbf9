// Does every way out of a transaction end its span, and say which it was?

import MailObservability
@testable import ObservabilitySockets
import TestSupport
import Testing
@testable import TraceSpans

@testable import example_mail_server

@Suite(.timeLimit(.minutes(30))) struct TransactionTraceTests {
  enum Ending: Sendable { case none, leave, wait, stop }

  struct WayOut: Sendable, CustomTestStringConvertible {
    let name: String
    let script: String
    var ending = Ending.none
    var faults = ""
    /// Of each transaction: its outcome, and the type of its error.
    let expected: [String]
    var testDescription: String { name }
  }

  private static let mail = "EHLO c.example\r\nMAIL FROM:<sender@own.test>\r\n"
  private static let open = mail + "RCPT TO:<alice@example.com>\r\n"
  private static let data = open + "DATA\r\n"
  private static let message = "Subject: x\r\n\r\nx\r\n.\r\n"
  private static let spam = "XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

  static let waysOut: [WayOut] = [
    WayOut(name: "the message is accepted", script: data + message + "QUIT\r\n", expected: ["accepted"]),
    WayOut(
      name: "LMTP answers for each recipient",
      script: "LHLO c\r\n"
        + data.split(separator: "\r\n").dropFirst().map { $0 + "\r\n" }.joined()
        .replacing("DATA", with: "RCPT TO:<alice@example.org>\r\nDATA") + message + "QUIT\r\n",
      expected: ["accepted"]),
    WayOut(name: "BDAT", script: open + "BDAT 3 LAST\r\nx\r\nQUIT\r\n", expected: ["accepted"]),
    WayOut(name: "RSET", script: open + "RSET\r\nQUIT\r\n", expected: ["reset"]),
    WayOut(name: "EHLO", script: open + "EHLO d\r\nQUIT\r\n", expected: ["reset"]),
    WayOut(name: "HELO", script: mail + "HELO d\r\nQUIT\r\n", expected: ["reset"]),
    WayOut(name: "QUIT", script: open + "QUIT\r\n", expected: ["quit"]),
    WayOut(name: "STARTTLS ends nothing", script: open + "STARTTLS\r\nRSET\r\nQUIT\r\n", expected: ["reset"]),
    WayOut(name: "a second MAIL ends nothing", script: mail + "MAIL FROM:<>\r\nQUIT\r\n", expected: ["quit"]),
    WayOut(name: "MAIL without a greeting", script: "MAIL FROM:<>\r\nQUIT\r\n", expected: ["rejected 503"]),
    WayOut(
      name: "MAIL that cannot be read", script: "EHLO c\r\nMAIL x\r\nQUIT\r\n", expected: ["rejected 501"]),
    WayOut(
      name: "MAIL says too large a size", script: "EHLO c\r\nMAIL FROM:<> SIZE=100000\r\nQUIT\r\n",
      expected: ["rejected 552"]),
    WayOut(
      name: "too large",
      script: data + String(repeating: "x\r\n", count: 5000) + ".\r\nQUIT\r\n", expected: ["rejected 552"]),
    WayOut(name: "a bare line feed", script: data + "x\n\r\n.\r\nQUIT\r\n", expected: ["rejected 554"]),
    WayOut(
      name: "a flawed chunk", script: open + "BDAT 3\r\nx\n\nNOOP\r\nQUIT\r\n", expected: ["rejected 554"]),
    WayOut(name: "spam", script: data + "\r\n\(spam)\r\n.\r\nQUIT\r\n", expected: ["rejected 554"]),
    WayOut(
      name: "a loop", script: data + String(repeating: "Received: x\r\n", count: 51) + ".\r\nQUIT\r\n",
      expected: ["rejected 554"]),
    WayOut(
      name: "the queue takes nothing", script: data + message + "QUIT\r\n", faults: "queue",
      expected: ["unavailable 451"]),
    WayOut(
      name: "too many errors", script: open + String(repeating: "WHAT\r\n", count: 10),
      expected: ["rejected 421"]),
    WayOut(
      name: "the client leaves within a message", script: data + "x", ending: .leave,
      expected: ["disconnect disconnect"]),
    WayOut(
      name: "the client leaves after MAIL", script: mail, ending: .leave,
      expected: ["disconnect disconnect"]),
    WayOut(name: "the client is silent", script: data, ending: .wait, expected: ["timeout timeout"]),
    WayOut(name: "the server stops", script: data, ending: .stop, expected: ["shutdown shutdown"]),
    WayOut(
      name: "several of a session",
      script: data + message + open.split(separator: "\r\n").dropFirst().map { $0 + "\r\n" }.joined()
        + "RSET\r\nMAIL FROM:<>\r\nQUIT\r\n", expected: ["accepted", "reset", "quit"]),
    WayOut(name: "no transaction", script: "EHLO c\r\nNOOP\r\nRSET\r\nQUIT\r\n", expected: []),
  ]

  @Test("every way out ends the span and says which it was", arguments: waysOut, [false, true])
  func wayOut(_ way: WayOut, isTrusted: Bool) async throws {
    var configuration = SMTPSession.Configuration()
    configuration.maximumMessageSize = 4096
    configuration.maximumErrors = 10
    let server = try TestServer(
      configuration: configuration, tracing: .test(trusting: isTrusted ? ["127.0.0.0/8"] : []))
    server.faults.set(words: way.faults)
    let client = try await server.connect()
    try await client.send(way.script)
    let received = server.metrics.connections.bytes[.smtp, .received]
    #expect(await eventually { received.integerValue == way.script.utf8.count })
    try await end(way, of: client, to: server)
    await server.attemptsHaveEnded()
    let transactions = server.endedSpans().filter { $0.name == "SMTP transaction" }
    #expect(
      transactions.map { span in
        [span.text("smtp.outcome"), span.text("error.type")].compactMap { $0 }.joined(separator: " ")
      } == way.expected)
    for span in transactions {
      #expect(span.hasFailed == (span.text("error.type") != nil))
      #expect(span.kind == .server && span.parent == nil)
      #expect(span.contents.events.first?.attributes["smtp.command"] == .string("MAIL"))
      let times = [span.start] + span.contents.events.map(\.time) + [span.end ?? 0]
      #expect(times == times.sorted())
    }
    server.expectAllEnded()
    await server.stop()
  }

  /// Ends a session as that way out does, and waits until it has ended.
  private func end(_ way: WayOut, of client: Connection, to server: TestServer) async throws {
    switch way.ending {
    case .none: break
    case .leave: client.shutdownWrite()
    case .wait: server.loop.advanceClock(by: .seconds(3601))
    case .stop: await server.sessions.drain(gracePeriod: .zero)
    }
    _ = try await client.receive()
    await server.sessionsHaveEnded()
  }

  /// Ways out after which there is a part of a message at least.
  static let refusals: [WayOut] = [
    WayOut(
      name: "too large", script: String(repeating: "x\r\n", count: 5000) + ".\r\nQUIT\r\n",
      expected: ["rejected 552"]),
    WayOut(name: "a bare line feed", script: "x\n\r\n.\r\nQUIT\r\n", expected: ["rejected 554"]),
    WayOut(
      name: "a long line", script: String(repeating: "x", count: 1100) + "\r\n.\r\nQUIT\r\n",
      expected: ["rejected 500"]),
    WayOut(name: "spam", script: "\r\n\(spam)\r\n.\r\nQUIT\r\n", expected: ["rejected 554"]),
    WayOut(name: "the client leaves", script: "x", ending: .leave, expected: ["disconnect disconnect"]),
    WayOut(name: "the client is silent", script: "x", ending: .wait, expected: ["timeout timeout"]),
    WayOut(name: "the server stops", script: "x", ending: .stop, expected: ["shutdown shutdown"]),
  ]

  @Test(
    "a message of a trusted server that is refused, or breaks off, belongs to the attempt that it came from",
    arguments: refusals, [false, true])
  func refused(_ way: WayOut, isChunked: Bool) async throws {
    var configuration = SMTPSession.Configuration()
    configuration.maximumMessageSize = 4096
    let server = try TestServer(configuration: configuration, tracing: .test(trusting: ["127.0.0.0/8"]))
    let header = "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
    // The last line of DATA is no command.
    let message = header + way.script.replacing("\r\n.\r\nQUIT\r\n", with: "\r\n")
    let isWhole = message.utf8.count < header.utf8.count + way.script.utf8.count
    let script =
      isChunked
      ? Self.open + "BDAT \(message.utf8.count + (isWhole ? 0 : 1)) LAST\r\n\(message)"
        + (isWhole ? "QUIT\r\n" : "")
      : Self.data + header + way.script
    let client = try await server.connect()
    try await client.send(script)
    let received = server.metrics.connections.bytes[.smtp, .received]
    #expect(await eventually { received.integerValue == script.utf8.count })
    try await end(way, of: client, to: server)
    let transactions = server.endedSpans().filter { $0.name == "SMTP transaction" }
    #expect(transactions.count == 1)
    #expect(
      transactions.map { span in
        [span.text("smtp.outcome"), span.text("error.type")].compactMap { $0 }.joined(separator: " ")
      } == way.expected)
    #expect(transactions.first?.parent?.spanID.description == "b7ad6b7169203331")
    #expect(transactions.first?.contents.events.first?.attributes["smtp.command"] == .string("MAIL"))
    server.expectAllEnded()
    await server.stop()
  }

  @Test("a transaction says what was asked and answered, and what was done for it")
  func contents() async throws {
    let server = try TestServer(tracing: .test())
    _ = try await server.converse(Self.data + "Message-ID: <1@x>\r\n" + Self.message + "QUIT\r\n")
    await server.attemptsHaveEnded()
    let spans = server.endedSpans()
    let transaction = try #require(spans.first { $0.name == "SMTP transaction" })
    let said = transaction.contents.events.map { event in
      event.attributes["smtp.command"] ?? event.attributes["smtp.response.status_code"]
    }
    #expect(
      said == [
        .string("MAIL"), .integer(250), .string("RCPT"), .integer(250), .string("DATA"), .integer(354),
        .integer(250),
      ])
    #expect(transaction.text("mail.sender") == "own.test")
    #expect(transaction.text("mail.message_id") == "<1@x>")
    #expect(transaction.text("mail.queue_id") == "M1")
    #expect(transaction.number("mail.recipients") == 1)
    #expect(transaction.number("mail.size") == 36)
    let children = spans.filter { $0.parent?.spanID == transaction.context.spanID }.map(\.name)
    #expect(
      children == [
        "mailet loop_detection", "mailet content_filter", "mailet trace_header", "queue put", "queue wait",
        "deliver local",
      ])
    let attempt = try #require(spans.first { $0.name == "deliver local" })
    #expect(attempt.kind == .client && !attempt.hasFailed)
    #expect(
      attempt.text("mail.delivery.result") == "delivered" && attempt.number("mail.delivery.attempt") == 1)
    #expect(attempt.attribute("mail.delivery.will_retry") == .boolean(false))
    #expect(spans.first { $0.name == "mailbox append" }?.parent?.spanID == attempt.context.spanID)
    let wait = try #require(spans.first { $0.name == "queue wait" })
    #expect(wait.start >= transaction.start && wait.end.map { $0 <= attempt.start } == true)
    await server.stop()
  }

  @Test("without tracing, and of a trace that is not sampled, nothing is recorded", arguments: [false, true])
  func silence(isStarted: Bool) async throws {
    var config = TracingConfig.test()
    config.sampling = .parentBased(.alwaysOff)
    let server = try TestServer(tracing: isStarted ? config : nil)
    let answers = try await server.converse(Self.data + Self.message + "QUIT\r\n")
    #expect(answers.contains("250 2.0.0 Queued as M1"))
    await server.attemptsHaveEnded()
    #expect(server.endedSpans().isEmpty)
    let counts = server.metrics.tracing.tracer.statistics
    #expect(counts.sampled == 0 && (counts.notSampled > 0) == isStarted)
    await server.stop()
  }
}
