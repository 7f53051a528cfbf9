// What happens to a message between its acceptance and the queue? A row of small steps, called mailets.

import MailObservability

/// A message on its way through the mailets.
struct MailInTransit: Sendable {
  let id: String
  let submission: SMTPSubmission
  var content: [UInt8]
}

enum MailetVerdict: Sendable, Equatable {
  case next
  /// The message goes in circles.
  case loop
  case reject(SMTPMessageRejection, text: String)

  var name: String {
    switch self {
    case .next: "next"
    case .loop: "loop"
    case .reject: "reject"
    }
  }
}

protocol Mailet: Sendable {
  var name: String { get }
  func process(_ mail: inout MailInTransit) -> MailetVerdict
}

/// A message that has passed many servers, or this one before, goes in circles (RFC 5321 section 6.3).
struct LoopDetection: Mailet {
  let name = "loop_detection"
  var maximumReceivedFields = 50

  func process(_ mail: inout MailInTransit) -> MailetVerdict {
    MessageHeader(of: mail.content).count(of: "Received") > maximumReceivedFields
      ? .loop : .next
  }
}

/// Knows the two harmless strings that every scanner must find: EICAR for viruses, GTUBE for spam.
struct ContentFilter: Mailet {
  let name = "content_filter"

  // Each is written in two halves, so that a scanner does not find this file.
  private static let virus = Array(
    (#"X5O!P%@AP[4\PZX54(P^)7CC)7}$"# + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!").utf8)
  private static let spam = Array(
    ("XJS*C4JDBQADN1.NSBN3*2IDNEN*" + "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL").utf8)

  func process(_ mail: inout MailInTransit) -> MailetVerdict {
    if mail.content.contains(ignoringCase: Self.virus) { return .reject(.virus, text: "A virus was found") }
    if mail.content.contains(ignoringCase: Self.spam) { return .reject(.spam, text: "This is spam") }
    return .next
  }
}

/// Adds the trace field that every server must add (RFC 5321 section 4.4).
struct TraceHeader: Mailet {
  let name = "trace_header"
  let hostName: String
  let now: @Sendable () -> CalendarTime

  func process(_ mail: inout MailInTransit) -> MailetVerdict {
    let submission = mail.submission
    let address = submission.clientAddress.map { " (\($0))" } ?? ""
    let field =
      "Received: from \(submission.clientName)\(address)\r\n\tby \(hostName)\r\n"
      + "\twith \(submission.transferProtocol) id \(mail.id);\r\n\t\(now().internetMessageFormat)\r\n"
    mail.content.insert(contentsOf: Array(field.utf8), at: 0)
    return .next
  }
}
