// Where does an IMAP command end? Lines and literals put together, within limits (RFC 3501 section 4.3).

import EndpointMessages

/// A command's text, with the literals that stood in it.
struct IMAPCommandText: Sendable, Equatable {
  /// `texts[0] literals[0] texts[1] literals[1] … texts[n]`: always one text more than literals.
  var texts: [[UInt8]] = [[]]
  var literals: [[UInt8]] = []
}

struct IMAPCommandReader: Sendable {
  enum Event: Equatable {
    case command(IMAPCommandText)
    /// The client waits for leave to send a literal.
    case continuation
    /// A literal is too large. Its octets are skipped when the client sends them unasked (RFC 7888).
    case literalTooLarge(tag: [UInt8])
    case lineTooLong(tag: [UInt8])
  }

  private enum Phase {
    case line
    case literal(remaining: Int)
    case skipping(remaining: Int)
  }

  /// With CRLF; RFC 2683 section 3.2.1.5 asks for at least 8,000.
  let longestLine: Int
  private var input = InputBuffer()
  private var phase = Phase.line
  private var command = IMAPCommandText()
  /// How many octets of lines the command has used, over all its pieces.
  private var lineOctets = 0

  init(longestLine: Int = 64 * 1024) {
    self.longestLine = longestLine
  }

  var discarded: Int { input.discarded }
  /// Whether a part of a command has come, and the rest has not.
  var isInCommand: Bool {
    if case .line = phase { lineOctets > 0 || !input.isEmpty } else { true }
  }
  /// Whether nothing of a command has been used: not that a line with a literal has come, and its octets have not.
  var isBeforeCommand: Bool { if case .line = phase { lineOctets == 0 } else { false } }
  /// The first octets not yet used, for telling other protocols.
  func peek(_ count: Int) -> ArraySlice<UInt8> { input.peek(count) }

  mutating func append(_ bytes: some Collection<UInt8>) { input.append(bytes) }

  /// A line outside a command: the answer to a challenge, or DONE.
  mutating func takeLine() -> InputBuffer.Line? { input.takeLine(limit: longestLine) }

  /// The next event, or nil when more input is needed.
  mutating func next(longestLiteral: Int) -> Event? {
    while true {
      switch phase {
      case .line:
        guard let line = input.takeLine(limit: max(1, longestLine - lineOctets)) else { return nil }
        switch line {
        case .tooLong:
          defer { startOver() }
          return .lineTooLong(tag: tag)
        case .complete(let bytes), .bareLineFeed(let bytes):
          if let event = took(bytes, longestLiteral: longestLiteral) { return event }
        }
      case .literal(let remaining):
        let bytes = input.take(remaining)
        command.literals[command.literals.count - 1].append(contentsOf: bytes)
        let left = remaining - bytes.count
        phase = left > 0 ? .literal(remaining: left) : .line
        if left > 0 { return nil }
      case .skipping(let remaining):
        let left = remaining - input.take(remaining).count
        phase = left > 0 ? .skipping(remaining: left) : .line
        if left > 0 { return nil }
        // What follows the skipped literal belongs to the refused command: it is not a command of its own.
        guard input.takeLine(limit: longestLine) != nil else {
          phase = .skipping(remaining: 0)
          return nil
        }
      }
    }
  }

  private mutating func took(_ line: [UInt8], longestLiteral: Int) -> Event? {
    lineOctets += line.count + 2
    guard let literal = Self.literal(endingLine: line) else {
      command.texts[command.texts.count - 1] = line
      defer { startOver() }
      return .command(command)
    }
    command.texts[command.texts.count - 1] = Array(line[..<literal.start])
    let held = command.literals.reduce(0) { $0 + $1.count }
    guard literal.size <= longestLiteral - held, command.literals.count < 16 else {
      let tag = tag
      startOver()
      if !literal.isSynchronising { phase = .skipping(remaining: literal.size) }
      return .literalTooLarge(tag: tag)
    }
    command.literals.append([])
    command.texts.append([])
    phase = .literal(remaining: literal.size)
    return literal.isSynchronising ? .continuation : nil
  }

  private mutating func startOver() {
    command = IMAPCommandText()
    lineOctets = 0
    phase = .line
  }

  private var tag: [UInt8] { Array(command.texts[0].prefix { $0 != .space }.prefix(64)) }

  /// `{123}` or `{123+}` at the end of a line.
  private static func literal(endingLine line: [UInt8]) -> (start: Int, size: Int, isSynchronising: Bool)? {
    guard line.last == UInt8(ascii: "}"), let open = line.lastIndex(of: UInt8(ascii: "{")) else { return nil }
    var digits = line[(open + 1)..<(line.count - 1)]
    let isSynchronising = digits.last != UInt8(ascii: "+")
    if !isSynchronising { digits.removeLast() }
    guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { return nil }
    // A number beyond Int is beyond every limit.
    return (open, Int(digits.text) ?? Int.max, isSynchronising)
  }
}
