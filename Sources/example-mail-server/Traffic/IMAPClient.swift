// How does the server's own traffic read mail? A client that sends a command and collects the answer.

import ObservabilitySockets

struct IMAPClient {
  struct Answer {
    let lines: [String]
    let isOK: Bool

    /// The number in `* 12 EXISTS`.
    func count(of name: String) -> Int? {
      lines.last { $0.hasPrefix("* ") && $0.hasSuffix(" " + name) }
        .flatMap { Int($0.dropFirst(2).prefix { $0 != " " }) }
    }
  }

  struct ProtocolError: Error {}

  private let connection: Connection
  private let deadline: ContinuousClock.Instant
  private var input = InputBuffer()
  private var lastTag = 0

  static func connect(
    to address: SocketAddress, on loop: EventLoop, deadline: ContinuousClock.Instant
  ) async throws -> IMAPClient {
    let connection = try await Connection.connect(to: address, on: loop, deadline: deadline)
    var client = IMAPClient(connection: connection, deadline: deadline)
    guard try await client.line().hasPrefix("* OK") else { throw ProtocolError() }
    return client
  }

  private init(connection: Connection, deadline: ContinuousClock.Instant) {
    self.connection = connection
    self.deadline = deadline
  }

  func close() { connection.close() }

  mutating func command(_ text: String) async throws -> Answer {
    lastTag += 1
    try await connection.write(Array("t\(lastTag) \(text)\r\n".utf8), deadline: deadline)
    return try await answer()
  }

  /// Waits for news for a while, then says DONE.
  mutating func idle(for duration: Duration) async throws {
    lastTag += 1
    try await connection.write(Array("t\(lastTag) IDLE\r\n".utf8), deadline: deadline)
    let end = min(deadline, ContinuousClock.now + duration)
    do {
      while true { input.append(try await read(until: end)) }
    } catch let error as SocketError where error.code == .deadlineExceeded {
      try await connection.write(Array("DONE\r\n".utf8), deadline: deadline)
    }
    _ = try await answer()
  }

  private mutating func answer() async throws -> Answer {
    let tag = "t\(lastTag) "
    var lines: [String] = []
    while true {
      let line = try await line()
      if line.hasPrefix(tag) { return Answer(lines: lines, isOK: line.hasPrefix(tag + "OK")) }
      // A literal's text is taken for further lines: the traffic's own mail holds nothing like a tag.
      lines.append(line)
      guard lines.count < 10_000 else { throw ProtocolError() }
    }
  }

  private mutating func line() async throws -> String {
    while true {
      switch input.takeLine(limit: 64 * 1024) {
      case .complete(let bytes), .bareLineFeed(let bytes): return bytes.text
      case .tooLong: throw ProtocolError()
      case nil: input.append(try await read(until: deadline))
      }
    }
  }

  private func read(until deadline: ContinuousClock.Instant) async throws -> [UInt8] {
    let bytes = try await connection.read(upTo: 16 * 1024, deadline: deadline)
    guard !bytes.isEmpty else { throw ProtocolError() }
    return bytes
  }
}
