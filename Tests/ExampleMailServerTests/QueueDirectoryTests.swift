// Does the queue's directory give back what was put into it, whatever else is there?

import MailObservability
import ObservabilityPlatform
import ObservabilitySockets
import TestSupport
import Testing
import TraceSpans

@testable import example_mail_server

/// A directory for one test.
final class TemporaryDirectory: Sendable {
  struct Broken: Error {}

  let path: String

  init() throws {
    var template = Array("/tmp/queue.XXXXXX\0".utf8CString)
    guard mkdtemp(&template) != nil else { throw Broken() }
    path = template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.text
  }

  deinit {
    for name in (try? names) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// What is there, in order.
  var names: [String] {
    get throws {
      guard let directory = opendir(path) else { throw Broken() }
      defer { closedir(directory) }
      var names: [String] = []
      while let entry = readdir(directory) {
        names.append(withUnsafeBytes(of: entry.pointee.d_name) { $0.prefix { $0 != 0 }.text })
      }
      return names.filter { !$0.hasPrefix(".") }.sorted()
    }
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    guard let file = fopen("\(path)/\(name)", "w") else { throw Broken() }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Broken() }
  }

  /// Waits until nothing has it open as a queue.
  func isFree() async throws {
    let path = path
    #expect(await eventually { (try? QueueDirectory(path: path) { _ in }) != nil })
  }
}

@Suite(.timeLimit(.minutes(30))) struct QueueDirectoryTests {
  private static func file(_ id: String, content: String = "Subject: x\r\n\r\n\0\u{FF}\n\n") throws
    -> QueueFile
  {
    QueueFile(
      message: QueuedMessage(
        id: id, sender: MailAddress("a@example.net"),
        recipients: ["b@example.com", "postmaster", "\"x y\"@example.com"].compactMap { MailAddress($0) },
        content: Array(content.utf8),
        trace: TraceContext(
          traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03", tracestate: ["a=b,c=d e"])),
      taken: .seconds(1_700_000_000), waitsSince: .nanoseconds(1_700_000_000_000_000_001), attempts: 3,
      nextAttempt: .seconds(1_700_000_004))
  }

  private static func expectEqual(_ file: QueueFile?, _ other: QueueFile) {
    #expect(file?.message.id == other.message.id)
    #expect(file?.message.sender == other.message.sender)
    #expect(file?.message.recipients == other.message.recipients)
    #expect(file?.message.content == other.message.content)
    #expect(file?.message.trace == other.message.trace)
    #expect(file?.taken == other.taken && file?.waitsSince == other.waitsSince)
    #expect(file?.attempts == other.attempts && file?.nextAttempt == other.nextAttempt)
  }

  @Test("a message is read as it was written, a bounce and one without a trace too")
  func roundTrip() throws {
    let whole = try Self.file("M1")
    Self.expectEqual(try QueueFile(whole.encoded), whole)
    let bare = QueueFile(
      message: QueuedMessage(
        id: "BM1-1", sender: nil, recipients: whole.message.recipients, content: []), taken: .zero,
      waitsSince: .zero, attempts: 0, nextAttempt: .zero)
    Self.expectEqual(try QueueFile(bare.encoded), bare)
  }

  @Test("no file can do harm, and one that ends too early is known for it", arguments: [SeededGenerator.seed])
  func damage(seed: UInt64) throws {
    let whole = try Self.file("M1").encoded
    for count in 0..<whole.count {
      #expect(throws: QueueFile.Broken.self) { try QueueFile(Array(whole.prefix(count))) }
    }
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<(5000 * SeededGenerator.rounds) {
      var bytes = whole
      generator.damage(&bytes, with: Array("\n 0-9a@\0\u{FF}".utf8))
      _ = try? QueueFile(bytes)
    }
  }

  @Test("what cannot be read is set aside and said, and the rest is there, the oldest first")
  func brokenFiles() async throws {
    let (directory, said) = (try TemporaryDirectory(), Locked<[String]>([]))
    do {
      let queue = try QueueDirectory(path: directory.path) { _ in Issue.record("nothing is wrong yet") }
      for id in ["M2", "M1"] { #expect(await queue.write(try Self.file(id))) }
      await queue.remove("M1")
      #expect(await queue.write(try Self.file("M3")))
      await queue.remove("unknown")
    }
    try directory.write([], to: "M4.mail")
    try directory.write(Array("junk".utf8), to: "M5.mail")
    try directory.write(try Self.file("M7").encoded, to: "M6.mail")
    try directory.write(Array("half".utf8), to: "M8.new")
    try directory.write(Array("mine".utf8), to: "notes")
    let queue = try QueueDirectory(path: directory.path) { text in said.withLock { $0.append(text) } }
    let found = queue.load()
    #expect(found.files.map(\.message.id).sorted() == ["M2", "M3"])
    #expect(found.lastNumber == 8)
    let complaints = said.withLock { $0 }
    #expect(complaints.count == 3)
    for name in ["M4.mail", "M5.mail", "M6.mail"] {
      #expect(complaints.contains { $0.contains("\(name) is set aside as \(directory.path)/\(name).broken") })
    }
    #expect(
      try directory.names == [
        "M2.mail", "M3.mail", "M4.mail.broken", "M5.mail.broken", "M6.mail.broken", "lock", "notes",
      ])
  }

  @Test("no more messages are read than the queue holds, and the others stay")
  func capacity() async throws {
    let (directory, said) = (try TemporaryDirectory(), Locked<[String]>([]))
    let queue = try QueueDirectory(path: directory.path, capacity: 2) { text in
      said.withLock { $0.append(text) }
    }
    for id in ["M1", "M2", "M3"] { #expect(await queue.write(try Self.file(id))) }
    let found = queue.load()
    // A new message takes nobody's place.
    #expect((found.files.count, found.lastNumber) == (2, 3))
    #expect(said.withLock { $0.count } == 1)
    #expect(try directory.names.count == 4)
  }

  /// A file as text, with other lines in place of some.
  private static func text(_ lines: [String: String], content: String = "x\r\n") -> [UInt8] {
    let names = [
      "id", "sender", "recipient", "taken", "waits-since", "attempts", "next-attempt", "octets",
    ]
    let usual = [
      "id": "M1", "recipient": "alice@example.com", "taken": "1", "waits-since": "1", "attempts": "0",
      "next-attempt": "1", "octets": "\(content.utf8.count)",
    ]
    let head = names.map { "\($0) \(lines[$0] ?? usual[$0] ?? "")\n" }.joined()
    return Array("\(QueueFile.firstLine)\n\(head)\n\(content)".utf8)
  }

  @Test(
    "an identifier is one of this server's, or the file is none",
    arguments: [
      ("M1", true), ("BM12-3", true), (String(repeating: "M", count: 64), true), ("", false), ("M 1", false),
      ("../M1", false), ("M1.2", false), ("M\0", false), ("\u{E9}", false), ("e\u{301}", false),
      (String(repeating: "M", count: 65), false),
    ])
  func identifiers(_ id: String, _ isOurs: Bool) throws {
    #expect(((try? QueueFile(Self.text(["id": id]))) != nil) == isOurs)
  }

  @Test("who is named twice gets one, and nothing waits longer than it is there")
  func repetitions() throws {
    let file = try QueueFile(
      Self.text([
        "recipient": "alice@example.com\nrecipient b@example.com\nrecipient alice@EXAMPLE.com", "taken": "7",
      ]))
    #expect(file.message.recipients.map(\.description) == ["alice@example.com", "b@example.com"])
    #expect(file.waitsSince == .nanoseconds(7))
  }

  @Test("times before 1970, as a clock that was set back makes them, can be read again")
  func earlyTimes() throws {
    let file = try Self.file("M1")
    let early = QueueFile(
      message: file.message, taken: .seconds(-5), waitsSince: .seconds(-4), attempts: 1,
      nextAttempt: .seconds(-3))
    let read = try QueueFile(early.encoded)
    #expect((read.taken, read.waitsSince, read.nextAttempt) == (.zero, .zero, .zero))
  }

  @Test(
    "the number in a name is one that a server can come to",
    arguments: [
      ("M7.mail", 7), ("BM12-3.mail.broken", 12), ("M.mail", nil), ("lock", nil), ("", nil),
      ("M9223372036854775807.mail", nil), ("M99999999999999999999.mail", nil), ("M\u{661}.mail", nil),
      ("M1152921504606846975", 1_152_921_504_606_846_975),
    ] as [(String, Int?)])
  func numbers(_ name: String, _ number: Int?) {
    #expect(QueuedMessage.number(in: name) == number)
  }

  @Test(
    "nothing that stands in a directory keeps a server from starting, or costs it memory",
    .timeLimit(.minutes(5)))
  func strangeFiles() async throws {
    let (directory, said) = (try TemporaryDirectory(), Locked<[String]>([]))
    let queue = try QueueDirectory(path: directory.path) { text in said.withLock { $0.append(text) } }
    try directory.write(Self.text([:]), to: "M1.mail")
    // As long as a message may be, and as long as it does not say.
    #expect(truncate("\(directory.path)/M1.mail", 1 << 30) == 0)
    #expect(mkfifo("\(directory.path)/M2.mail", 0o600) == 0)
    #expect(symlink("/dev/zero", "\(directory.path)/M3.mail") == 0)
    #expect(symlink("/nonexistent", "\(directory.path)/M4.mail") == 0)
    try directory.write(Self.text(["octets": "\(Int.max)"]), to: "M5.mail")
    try directory.write(Array(repeating: 0, count: 2 << 20), to: "M6.mail")
    let found = queue.load()
    #expect(found.files.isEmpty && found.lastNumber == 6)
    #expect(
      try directory.names == [
        "M1.mail.broken", "M2.mail.broken", "M3.mail.broken", "M4.mail", "M5.mail.broken", "M6.mail.broken",
        "lock",
      ])
    #expect(said.withLock { $0.count } == 6)
    await queue.remove("M4")
  }

  @Test(
    "whatever times a file has, its message is delivered, and the server goes on",
    arguments: ["0", "1700000000000000000", "\(Int64.max)"], ["0", "1000000", "\(Int64.max)"])
  func times(_ time: String, _ number: String) async throws {
    let directory = try TemporaryDirectory()
    let id = "M\(Int64.max)"
    try directory.write(
      Self.text([
        "id": id, "taken": time, "waits-since": number, "attempts": number, "next-attempt": time,
      ]), to: "\(id).mail")
    let (clock, begin) = (ManualClock(), ContinuousClock.now)
    let server = try TestServer(
      lifetime: .seconds(3600), directory: try QueueDirectory(path: directory.path) { Issue.record("\($0)") },
      now: { begin + clock.elapsed }, tracing: .test())
    server.queue.publishAge()
    clock.advance(by: .seconds(61))
    let answers = try await server.converse(
      "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n.\r\nQUIT\r\n")
    #expect(answers.contains("Queued as M1\r\n"))
    let messages = server.metrics.storage.messages
    server.queue.wake()
    #expect(await eventually { messages.value == 2 })
    await server.attemptsHaveEnded()
    #expect(await eventually { (try? directory.names) == ["lock"] })
    server.expectAllEnded()
    await server.stop()
  }

  @Test("changes are made in the order in which they are asked for, however many there are at once")
  func order() async throws {
    let directory = try TemporaryDirectory()
    let queue = try QueueDirectory(path: directory.path) { Issue.record("\($0)") }
    await withTaskGroup { group in
      for number in 1...200 {
        group.addTask {
          guard let first = try? Self.file("M\(number)", content: "1"),
            let second = try? Self.file("M\(number)", content: "2")
          else { return }
          #expect(await queue.write(first))
          #expect(await queue.write(second))
          if number.isMultiple(of: 2) { await queue.remove("M\(number)") }
        }
      }
    }
    let files = queue.load().files
    #expect(Set(files.map(\.message.id)) == Set(stride(from: 1, to: 200, by: 2).map { "M\($0)" }))
    #expect(files.allSatisfy { $0.message.content == Array("2".utf8) })
    #expect(try directory.names.count == 101)
  }

  @Test("while a disk takes its time, nobody waits for it but whose message it writes")
  func slowDisk() async throws {
    let (directory, said) = (try TemporaryDirectory(), Locked<[String]>([]))
    let server = try TestServer(
      directory: try QueueDirectory(path: directory.path) { text in said.withLock { $0.append(text) } },
      tracing: .test())
    // Whoever opens it to write waits for somebody who reads.
    let file = "\(directory.path)/M1.1.new"
    #expect(mkfifo(file, 0o600) == 0)
    let client = try await server.connect()
    try await client.send("EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n")
    _ = try await client.receive(until: "354 ")
    try await client.send(".\r\n")
    let processed = server.metrics.mail.processed
    #expect(await eventually { processed.integerValue == 1 })
    #expect(try await server.converse("NOOP\r\nQUIT\r\n").contains("221 "))
    let reader = open(file, O_RDONLY | O_NONBLOCK)
    #expect(reader >= 0)
    // A pipe is no place for a message.
    #expect(try await client.receive(until: "451 ").contains("451 "))
    close(reader)
    client.close()
    #expect(said.withLock { $0.count } == 1)
    await server.sessionsHaveEnded()
    server.expectAllEnded()
    await server.stop()
  }

  @Test("a directory is one process's at a time, and one that cannot be used is an error that names it")
  func exclusion() throws {
    let directory = try TemporaryDirectory()
    let queue = try QueueDirectory(path: directory.path) { _ in }
    for path in [directory.path, "/dev/null", "/nonexistent/queue"] {
      #expect {
        try QueueDirectory(path: path) { _ in }
      } throws: { error in
        "\(error)".contains(path)
      }
    }
    withExtendedLifetime(queue) {}
  }

  @Test("a message that cannot be written is not accepted")
  func unwritable() async throws {
    let (directory, said) = (try TemporaryDirectory(), Locked<[String]>([]))
    let queue = try QueueDirectory(path: directory.path) { text in said.withLock { $0.append(text) } }
    let server = try TestServer(directory: queue, tracing: .test())
    unlink("\(directory.path)/lock")
    rmdir(directory.path)
    let answers = try await server.converse(
      "EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n.\r\nQUIT\r\n")
    #expect(answers.contains("451 4.3.0"))
    #expect(said.withLock { $0.count } == 1)
    #expect(server.metrics.queue.size.value == 0)
    #expect(server.endedSpans().first { $0.name == "queue put" }?.hasFailed == true)
    await server.stop()
  }
}
