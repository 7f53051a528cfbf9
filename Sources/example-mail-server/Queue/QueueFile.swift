// What is written down of a queued message? A few lines about it, an empty one, and its octets.

import EndpointMessages
import MailObservability
import ObservabilityPlatform

struct QueueFile: Sendable {
  /// A file that this server has not written, or not to its end.
  struct Broken: Error, CustomStringConvertible {
    let description: String
  }

  static let firstLine = "example-mail-server queue 1"
  static let longestHead = 1 << 20

  let message: QueuedMessage
  // Since 1970-01-01 UTC: an instant means nothing to the next process.
  let taken: Duration
  let waitsSince: Duration
  let attempts: Int
  let nextAttempt: Duration

  init(message: QueuedMessage, taken: Duration, waitsSince: Duration, attempts: Int, nextAttempt: Duration) {
    (self.message, self.taken, self.waitsSince) = (message, taken, waitsSince)
    (self.attempts, self.nextAttempt) = (attempts, nextAttempt)
  }

  var encoded: [UInt8] {
    var head = "\(Self.firstLine)\nid \(message.id)\nsender \(message.sender.map { "\($0)" } ?? "")\n"
    for recipient in message.recipients { head += "recipient \(recipient)\n" }
    // A clock that was set back may be earlier than what is older than that is old.
    func text(_ time: Duration) -> String { "\(max(0, time.clampedNanoseconds))" }
    head += "taken \(text(taken))\nwaits-since \(text(waitsSince))\n"
    head += "attempts \(attempts)\nnext-attempt \(text(nextAttempt))\n"
    if let trace = message.trace {
      head += "traceparent \(trace.traceparent)\n"
      if let state = trace.tracestate { head += "tracestate \(state)\n" }
    }
    // So that one which ends too early is known for it.
    head += "octets \(message.content.count)\n\n"
    return Array(head.utf8) + message.content
  }

  init(_ bytes: [UInt8]) throws(Broken) {
    guard let end = Self.endOfHead(bytes) else { throw Broken(description: "its head has no end") }
    let lines = bytes[..<end].split(separator: .lineFeed).map(\.text)
    guard lines.first == Self.firstLine else { throw Broken(description: "it is no file of this queue") }
    var values: [String: [String]] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      values[String(parts[0]), default: []].append(parts.count > 1 ? String(parts[1]) : "")
    }
    func value(_ name: String) throws(Broken) -> String {
      guard let all = values[name], all.count == 1 else { throw Broken(description: "it has no \(name)") }
      return all[0]
    }
    func number(_ name: String) throws(Broken) -> Int64 {
      guard let number = Int64(try value(name)), number >= 0 else {
        throw Broken(description: "its \(name) is no number")
      }
      return number
    }
    func address(_ text: String) throws(Broken) -> MailAddress {
      guard let address = MailAddress(text) else { throw Broken(description: "it has a bad address") }
      return address
    }
    let id = try value("id")
    // It becomes a part of file names, header fields and boundaries.
    guard (1...64).contains(id.utf8.count),
      id.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") })
    else { throw Broken(description: "its id is none of this server's") }
    let sender = try value("sender")
    var recipients: [MailAddress] = []
    for text in values["recipient"] ?? [] {
      let recipient = try address(text)
      if !recipients.contains(recipient) { recipients.append(recipient) }
    }
    guard !recipients.isEmpty else { throw Broken(description: "it has no recipient") }
    let content = Array(bytes[(end + 2)...])
    guard content.count == Int(clamping: try number("octets")) else {
      throw Broken(description: "it does not have all octets of its message")
    }
    message = QueuedMessage(
      id: id, sender: sender.isEmpty ? nil : try address(sender), recipients: recipients,
      content: content,
      // A context that cannot be read loses the trace, and not the message.
      trace: values["traceparent"]?.first.flatMap {
        TraceContext(traceparent: $0, tracestate: values["tracestate"] ?? [])
      })
    taken = .nanoseconds(try number("taken"))
    // Not before it was there.
    waitsSince = max(taken, .nanoseconds(try number("waits-since")))
    attempts = Int(clamping: min(try number("attempts"), 1_000_000))
    nextAttempt = .nanoseconds(try number("next-attempt"))
  }

  /// How many octets a file has to have that begins with these, of which ``longestHead`` are enough; nil where its
  /// head does not say it.
  static func size(ofFileWith beginning: [UInt8]) -> Int? {
    guard let end = endOfHead(beginning), let line = beginning[..<end].split(separator: .lineFeed).last?.text,
      line.hasPrefix("octets "), let octets = Int(line.dropFirst(7)), octets >= 0
    else { return nil }
    let (size, overflow) = octets.addingReportingOverflow(end + 2)
    return overflow ? nil : size
  }

  /// Where the last line before the empty one ends.
  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    var before: UInt8 = 0
    for (index, byte) in bytes.prefix(longestHead).enumerated() {
      if byte == .lineFeed, before == .lineFeed { return index - 1 }
      before = byte
    }
    return nil
  }
}
