// Do the shells hold on real sockets: limits, time-outs, draining, delivery, and what is recorded of them?

import MailObservability
@testable import ObservabilitySockets
import TestSupport
import Testing

@testable import example_mail_server

// Clients wait without deadlines: a slow machine must not decide, and what hangs has the suite's limit.
@Suite(.timeLimit(.minutes(30))) struct ServerTests {
  private let transaction =
    "EHLO c.example\r\nMAIL FROM:<a@example.net>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n"

  @Test("draining ends idle sessions with a 421 and lets one in a transaction finish its message")
  func drain() async throws {
    let server = try TestServer()
    let idle = try await server.connect()
    let busy = try await server.connect()
    _ = try await idle.receive(until: "220 ")
    try await busy.send(transaction)
    _ = try await busy.receive(until: "354 ")
    async let drained: Void = server.sessions.drain(gracePeriod: .seconds(3600))
    #expect(try await idle.receive().hasPrefix("421 4.3.2"))
    try await busy.send("Subject: last\r\n\r\n.\r\n")
    let rest = try await busy.receive()
    #expect(rest.contains("250 2.0.0 Queued"))
    #expect(rest.contains("421 4.3.2"))
    await drained
    #expect(server.metrics.smtp.messagesReceived.integerValue == 1)
    #expect(server.metrics.connections.active[.smtp].value == 0)
    await #expect(throws: SocketError.self) { try await server.connect() }
    await server.stop()
  }

  @Test("a session beyond the limit hears 421 and is counted as rejected")
  func limit() async throws {
    let server = try TestServer(connections: 1)
    let first = try await server.connect()
    _ = try await first.receive(until: "220 ")
    #expect(try await server.connect().receive().hasPrefix("421 4.3.2"))
    #expect(server.metrics.smtp.connectionsRejected[.overload].integerValue == 1)
    #expect(server.metrics.smtp.connections.integerValue == 1)
    await server.stop()
  }

  @Test("a client that says nothing for too long hears 421, and that is an error of the session")
  func timeout() async throws {
    let server = try TestServer()
    let client = try await server.connect()
    _ = try await client.receive(until: "220 ")
    async let last = client.read(upTo: 100)
    server.loop.advanceClock(by: .seconds(3601))
    #expect(try await last.text.hasPrefix("421 4.4.2"))
    #expect(server.metrics.smtp.errors.integerValue == 1)
    await server.stop()
  }

  @Test(
    "a client that sends an octet now and then has its time for the whole command", arguments: [false, true])
  func slowCommand(isIMAP: Bool) async throws {
    let server = try TestServer(isIMAP: isIMAP)
    let client = try await server.connect()
    _ = try await client.receive(until: "\r\n")
    async let last = client.receive()
    // Each octet comes long after the one before, and long before the time-out.
    for octet in 1...3 {
      let received = server.metrics.connections.bytes[isIMAP ? .imap : .smtp, .received]
      try await client.send("x")
      #expect(await eventually { received.integerValue == octet })
      server.loop.advanceClock(by: .seconds(1201))
    }
    let rest = try await last
    #expect(isIMAP ? rest.hasPrefix("* BYE Idle too long") : rest.hasPrefix("421 4.4.2"))
    await server.stop()
  }

  @Test("a client that says hello and leaves is no error")
  func leaves() async throws {
    let server = try TestServer()
    for (text, errors) in [("EHLO lb.example\r\n", 0), ("EHLO lb", 1)] as [(String, UInt64)] {
      let client = try await server.connect()
      _ = try await client.receive(until: "220 ")
      try await client.send(text)
      client.shutdownWrite()
      _ = try await client.receive()
      #expect(server.metrics.smtp.errors.integerValue == errors)
    }
    await server.stop()
  }

  @Test("mail that was accepted is in the mailbox, and counted on its way")
  func delivery() async throws {
    let server = try TestServer()
    // Waits for the news of the store, so no time has to pass.
    let (changes, change) = AsyncStream<Void>.makeStream()
    let watch = server.store.watch("alice") { change.yield() }
    let client = try await server.connect()
    try await client.send(transaction + "Subject: x\r\n\r\n.\r\nQUIT\r\n")
    #expect(try await client.receive().hasSuffix("221 2.0.0 mail.example.com Bye\r\n"))
    for await _ in changes { break }
    withExtendedLifetime(watch) {}
    guard case .mailboxes(let found, _) = server.store.answer(.mailbox("INBOX"), user: "alice") else {
      Issue.record("the store does not answer")
      return
    }
    #expect(found.first?.messages.first?.content.text.hasSuffix("\r\nSubject: x\r\n\r\n") == true)
    #expect(server.metrics.queue.puts.integerValue == 1)
    #expect(server.metrics.storage.messages.value == 1)
    await server.stop()
  }

  @Test("a queue that takes nothing defers the message, and the client hears 451")
  func queueFault() async throws {
    let server = try TestServer()
    server.faults.set(words: "queue")
    let client = try await server.connect()
    try await client.send(transaction + "Subject: x\r\n\r\n.\r\nQUIT\r\n")
    #expect(try await client.receive().contains("\r\n451 4.3.0 Try again later\r\n"))
    #expect(server.metrics.smtp.messagesReceived.integerValue == 0)
    await server.stop()
  }

  @Test("an idling IMAP client is told of mail that another task delivers, and the push is counted")
  func idle() async throws {
    let server = try TestServer(isIMAP: true)
    let client = try await server.connect()
    try await client.send("a LOGIN alice secret\r\nb SELECT INBOX\r\nc IDLE\r\n")
    _ = try await client.receive(until: "+ idling\r\n")
    #expect(server.metrics.imap.idleConnections.value == 1)
    try server.store.deliver(Array("Subject: x\r\n\r\n".utf8), to: "alice")
    #expect(try await client.receive(until: "* 1 EXISTS\r\n") == "* 1 EXISTS\r\n")
    try await client.send("DONE\r\nd LOGOUT\r\n")
    #expect(try await client.receive().contains("c OK IDLE ended\r\n* BYE"))
    #expect(server.metrics.push.deliveries.integerValue == 1)
    #expect(server.metrics.imap.idleConnections.value == 0)
    await server.stop()
  }

  @Test(
    "sessions leave descriptors for probes",
    arguments: [
      (500, 1, 1024, 500), (500, 3, 1024, 320), (500, 3, 64, 4), (2, 3, 1024, 2), (500, 0, 10, 4),
      (10, 1, Int.max, 10),
    ])
  func connectionLimit(_ wanted: Int, _ protocols: Int, _ descriptors: Int, _ expected: Int) {
    #expect(
      ConnectionLimit.sessions(wanted: wanted, protocols: protocols, descriptors: descriptors) == expected)
  }

  @Test("the words of the faults file are the faults in force, and new ones are told once")
  func faults() {
    let faults = Faults()
    #expect(faults.set(words: "storage\nQUEUE nonsense") == [.storage, .queue])
    #expect(faults.set(words: "queue executor") == [.executor])
    #expect(Fault.allCases.filter { faults.isActive($0) } == [.queue, .executor])
    #expect(faults.set(words: "") == [])
    #expect(!faults.isActive(.queue))
    #expect(faults.set(words: "maintenance") == [.maintenance])
    #expect(faults.set(words: "\u{FEFF}storage\r\n") == [.storage])
    #expect(Faults.unknownWords(in: "\u{FEFF}storage Strage\tque ") == ["que", "strage"])
  }

  @Test(
    "what is dot-stuffed for sending is unstuffed by the receiver",
    arguments: ["", "a", ".", "..\r\n.x\r\n", "\r\n.\r\n"])
  func dotStuffing(_ text: String) {
    var receiver = MessageReceiver(sizeLimit: 100)
    let sent = SMTPClient.dotStuffed(Array(text.utf8))
    let (used, isComplete) = receiver.receive(dotStuffed: sent[...])
    #expect(isComplete && used == sent.count)
    #expect(receiver.content.text == (text.isEmpty || text.hasSuffix("\r\n") ? text : text + "\r\n"))
  }

  @Test("the traffic's mix holds everything, most of all good mail, and counts messages")
  func trafficMix() {
    var mix = TrafficMix(seed: 7)
    var counts: [TrafficAct: Int] = [:]
    for _ in 0..<20_000 { counts[mix.next(), default: 0] += 1 }
    for act in TrafficAct.allCases {
      let expected = Double(act.weight) * 20
      #expect(abs(Double(counts[act] ?? 0) - expected) < 5 * expected.squareRoot() + 1, "\(act)")
    }
    for _ in 0..<100 {
      let acts = mix.untilNextMessage()
      #expect(
        acts.dropLast().allSatisfy { !$0.isMessage } && (acts.last?.isMessage == true || acts.count == 16))
    }
  }
}
