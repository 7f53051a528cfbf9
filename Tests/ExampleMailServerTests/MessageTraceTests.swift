// Is a message's way one trace: through the queue, over hours, over a restart, to the next server, and to its bounce?

import MailObservability
import ObservabilityPlatform
import ObservabilitySockets
import TestSupport
import Testing
import TraceSpans

@testable import example_mail_server

@Suite(.timeLimit(.minutes(30))) struct MessageTraceTests {
  private static let start = "EHLO c\r\nMAIL FROM:<sender@example.net>\r\n"
  private static let sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  private static func script(to recipient: String, header: String = "") -> String {
    "\(start)RCPT TO:<\(recipient)>\r\nDATA\r\n\(header)Subject: x\r\n\r\nx\r\n.\r\nQUIT\r\n"
  }

  private static let login = "AUTH PLAIN \(Base64.encode("\0alice\0secret".utf8))\r\n"

  /// From a user who may send to other servers.
  private static func relayed(header: String = "") -> String {
    script(to: "bob@elsewhere.invalid", header: header).replacing("EHLO c\r\n", with: "EHLO c\r\n\(login)")
  }

  // MARK: - From one server to the next

  @Test(
    "a trace goes on between servers that trust each other, and nobody else begins, joins, forces or reads one",
    arguments: [(false, false), (false, true), (true, false), (true, true)])
  func propagation(isTrusted: Bool, isSampled: Bool) async throws {
    var config = TracingConfig.test(trusting: isTrusted ? ["127.0.0.0/8"] : ["192.0.2.0/24"])
    config.sampling = .parentBased(isSampled ? .alwaysOn : .alwaysOff)
    let loop = try EventLoop(name: "smarthost")
    let smarthost = try Smarthost(loop: loop)
    let server = try TestServer(smarthost: smarthost.listener.boundAddress, tracing: config)
    _ = try await server.converse(
      Self.relayed(header: "traceparent: \(Self.sent)\r\nTraceState: a=b\r\nX: y\r\n"))
    await server.attemptsHaveEnded()
    let spans = server.endedSpans()
    let lines = smarthost.lines.withLock { $0 }
    #expect(lines.contains("X: y"))
    let fields = lines.filter { $0.asciiLowercased.hasPrefix("trace") }
    #expect(!fields.contains { $0.contains("b7ad6b7169203331") })
    let transaction = spans.first { $0.name == "SMTP transaction" }
    if isTrusted {
      // What the other server has decided holds.
      let attempt = try #require(spans.first { $0.name == "deliver relay" })
      #expect(transaction?.parent?.spanID.description == "b7ad6b7169203331")
      #expect(spans.allSatisfy { $0.context.traceID.description == "0af7651916cd43dd8448eb211c80319c" })
      #expect(fields == ["Traceparent: \(attempt.context.traceparent)", "Tracestate: a=b"])
    } else {
      #expect(fields == [])
      #expect((transaction != nil) == isSampled)
      #expect(transaction?.parent == nil)
      #expect(!spans.contains { $0.context.traceID.description == "0af7651916cd43dd8448eb211c80319c" })
    }
    await server.stop()
    await smarthost.stop()
    loop.shutdown()
  }

  @Test(
    "of a trusted server a trace is believed where a message has it once, in its own header, and never sent on",
    arguments: [
      ("traceparent : \(sent)\r\n", true), ("TRACEPARENT:\r\n \(sent)\r\n", true),
      ("Traceparent: \(sent)\r\nTraceparent: \(sent)\r\n", false),
      ("Traceparent: \(sent), \(sent)\r\n", false),
      ("Traceparent: \(sent.uppercased())\r\n", false), ("X: y\r\n Traceparent: \(sent)\r\n", false),
      ("X-Traceparent: \(sent)\r\n", false), ("Traceparent: \r\n", false),
      (
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nTraceparent: \(sent)\r\n\r\nx\r\n--b--\r\n",
        false
      ),
      (
        String(repeating: "X: \(String(repeating: "x", count: 900))\r\n", count: 1200)
          + "Traceparent: \(sent)\r\n", true
      ),
    ])
  func header(_ header: String, _ isBelieved: Bool) async throws {
    let loop = try EventLoop(name: "smarthost")
    let smarthost = try Smarthost(loop: loop)
    let server = try TestServer(
      smarthost: smarthost.listener.boundAddress, tracing: .test(trusting: ["127.0.0.0/8"]))
    _ = try await server.converse(Self.relayed(header: header))
    await server.attemptsHaveEnded()
    let spans = server.endedSpans()
    let transaction = try #require(spans.first { $0.name == "SMTP transaction" })
    #expect((transaction.parent?.spanID.description == "b7ad6b7169203331") == isBelieved)
    let attempt = try #require(spans.first { $0.name == "deliver relay" })
    let lines = smarthost.lines.withLock { $0 }
    #expect(lines.first == "Traceparent: \(attempt.context.traceparent)")
    let ownHeader = lines.prefix { !$0.isEmpty }
    #expect(ownHeader.count { $0.asciiLowercased.hasPrefix("trace") } == 1)
    server.expectAllEnded()
    await server.stop()
    await smarthost.stop()
    loop.shutdown()
  }

  @Test("no mailbox and no bounce holds a trace, be it of a trusted server", arguments: [false, true])
  func mailbox(isBounced: Bool) async throws {
    let server = try TestServer(tracing: .test(trusting: ["127.0.0.0/8"]))
    let script =
      isBounced
      ? Self.relayed(header: "Traceparent: \(Self.sent)\r\n").replacing(
        "sender@example.net", with: "alice@example.com")
      : Self.script(to: "alice@example.com", header: "Traceparent: \(Self.sent)\r\n")
    _ = try await server.converse(script)
    let messages = server.metrics.storage.messages
    #expect(await eventually { messages.value == 1 })
    guard case .mailboxes(let found, _) = server.store.answer(.mailbox("INBOX"), user: "alice") else {
      Issue.record("the store does not answer")
      return
    }
    let text = try #require(found.first?.messages.first?.content.text)
    #expect(text.contains("multipart/report") == isBounced)
    #expect(!text.contains("0af7651916cd43dd8448eb211c80319c"))
    await server.stop()
  }

  @Test("an attempt says who has answered what")
  func relay() async throws {
    let loop = try EventLoop(name: "smarthost")
    let smarthost = try Smarthost(loop: loop) {
      $0 == "RCPT" ? "451 4.7.1 later, <bob@elsewhere.invalid>" : nil
    }
    let server = try TestServer(
      smarthost: smarthost.listener.boundAddress, lifetime: .seconds(3600), tracing: .test())
    _ = try await server.converse(Self.relayed())
    await server.attemptsHaveEnded()
    let attempt = try #require(server.endedSpans().first { $0.name == "deliver relay" })
    #expect(attempt.hasFailed && attempt.text("error.type") == "reply_4xx")
    #expect(attempt.text("mail.delivery.result") == "temporary_failure")
    #expect(attempt.attribute("mail.delivery.will_retry") == .boolean(true))
    #expect(attempt.text("server.address") == "127.0.0.1")
    #expect(attempt.number("server.port") == smarthost.listener.boundAddress.port.map(Int.init))
    #expect(attempt.number("smtp.response.status_code") == 451)
    #expect(attempt.text("smtp.response.enhanced_status_code") == "4.7.1")
    #expect(attempt.attribute("tls.established") == .boolean(false))
    #expect(!attempt.texts.contains { $0.contains("@") })
    await server.stop()
    await smarthost.stop()
    loop.shutdown()
  }

  // MARK: - Over time

  @Test("an attempt within the hour is part of the trace, and one after more is another that links to it")
  func late() async throws {
    let (clock, begin) = (ManualClock(), ContinuousClock.now)
    let server = try TestServer(
      lifetime: .seconds(36_000), now: { begin + clock.elapsed }, tracing: .test())
    server.faults.set(words: "storage")
    _ = try await server.converse(Self.script(to: "alice@example.com"))
    await server.attemptsHaveEnded()
    // Of the clock of the day some time passes as well.
    clock.advance(by: .seconds(3500))
    await server.attemptsHaveEnded()
    clock.advance(by: .seconds(101))
    server.faults.set(words: "")
    await server.attemptsHaveEnded()
    let spans = server.endedSpans()
    let transaction = try #require(spans.first { $0.name == "SMTP transaction" })
    let attempts = spans.filter(\.isAttempt)
    let waits = spans.filter { $0.name == "queue wait" }
    try #require(attempts.count == 3 && waits.count == 3)
    #expect(attempts.map { $0.number("mail.delivery.attempt") } == [1, 2, 3])
    #expect(attempts.map { $0.context.traceID == transaction.context.traceID } == [true, true, false])
    #expect(attempts[2].parent == nil)
    #expect(attempts[2].contents.links.map(\.context) == [transaction.context])
    #expect(waits[2].parent?.spanID == attempts[2].context.spanID)
    #expect(waits[1].parent?.spanID == transaction.context.spanID)
    let second = Int64(1_000_000_000)
    #expect(waits[1].end.map { ($0 - waits[1].start) / second } == 3500)
    server.expectAllEnded()
    await server.stop()
  }

  @Test("a bounce has a trace of its own, which links to the message's")
  func bounce() async throws {
    let server = try TestServer(tracing: .test())
    _ = try await server.converse(Self.relayed().replacing("sender@example.net", with: "alice@example.com"))
    let messages = server.metrics.storage.messages
    #expect(await eventually { messages.value == 1 })
    await server.attemptsHaveEnded()
    let spans = server.endedSpans()
    let transaction = try #require(spans.first { $0.name == "SMTP transaction" })
    let bounce = try #require(spans.first { $0.name == "bounce" })
    #expect(bounce.parent == nil && bounce.context.traceID != transaction.context.traceID)
    #expect(bounce.contents.links.map(\.context) == [transaction.context])
    #expect(bounce.text("mail.queue_id") == "BM1-1")
    let ofBounce = spans.filter { $0.parent?.spanID == bounce.context.spanID }
    #expect(ofBounce.map(\.name) == ["queue put", "queue wait", "deliver local"])
    server.expectAllEnded()
    await server.stop()
  }

  @Test("every bounce is another message, also of one whose recipients fail one after the other")
  func bounceIdentifiers() async throws {
    let loop = try EventLoop(name: "smarthost")
    let recipients = Locked(0)
    // The first is refused for good, and the second for now.
    let smarthost = try Smarthost(loop: loop) { word in
      guard word == "RCPT" else { return nil }
      return recipients.withLock { count in
        count += 1
        return count == 1 ? "550 no" : "450 later"
      }
    }
    let (clock, begin) = (ManualClock(), ContinuousClock.now)
    let server = try TestServer(
      smarthost: smarthost.listener.boundAddress, lifetime: .seconds(2), now: { begin + clock.elapsed },
      tracing: .test())
    _ = try await server.converse(
      Self.relayed().replacing("sender@example.net", with: "alice@example.com").replacing(
        "DATA", with: "RCPT TO:<carol@elsewhere.invalid>\r\nDATA"))
    let messages = server.metrics.storage.messages
    #expect(await eventually { messages.value == 1 })
    for _ in 0..<2 {
      await server.attemptsHaveEnded()
      clock.advance(by: .seconds(1))
    }
    server.queue.wake()
    #expect(await eventually { messages.value == 2 })
    await server.attemptsHaveEnded()
    let spans = server.endedSpans()
    let identifiers = spans.filter { $0.name == "bounce" }.compactMap { $0.text("mail.message_id") }
    #expect(Set(identifiers).count == 2)
    guard case .mailboxes(let found, _) = server.store.answer(.mailbox("INBOX"), user: "alice") else {
      Issue.record("the store does not answer")
      return
    }
    let delivered = found.first?.messages.compactMap { MessageHeader.identifier(of: $0.content) } ?? []
    #expect(Set(delivered) == Set(identifiers))
    let transaction = try #require(spans.first { $0.name == "SMTP transaction" })
    let links = spans.filter { $0.name == "bounce" }.map { $0.contents.links.map(\.context) }
    #expect(links == [[transaction.context], [transaction.context]])
    server.expectAllEnded()
    await server.stop()
    await smarthost.stop()
    loop.shutdown()
  }

  @Test(
    "a bounce that an earlier process has written before it died is not written again, and keeps its trace")
  func bounceBeforeDeath() async throws {
    let directory = try TemporaryDirectory()
    let address = try #require(MailAddress("alice@example.com"))
    func file(
      _ id: String, from sender: MailAddress?, to recipient: String, next: Duration
    ) throws -> QueueFile {
      QueueFile(
        message: QueuedMessage(
          id: id, sender: sender, recipients: [try #require(MailAddress(recipient))],
          content: Array("Subject: x\r\n\r\n".utf8), trace: TraceContext(traceparent: Self.sent)),
        taken: .zero, waitsSince: .zero, attempts: 0, nextAttempt: next)
    }
    let original = try file("M1", from: address, to: "bob@elsewhere.invalid", next: .zero)
    try directory.write(original.encoded, to: "M1.mail")
    // It still waits.
    let bounce = try file(
      "BM1-1", from: nil, to: "alice@example.com", next: WallClock.now + .seconds(3600))
    try directory.write(bounce.encoded, to: "BM1-1.mail")
    let begin = ContinuousClock.now
    let server = try TestServer(
      lifetime: .seconds(3600),
      directory: try QueueDirectory(path: directory.path) { Issue.record("\($0)") }, now: { begin },
      tracing: .test())
    #expect(await eventually { (try? directory.names) == ["BM1-1.mail", "lock"] })
    await server.attemptsHaveEnded()
    #expect(server.metrics.mail.bounced.integerValue == 0)
    #expect(!server.endedSpans().contains { $0.name == "bounce" })
    server.expectAllEnded()
    await server.stop()
  }

  @Test(
    "a server that stops within an attempt ends its span, and the next one goes on with the trace",
    arguments: [Duration.milliseconds(1), .seconds(36_000)])
  func interrupted(lifetime: Duration) async throws {
    let directory = try TemporaryDirectory()
    let loop = try EventLoop(name: "smarthost")
    // Takes connections, and says nothing.
    let silent = try Listener(loop: loop, address: SocketAddress.parse("127.0.0.1:0"))
    let held = Task(executorPreference: loop) {
      var connections: [Connection] = []
      while let connection = try? await silent.accept() { connections.append(connection) }
      for connection in connections { connection.close() }
    }
    func server(_ smarthost: SocketAddress) throws -> TestServer {
      try TestServer(
        smarthost: smarthost, lifetime: lifetime,
        directory: try QueueDirectory(path: directory.path) { Issue.record("\($0)") }, tracing: .test())
    }
    func interrupted() async throws -> SpanRecording {
      let first = try server(silent.boundAddress)
      _ = try await first.converse(Self.relayed())
      let inFlight = first.metrics.delivery.inFlight
      #expect(await eventually { inFlight.value == 1 })
      await first.queue.stop(gracePeriod: .zero)
      first.expectAllEnded()
      let spans = first.endedSpans()
      await first.stop()
      #expect(!spans.contains { $0.name == "bounce" })
      return try #require(spans.first { $0.isAttempt })
    }
    let before = try await interrupted()
    #expect(before.text("mail.delivery.result") == "error")
    #expect(before.attribute("mail.delivery.will_retry") == .boolean(true))
    try await directory.isFree()

    let smarthost = try Smarthost(loop: loop)
    let second = try server(smarthost.listener.boundAddress)
    let sent = second.metrics.smtp.messagesSent
    #expect(await eventually { sent.integerValue == 1 })
    await second.attemptsHaveEnded()
    let after = try #require(second.endedSpans().first { $0.isAttempt })
    #expect(after.context.traceID == before.context.traceID && after.parent?.spanID == before.parent?.spanID)
    #expect(after.number("mail.delivery.attempt") == 2)
    await second.stop()
    silent.close()
    await held.value
    await smarthost.stop()
    loop.shutdown()
  }

  @Test("a message that waits is delivered by the next process, as part of its trace")
  func restart() async throws {
    let directory = try TemporaryDirectory()
    let (clock, begin) = (ManualClock(), ContinuousClock.now)
    func server() throws -> TestServer {
      try TestServer(
        lifetime: .seconds(36_000),
        directory: try QueueDirectory(path: directory.path) { Issue.record("\($0)") },
        now: { begin + clock.elapsed }, tracing: .test())
    }
    func deferred() async throws -> TraceContext {
      let first = try server()
      first.faults.set(words: "storage")
      _ = try await first.converse(Self.script(to: "alice@example.com"))
      await first.attemptsHaveEnded()
      await first.stop()
      return try #require(first.endedSpans().first { $0.name == "SMTP transaction" }).context
    }
    let transaction = try await deferred()
    try await directory.isFree()

    let second = try server()
    #expect(second.metrics.queue.size.value == 1)
    clock.advance(by: .seconds(60))
    _ = try await second.converse(Self.script(to: "alice@example.com"))
    let messages = second.metrics.storage.messages
    #expect(await eventually { messages.value == 2 })
    await second.attemptsHaveEnded()
    let attempts = second.endedSpans().filter(\.isAttempt)
    let late = try #require(attempts.first { $0.text("mail.queue_id") == "M1" })
    #expect(late.context.traceID == transaction.traceID)
    #expect(late.parent?.spanID == transaction.spanID)
    #expect(late.number("mail.delivery.attempt") == 2)
    #expect(attempts.contains { $0.text("mail.queue_id") == "M2" })
    #expect(await eventually { (try? directory.names) == ["lock"] })
    await second.stop()
  }

  // MARK: - With faults

  private static func action(_ generator: inout SeededGenerator, _ number: Int) -> (
    script: String, isCut: Bool
  ) {
    let begin = "MAIL FROM:<sender\(number)@example.net>\r\n"
    let recipients = [
      "alice@example.com", "alice@example.org", "bob@elsewhere.invalid", "alice+x@example.net",
    ]
    .shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator))
    let open = begin + recipients.map { "RCPT TO:<\($0)>\r\n" }.joined()
    let message = "Message-ID: <\(number)@id.invalid>\r\nSubject: x\r\n\r\nx\r\n.\r\n"
    switch Int.random(in: 0..<20, using: &generator) {
    case 0: return (open + "RSET\r\n", false)
    case 1: return (open + "EHLO again\r\n", false)
    case 2: return (open + "DATA\r\n\(String(repeating: "x\r\n", count: 2000)).\r\n", false)
    case 3: return (open + "DATA\r\nx\n.\r\n.\r\n", false)
    case 4: return (begin + "RCPT TO:<nobody@example.com>\r\nDATA\r\nRSET\r\n", false)
    case 5: return (open + "DATA\r\nhalf of", true)
    case 6: return (open + "QUIT\r\n", true)
    case 7:
      return (open + "DATA\r\n" + String(repeating: "Received: x\r\n", count: 51) + ".\r\n", false)
    default: return (open + "DATA\r\n" + message, false)
    }
  }

  /// One client's messages, on as many connections as it needs.
  private static func send(_ numbers: [Int], to server: TestServer, _ seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    var client: Connection?
    for number in numbers {
      if Int.random(in: 0..<10, using: &generator) == 0 {
        let words = ["", "", "storage", "delivery", "queue"].randomElement(using: &generator) ?? ""
        server.faults.set(words: words)
      }
      let (script, isCut) = action(&generator, number)
      let open: Connection
      if let client {
        open = client
      } else {
        open = try await server.connect()
        try await open.send("EHLO c\r\n\(login)")
        _ = try await open.receive(until: "235 ")
      }
      // The answer to the last command ends what is read.
      try await open.send(isCut ? script : script + "VRFY x\r\n")
      if isCut { open.shutdownWrite() }
      _ = try await open.receive(until: isCut ? nil : "252 ")
      client = isCut ? nil : open
      if isCut { open.close() }
    }
    client?.close()
  }

  @Test(
    "of a thousand messages with faults at random, each that was accepted has one trace, and nothing is left over",
    arguments: [SeededGenerator.seed])
  func thousand(seed: UInt64) async throws {
    let (clock, begin) = (ManualClock(), ContinuousClock.now)
    let loop = try EventLoop(name: "smarthost")
    let random = Locked(SeededGenerator(seed: seed))
    let smarthost = try Smarthost(loop: loop) { word in
      random.withLock { random in
        switch (word, Int.random(in: 0..<40, using: &random)) {
        case ("QUIT", _): nil
        case (_, 0): "421 busy"
        case (_, 1): "554 no"
        case (_, 2): ""
        default: nil
        }
      }
    }
    var configuration = SMTPSession.Configuration()
    configuration.maximumMessageSize = 4096
    configuration.maximumErrors = .max
    let server = try TestServer(
      connections: 100, smarthost: smarthost.listener.boundAddress, configuration: configuration,
      lifetime: .seconds(20), now: { begin + clock.elapsed }, tracing: .test())
    try await withThrowingTaskGroup { group in
      for client in 0..<8 {
        let numbers = (0..<125).map { client * 125 + $0 }
        group.addTask { try await Self.send(numbers, to: server, seed &+ UInt64(client)) }
      }
      try await group.waitForAll()
    }
    await server.sessionsHaveEnded()
    let size = server.metrics.queue.size
    var spans: [SpanRecording] = []
    for round in 0..<1000 where size.value > 0 {
      server.faults.set(words: round % 3 == 0 ? "storage" : "")
      await server.attemptsHaveEnded()
      spans += server.endedSpans()
      clock.advance(by: .seconds(1))
    }
    #expect(size.value == 0)
    await server.attemptsHaveEnded()
    spans += server.endedSpans()
    server.expectAllEnded()
    Self.expectWhole(spans, of: server.metrics)
    await server.stop()
    await smarthost.stop()
    loop.shutdown()
  }

  private static func expectWhole(_ spans: [SpanRecording], of metrics: MetricsCollector) {
    let byID = Dictionary(grouping: spans, by: \.context.spanID)
    #expect(byID.values.allSatisfy { $0.count == 1 })
    let orphans = spans.filter { span in
      span.parent.map { byID[$0.spanID]?.first?.context.traceID != span.context.traceID } ?? false
    }
    #expect(orphans.map(\.name) == [])
    let roots = spans.filter { $0.parent == nil }
    #expect(Set(roots.map(\.context.traceID)).count == roots.count)
    #expect(Set(roots.map(\.name)).isSubset(of: ["SMTP transaction", "bounce"]))

    let accepted = roots.filter { $0.text("smtp.outcome") == "accepted" }
    #expect(accepted.count == Int(metrics.smtp.messagesReceived.integerValue))
    #expect(Set(accepted.map { $0.text("mail.queue_id") }).count == accepted.count)
    let traces = Dictionary(grouping: spans.filter { $0.text("mail.queue_id") != nil && $0.name != "bounce" })
    {
      $0.text("mail.queue_id") ?? ""
    }
    for root in accepted {
      let ofMessage = traces[root.text("mail.queue_id") ?? ""] ?? []
      #expect(Set(ofMessage.map(\.context.traceID)) == [root.context.traceID])
      #expect(ofMessage.contains { $0.isAttempt })
    }
    let transactions = Set(roots.filter { $0.name == "SMTP transaction" }.map(\.context))
    let bounces = roots.filter { $0.name == "bounce" }
    #expect(bounces.count == Int(metrics.mail.bounced.integerValue))
    for bounce in bounces {
      #expect(
        bounce.contents.links.count == 1
          && bounce.contents.links.allSatisfy { transactions.contains($0.context) })
    }

    let attempts = spans.filter(\.isAttempt)
    for result in DeliveryResult.allCases {
      let counted = RecipientKind.allCases.reduce(0) {
        $0 + metrics.delivery.attempts[$1, result].integerValue
      }
      #expect(attempts.count { $0.text("mail.delivery.result") == result.labelValue } == Int(counted))
    }
    let retries = Int(metrics.queue.retries.integerValue)
    #expect(retries > 0)
    #expect(
      spans.count { $0.name == "queue wait" } == Int(metrics.queue.puts.integerValue) + retries)
    let texts = spans.flatMap(\.texts)
    #expect(!texts.contains { $0.contains("@") || $0.contains("alice") || $0.contains("sender") })
  }
}
