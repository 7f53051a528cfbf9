// How is a message handed to another server? A small SMTP client, one command at a time.

import EndpointMessages
import ObservabilitySockets

struct SMTPClient {
  struct Reply: CustomStringConvertible {
    let code: Int
    let text: String
    var description: String { "\(code) \(text)" }
    var isPositive: Bool { (200..<400).contains(code) }
    /// Such as `5.1.1`, at the beginning of the text (RFC 2034 section 4); nil when there is none.
    var enhancedCode: String? {
      let word = text.prefix { $0 != " " }
      let parts = word.utf8.split(separator: .dot, omittingEmptySubsequences: false)
      guard parts.count == 3, parts.allSatisfy({ (1...3).contains($0.count) && $0.allSatisfy(\.isDigit) })
      else { return nil }
      return String(word)
    }
  }

  struct ProtocolError: Error {}

  /// The other server wants no session.
  struct GreetingRefused: Error { let reply: Reply }

  private static let longestReply = 64 * 1024

  private let connection: Connection
  private let deadline: ContinuousClock.Instant
  private var input = InputBuffer()

  /// Connects and reads the greeting.
  static func connect(
    to address: SocketAddress, on loop: EventLoop, deadline: ContinuousClock.Instant
  ) async throws -> SMTPClient {
    let connection = try await Connection.connect(to: address, on: loop, deadline: deadline)
    var client = SMTPClient(connection: connection, deadline: deadline)
    let greeting = try await client.readReply()
    guard greeting.isPositive else {
      client.close()
      throw GreetingRefused(reply: greeting)
    }
    return client
  }

  func close() { connection.close() }

  /// Sends a command line and returns its reply.
  mutating func command(_ line: String) async throws -> Reply {
    try await connection.write(Array("\(line)\r\n".utf8), deadline: deadline)
    return try await readReply()
  }

  /// Sends one message to one recipient. The reply is that of the first command that was refused, or of the
  /// message's end.
  mutating func send(_ message: QueuedMessage, to recipient: MailAddress, as hostName: String) async throws
    -> Reply
  {
    let greeting = try await greet(as: hostName)
    guard greeting.isPositive else { return greeting }
    for line in [
      "MAIL FROM:<\(message.sender.map { "\($0)" } ?? "")>", "RCPT TO:<\(recipient)>", "DATA",
    ] {
      let reply = try await command(line)
      guard reply.isPositive else {
        _ = try? await command("QUIT")
        return reply
      }
    }
    try await connection.write(Self.dotStuffed(message.content), deadline: deadline)
    let reply = try await readReply()
    _ = try? await command("QUIT")
    return reply
  }

  /// Says who we are; in the old way to a server that does not know the new one (RFC 5321 section 3.2).
  private mutating func greet(as hostName: String) async throws -> Reply {
    let reply = try await command("EHLO \(hostName)")
    guard (500..<600).contains(reply.code) else { return reply }
    return try await command("HELO \(hostName)")
  }

  /// With each leading dot doubled and the final line added (RFC 5321 section 4.5.2).
  static func dotStuffed(_ content: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(content.count + 8)
    var isLineStart = true
    for byte in content {
      if isLineStart, byte == .dot { output.append(.dot) }
      output.append(byte)
      isLineStart = byte == .lineFeed
    }
    if !isLineStart { output += [.carriageReturn, .lineFeed] }
    return output + [.dot, .carriageReturn, .lineFeed]
  }

  private mutating func readReply() async throws -> Reply {
    var octets = 0
    while true {
      while let line = input.takeLine(limit: 4096) {
        guard case .complete(let bytes) = line, bytes.count >= 3, let code = Int(bytes.prefix(3).text) else {
          throw ProtocolError()
        }
        // `250-` announces another line.
        if bytes.count > 3, bytes[3] == UInt8(ascii: "-") { continue }
        // It becomes a line of a bounce (RFC 5322 section 2.1.1), whoever has written it.
        let text = bytes.dropFirst(4).prefix(512).map { $0.isPrintable ? $0 : UInt8(ascii: "?") }
        return Reply(code: code, text: text.text)
      }
      let bytes = try await connection.read(upTo: 4096, deadline: deadline)
      octets += bytes.count
      guard !bytes.isEmpty, octets <= Self.longestReply else { throw ProtocolError() }
      input.append(bytes)
    }
  }
}
