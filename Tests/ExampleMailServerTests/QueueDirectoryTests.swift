// Does the queue's directory give back what was put into it, whatever else is there?

import MailObservability
import ObservabilityPlatform
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
  func brokenFiles() throws {
    let (directory, said) = (try TemporaryDirectory(), Locked<[String]>([]))
    do {
      let queue = try QueueDirectory(path: directory.path) { _ in Issue.record("nothing is wrong yet") }
      for id in ["M2", "M1"] { #expect(queue.write(try Self.file(id))) }
      queue.remove("M1")
      #expect(queue.write(try Self.file("M3")))
      queue.remove("unknown")
    }
    try directory.write([], to: "M4.mail")
    try directory.write(Array("junk".utf8), to: "M5.mail")
    try directory.write(try Self.file("M7").encoded, to: "M6.mail")
    try directory.write(Array("half".utf8), to: "M8.new")
    try directory.write(Array("mine".utf8), to: "notes")
    let queue = try QueueDirectory(path: directory.path) { text in said.withLock { $0.append(text) } }
    #expect(queue.load().map(\.message.id).sorted() == ["M2", "M3"])
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
  func capacity() throws {
    let (directory, said) = (try TemporaryDirectory(), Locked<[String]>([]))
    let queue = try QueueDirectory(path: directory.path, capacity: 2) { text in
      said.withLock { $0.append(text) }
    }
    for id in ["M1", "M2", "M3"] { #expect(queue.write(try Self.file(id))) }
    #expect(queue.load().count == 2)
    #expect(said.withLock { $0.count } == 1)
    #expect(try directory.names.count == 4)
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
