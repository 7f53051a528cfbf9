// Do the store, the queue's schedule, the mailets, the directory and the calendar keep their rules?

import MailObservability
import Testing

@testable import example_mail_server

@Suite struct StoreAndQueueTests {
  private let start = ContinuousClock.now

  private func message(_ id: String) -> QueuedMessage {
    QueuedMessage(
      id: id, sender: MailAddress("a@example.com"),
      recipients: ["b@example.com", "c@example.com"].compactMap { MailAddress($0) }, content: [])
  }

  private func taken(
    from schedule: inout DeliverySchedule, at now: ContinuousClock.Instant, limit: Int
  ) -> [String] {
    schedule.takeDue(at: now, limit: limit).map(\.message.id)
  }

  @Test(
    "a deferred message is tried again after longer and longer pauses, and expires at the end of its time")
  func retries() {
    var schedule = DeliverySchedule(lifetime: .seconds(10), firstPause: .seconds(1))
    #expect(schedule.put(message("1"), at: start) == true)
    #expect((schedule.incomingCount, schedule.activeCount, schedule.deferredCount) == (1, 0, 0))
    let recipients = message("1").recipients
    var now = start
    for pause in [1, 2, 4] {
      #expect(taken(from: &schedule, at: now, limit: 10) == ["1"])
      #expect(schedule.activeCount == 1)
      #expect(taken(from: &schedule, at: now, limit: 10) == [])
      #expect(
        schedule.conclude("1", undelivered: recipients, at: now) == .deferred(until: now + .seconds(pause)))
      #expect(schedule.nextAttempt == now + .seconds(pause))
      #expect(taken(from: &schedule, at: now + .seconds(pause) - .nanoseconds(1), limit: 10) == [])
      now += .seconds(pause)
    }
    #expect(schedule.oldestAge(at: now) == .seconds(7))
    _ = schedule.takeDue(at: now, limit: 10)
    #expect(
      schedule.conclude("1", undelivered: recipients, at: now)
        == .expired(recipients: recipients, age: .seconds(7)))
    #expect(schedule.count == 0)
  }

  @Test("a message that some recipients got is tried again for the others only")
  func partialDelivery() {
    var schedule = DeliverySchedule(lifetime: .seconds(10))
    _ = schedule.put(message("1"), at: start)
    _ = schedule.takeDue(at: start, limit: 1)
    _ = schedule.conclude("1", undelivered: [message("1").recipients[1]], at: start)
    let entry = schedule.takeDue(at: start + .seconds(1), limit: 1).first
    #expect(entry?.message.recipients.map(\.description) == ["c@example.com"])
    #expect(schedule.conclude("1", undelivered: [], at: start + .seconds(3)) == .finished(age: .seconds(3)))
  }

  @Test("the queue has an end, and takes the oldest first")
  func capacityAndOrder() {
    var schedule = DeliverySchedule(lifetime: .seconds(10), capacity: 2)
    #expect(schedule.put(message("1"), at: start + .seconds(1)) == true)
    #expect(schedule.put(message("2"), at: start) == true)
    #expect(schedule.put(message("3"), at: start) == false)
    #expect(taken(from: &schedule, at: start + .seconds(1), limit: 1) == ["2"])
    #expect(schedule.conclude("unknown", undelivered: [], at: start) == .finished(age: .zero))
  }

  @Test("the store counts what it holds, refuses what does not fit, and forgets what is expunged")
  func store() throws {
    var table = MailboxTable(accounts: ["alice"], generation: .first, maximumBytes: 10)
    let time = CalendarTime(seconds: 0)
    try table.append([1, 2, 3], to: "inbox", of: "alice", at: time)
    #expect(throws: StoreError.full) {
      try table.append([UInt8](repeating: 0, count: 8), to: "INBOX", of: "alice", at: time)
    }
    #expect(throws: StoreError.noSuchMailbox) { try table.append([], to: "Nope", of: "alice", at: time) }
    #expect(throws: StoreError.noSuchMailbox) { try table.append([], to: "INBOX", of: "nobody", at: time) }
    #expect((table.mailboxCount, table.messageCount, table.byteCount) == (4, 1, 3))
    try table.changeFlags(.add, ["\\deleted"], of: [1], in: "INBOX", of: "alice")
    #expect(try table.expunge("INBOX", of: "alice") == [1])
    #expect((table.messageCount, table.byteCount) == (0, 0))
    #expect(try table.append([1], to: "INBOX", of: "alice", at: time) == 2)
  }

  @Test(
    "an address finds its account",
    arguments: [
      ("alice@example.com", Route.local(account: "alice")), ("ALICE@mail.test", .local(account: "alice")),
      ("alice+list@example.org", .local(account: "alice")), ("postmaster", .local(account: "alice")),
      ("postmaster@own.invalid", .local(account: "alice")), ("nobody@example.com", .unknown),
      ("alice@elsewhere.invalid", .remote), ("x+y@example.com", .unknown),
    ])
  func routes(_ address: String, _ route: Route) throws {
    let directory = Directory(accounts: [Account(name: "alice", password: "s")], domains: ["own.invalid"])
    #expect(directory.route(for: try #require(MailAddress(address))) == route)
  }

  @Test("a user is who knows the name and the password")
  func authentication() {
    let directory = Directory(accounts: [Account(name: "alice", password: "s")])
    #expect(directory.authenticate(user: "alice", password: "s")?.name == "alice")
    #expect(directory.authenticate(user: "Alice@example.com", password: "s")?.name == "alice")
    for (user, password) in [
      ("alice", ""), ("alice", "S"), ("bob", "s"), ("bob", "\u{0}"), ("alice@elsewhere.invalid", "s"),
      ("", ""),
    ] {
      #expect(directory.authenticate(user: user, password: password) == nil)
    }
  }

  @Test("the mailets stop loops, viruses and spam, and trace the rest")
  func mailets() throws {
    func mail(_ content: String) -> MailInTransit {
      let submission = SMTPSubmission(
        sender: nil, recipients: [], content: Array(content.utf8), clientName: "client.example",
        clientAddress: "[192.0.2.1]", user: nil,
        transferProtocol: "ESMTP")
      return MailInTransit(id: "1", submission: submission, content: submission.content)
    }
    var plain = mail("Subject: x\r\n\r\nhello")
    #expect(LoopDetection().process(&plain) == .next)
    #expect(ContentFilter().process(&plain) == .next)
    #expect(TraceHeader(hostName: "mx.example", now: { CalendarTime(seconds: 0) }).process(&plain) == .next)
    #expect(
      plain.content.text
        == "Received: from client.example ([192.0.2.1])\r\n\tby mx.example\r\n\twith ESMTP id 1;\r\n\tThu, 1 Jan 1970 00:00:00 +0000\r\nSubject: x\r\n\r\nhello"
    )
    var loop = mail(String(repeating: "Received: x\r\n", count: 51))
    #expect(LoopDetection().process(&loop) == .loop)
    var virus = mail("\r\n" + #"X5O!P%@AP[4\PZX54(P^)7CC)7}$"# + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
    #expect(ContentFilter().process(&virus) == .reject(.virus, text: "A virus was found"))
    var spam = mail("\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X")
    #expect(ContentFilter().process(&spam) == .reject(.spam, text: "This is spam"))
  }

  @Test(
    "the calendar agrees with known days",
    arguments: [
      (0, "Thu, 1 Jan 1970 00:00:00 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
      (-1, "Wed, 31 Dec 1969 23:59:59 +0000"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"),
      (4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000"), (-62_135_596_800, "Mon, 1 Jan 0001 00:00:00 +0000"),
    ])
  func calendar(_ seconds: Int64, _ text: String) {
    let time = CalendarTime(seconds: seconds)
    #expect(time.internetMessageFormat == text)
    #expect(CalendarTime(internetMessageFormat: text) == time)
    #expect(CalendarTime(internetMessageFormat: time.imapFormat) == time)
  }

  @Test(
    "a date is read with its zone, or not at all",
    arguments: [
      ("Mon, 7 Feb 1994 21:52:25 -0800", 760_686_745), ("7 Feb 1994 21:52 +0100", 760_654_320),
      ("1-Feb-1970", 2_678_400),
      ("30 Feb 2000 00:00:00 +0000", nil), ("x", nil), ("1 Foo 2000", nil), ("1 Jan 99999", nil),
      ("1 Jan 2000 25:00", nil),
      ("99999999999999999999 Jan 2000", nil), ("1 Jan 2000 1:2:3:4", nil),
    ] as [(String, Int64?)])
  func dates(_ text: String, _ seconds: Int64?) {
    #expect(CalendarTime(internetMessageFormat: text)?.seconds == seconds)
  }

  @Test("a bounce is a report to the sender, and carries the original's header only")
  func bounce() throws {
    let original = QueuedMessage(
      id: "7", sender: MailAddress("a@example.com"), recipients: [],
      content: Array("Subject: x\r\n\r\nsecret body".utf8))
    let recipient = try #require(MailAddress("b@elsewhere.invalid"))
    let text = BounceMessage.compose(
      for: original, to: try #require(MailAddress("a@example.com")),
      failed: [(recipient, reason: "no route")], messageID: "<bounce-7@mx.example>",
      hostName: "mx.example", at: CalendarTime(seconds: 0)
    ).text
    #expect(
      text.contains("Final-Recipient: rfc822; b@elsewhere.invalid\r\nAction: failed\r\nStatus: 5.0.0\r\n"))
    #expect(text.contains("\r\n\r\nSubject: x\r\n\r\n\r\n--=_7_bounce--\r\n"))
    #expect(!text.contains("secret body"))
    #expect(!text.replacing("\r\n", with: "").contains("\n"))
  }
}

@Suite struct OptionsTests {
  @Test("without listeners the usual four are there; with one, only that")
  func defaults() throws {
    let all = try Options(arguments: [])
    #expect(
      [all.smtp, all.imap, all.jmap, all.metrics] == [
        "127.0.0.1:2525", "127.0.0.1:1143", "127.0.0.1:8080", "127.0.0.1:9464",
      ])
    let one = try Options(arguments: ["--smtp", "127.0.0.1:0"])
    #expect([one.smtp, one.imap, one.jmap, one.metrics] == ["127.0.0.1:0", nil, nil, nil])
    #expect(
      all.directory.route(for: try #require(MailAddress("anybody@example.com"))) == .local(account: "alice"))
  }

  @Test("probes have a listener of their own beside that of the metrics only")
  func probes() throws {
    let options = try Options(arguments: [
      "--metrics", "systemd:metrics", "--probes", "127.0.0.1:0", "--socket-mode", "660",
    ])
    #expect(options.metrics == "systemd:metrics" && options.probes == "127.0.0.1:0")
    #expect(options.socketMode == 0o660)
    for wrong in [
      ["--probes", "127.0.0.1:0", "--smtp", "127.0.0.1:0"], ["--probes", "nonsense"],
      ["--socket-mode", "999"], ["--socket-mode", "1000"], ["--smtp", "systemd:smtp"],
    ] {
      #expect(throws: UsageError.self) { try Options(arguments: wrong) }
    }
    #expect(Healthcheck.run(["a", "b"]).exitCode == 1 && Healthcheck.run(["--help"]).exitCode == 1)
  }

  @Test("the threshold of the executor is the library's own until it is set")
  func executorThreshold() throws {
    #expect(try Options(arguments: []).executorThreshold == nil)
    #expect(try Options(arguments: ["--executor-threshold", "0.5"]).executorThreshold == .milliseconds(500))
  }

  @Test("traces stay in the process, are sent to a collector, or are none")
  func tracing() throws {
    let plain = try Options(arguments: []).tracing
    #expect(plain.enabled && plain.exporter == .none && plain.trustedPeers == [])
    let sent = try Options(arguments: [
      "--otlp", "http://c.example:4318", "--trusted-peer", "192.0.2.0/24", "--trusted-peer", "2001:db8::1",
      "--trace-ratio", "0",
    ]).tracing
    #expect(sent.exporter == .otlp && sent.endpoint == "http://c.example:4318")
    #expect(sent.trustedPeers == [IPNetwork("192.0.2.0/24"), IPNetwork("2001:db8::1")])
    #expect(try !Options(arguments: ["--trace-off"]).tracing.enabled)
  }

  @Test("the secret part of a collector's address is in no message")
  func collectorSecret() {
    #expect {
      try Options(arguments: ["--otlp", "https://user:secret@c.example:4318"])
    } throws: { error in
      (error as? UsageError)?.message.contains("secret") == false
    }
  }

  @Test("users bring their passwords and domains")
  func users() throws {
    let options = try Options(arguments: ["--user", "bob@own.invalid:a:b", "--user", "carol:x"])
    #expect(
      options.accounts == [Account(name: "bob", password: "a:b"), Account(name: "carol", password: "x")])
    #expect(
      options.directory.route(for: try #require(MailAddress("carol@own.invalid"))) == .local(account: "carol")
    )
    #expect(options.directory.route(for: try #require(MailAddress("alice@own.invalid"))) == .unknown)
  }

  @Test("who may read the metrics is nobody in particular until it is set")
  func metricsAccess() throws {
    let none = try Options(arguments: [])
    #expect(none.metricsUser == nil && none.metricsTokenFiles == [] && none.trusted == [])
    let options = try Options(arguments: [
      "--metrics-user", "prometheus:$2b$04$x:y", "--metrics-token-file", "/a", "--metrics-token-file", "/b",
      "--trusted", "10.0.0.0/8", "--trusted", "fd00::/8",
    ])
    #expect(options.metricsUser == .init(username: "prometheus", passwordHash: "$2b$04$x:y"))
    #expect(options.metricsTokenFiles == ["/a", "/b"])
    #expect(options.trusted == [IPNetwork("10.0.0.0/8"), IPNetwork("fd00::/8")].compactMap { $0 })
    #expect(!"\(options)".contains("$2b$"))
  }

  @Test(
    "what cannot be meant is a usage error that names it",
    arguments: [
      ["--bogus"], ["--smtp"], ["--smtp", ""], ["--smtp", "nonsense"], ["--imap", "127.0.0.1:99999"],
      ["--relay", "x"], ["--user", "alice"], ["--user", ":x"], ["--user", "alice:"],
      ["--traffic", "x"],
      ["--traffic", "-1"], ["--traffic", "nan"], ["--traffic", "inf"], ["--traffic", "1e-300"],
      ["--max-message-size", "0"],
      ["--domain", "-x"], ["extra"],
      ["--queue-lifetime", "0"], ["--executor-threshold", "0.001"], ["--executor-threshold", "nan"],
      ["--metrics-user", "prometheus"], ["--trusted", "10.0.0.1/8"], ["--trusted", "localhost"],
      ["--otlp", "x"], ["--otlp", "https://c.example:4318"], ["--otlp", "ftp://c.example"], ["--otlp"],
      ["--trace-ratio", "-0.1"], ["--trace-ratio", "1.1"], ["--trace-ratio", "nan"], ["--trace-ratio", "x"],
      ["--trusted-peer", "192.0.2.1/24"], ["--trusted-peer", "mx.example"], ["--queue-directory", ""],
    ])
  func errors(_ arguments: [String]) {
    #expect { try Options(arguments: arguments) } throws: {
      ($0 as? UsageError)?.message.contains(arguments[0]) == true
    }
  }

  @Test("no start gives a name that an earlier one gave, as long as the clock goes forward")
  func generations() throws {
    var last = StoreGeneration.first
    for eighths in [1, 2, 8, 3_000_000_000] {
      let next = StoreGeneration(
        startingAt: .seconds(1_704_067_200) + .milliseconds(125) * eighths + .milliseconds(130))
      #expect(next.uidValidity > last.uidValidity)
      #expect(next.firstID - last.firstID >= 1 << 24)
      last = next
    }
    for start in [Duration.zero, .seconds(-1), .seconds(Int64.max), .seconds(Int64.min)] {
      #expect(StoreGeneration(startingAt: start).uidValidity >= 1)
    }
    var (before, after) = (
      MailboxTable(accounts: ["a"], generation: .first), MailboxTable(accounts: ["a"], generation: last)
    )
    try before.append([], to: "INBOX", of: "a", at: CalendarTime(seconds: 0))
    try after.append([], to: "INBOX", of: "a", at: CalendarTime(seconds: 0))
    #expect(before.state(of: "a") != after.state(of: "a"))
    let (old, new) = (before.mailboxes(of: "a"), after.mailboxes(of: "a"))
    #expect(Set(old.map(\.jmapID)).isDisjoint(with: new.map(\.jmapID)))
    #expect(old[0].uidValidity < new[0].uidValidity)
    #expect(old[0].messages[0].jmapID != new[0].messages[0].jmapID)
  }

  @Test(
    "final delivery says to whom a reply would go, and leaves nobody else's word about it",
    arguments: [
      ("Subject: x\r\n\r\nb", "Subject: x\r\n\r\nb"),
      ("Return-Path: <forged@evil.example>\r\nSubject: x\r\n\r\nb", "Subject: x\r\n\r\nb"),
      (
        "A: 1\r\nreturn-path: <f@x>\r\n\tfolded\r\nB: 2\r\nRETURN-PATH:\r\n\r\nReturn-Path: body",
        "A: 1\r\nB: 2\r\n\r\nReturn-Path: body"
      ), ("", ""), ("Return-Path: <f@x>", ""),
    ])
  func returnPath(_ content: String, _ rest: String) {
    let sender = MailAddress("a@example.com")
    #expect(
      ReturnPath(of: sender).inserted(into: Array(content.utf8)).text == "Return-Path: <a@example.com>\r\n"
        + rest)
    #expect(ReturnPath(of: nil).inserted(into: Array(content.utf8)).text == "Return-Path: <>\r\n" + rest)
  }
}
