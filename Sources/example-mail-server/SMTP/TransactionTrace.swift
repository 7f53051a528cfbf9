// How is a mail transaction traced? As one span, from MAIL to the reply that ends it, whichever way that goes.

import MailObservability
import ObservabilityPlatform
import ObservabilitySockets

/// The spans of one session's transactions, one after the other. Of a trusted peer the trace that a message belongs to
/// stands in its header, so nothing is started before that has come: what happens until then is noted.
struct TransactionTrace {
  enum Outcome: String {
    case accepted, rejected, unavailable
    /// RSET, or a new greeting.
    case reset
    case quit, timeout, disconnect, shutdown
  }

  private struct Event {
    let name: String
    let attributes: [TraceSpan.Attribute]
    let time: Duration
  }

  /// A transaction of which it is not yet known to which trace it belongs.
  private struct Noted {
    let began: Duration
    var events: [Event] = []
  }

  /// As many as a span holds by default: a client may send RCPT for ever.
  private static let maximumEvents = 128

  private let tracing: MailTracing
  private let session: Int
  private let peer: EndpointPeer
  private let isTrusted: Bool
  private var span: TraceSpan?
  private var noted: Noted?
  private var lastCommand = SMTPCommand.other
  private var lastReply: SMTPReply?
  private var isOver = false
  /// Why the server closes the session, where the client has not asked for it.
  private var interruption: Outcome?

  /// - Parameters:
  ///   - session: what tells the session from others.
  ///   - peer: who is at the other end.
  init(_ tracing: MailTracing, session: Int, peer: EndpointPeer) {
    self.tracing = tracing
    self.session = session
    self.peer = peer
    isTrusted = tracing.trusts(peer)
  }

  private var isOpen: Bool { span != nil || noted != nil }

  mutating func began(_ command: SMTPCommand) {
    settle()
    lastCommand = command
    lastReply = nil
    if command == .mail, !isOpen, tracing.tracer.isStarted {
      if isTrusted { noted = Noted(began: WallClock.now) } else { start(parent: nil) }
    }
    note("smtp.command", Self.attributes(of: command))
  }

  /// - Parameter isOver: whether no transaction is open any more.
  mutating func replied(_ reply: SMTPReply, isOver: Bool) {
    guard isOpen else { return }
    note("smtp.reply", Self.attributes(of: reply))
    lastReply = reply
    self.isOver = isOver && !reply.isIntermediate
  }

  /// The message is complete: runs `body` as a part of its trace.
  ///
  /// - Parameter body: is given the context that is kept with the message.
  mutating func submitting<Result>(
    _ submission: SMTPSubmission, _ body: (TraceContext?) async -> Result
  ) async -> Result {
    found(submission.content)
    guard let span else { return await body(nil) }
    if span.isRecording {
      span["mail.sender"] = submission.sender.flatMap { tracing.shown(address: $0.description) }
      span["mail.recipients"] = submission.recipients.count
      span["mail.size"] = submission.content.count
      span["mail.message_id"] = MessageHeader.identifier(of: submission.content)
    }
    return await TraceSpan.withCurrent(span) { await body(span.context) }
  }

  /// A message, or as much as there will be of one that is refused or breaks off: its header says to which trace
  /// the transaction belongs.
  mutating func found(_ message: [UInt8]) {
    if noted != nil { start(parent: tracing.context(ofMessage: message, from: peer)) }
  }

  /// The queue has the message.
  func queued(as id: String) { span?["mail.queue_id"] = id }

  /// Runs `body` as a part of the transaction's trace, so that what it observes leads there.
  func measuring(_ body: () -> Void) {
    guard let span, span.isRecording else { return body() }
    TraceSpan.withCurrent(span, body)
  }

  /// Ends a transaction that the last reply has ended.
  mutating func settle() {
    guard isOver else { return }
    switch (lastCommand, lastReply?.code ?? 0) {
    case (.rset, _), (.helo, _), (.ehlo, _), (.lhlo, _): end(.reset)
    case (_, ..<400): end(.accepted)
    case (_, 400..<500): end(.unavailable)
    default: end(.rejected)
    }
  }

  /// The server is about to close the session.
  mutating func interrupted(_ outcome: Outcome) { interruption = outcome }

  /// The session was closed: interrupted, by QUIT, or because the client made too many errors.
  mutating func closed() {
    settle()
    end(interruption ?? (lastCommand == .quit ? .quit : .rejected))
  }

  /// Ends the transaction, when one is open.
  mutating func end(_ outcome: Outcome) {
    if noted != nil { start(parent: nil) }
    defer { (span, isOver) = (nil, false) }
    guard let span else { return }
    if span.isRecording {
      span["smtp.outcome"] = outcome.rawValue
      if let lastReply { span["smtp.response.status_code"] = lastReply.code }
      switch outcome {
      case .accepted, .reset, .quit: break
      case .rejected, .unavailable: fail(span, lastReply.map { "\($0.code)" } ?? outcome.rawValue)
      case .timeout, .disconnect, .shutdown: fail(span, outcome.rawValue)
      }
    }
    span.end()
  }

  private func fail(_ span: TraceSpan, _ type: String) {
    span["error.type"] = type
    span.status = .error("")
  }

  private mutating func start(parent: TraceContext?) {
    let span = tracing.startSMTPTransaction(parent: parent, at: noted?.began)
    if span.isRecording {
      span["smtp.session.id"] = "\(session)"
      for event in noted?.events ?? [] {
        span.addEvent(event.name, attributes: event.attributes, at: event.time)
      }
    }
    (self.span, noted) = (span, nil)
  }

  private mutating func note(_ name: String, _ attributes: @autoclosure () -> [TraceSpan.Attribute]) {
    if let span {
      if span.isRecording { span.addEvent(name, attributes: attributes()) }
    } else if let noted, noted.events.count < Self.maximumEvents {
      self.noted?.events.append(Event(name: name, attributes: attributes(), time: WallClock.now))
    }
  }

  private static let commandAttributes = Dictionary(
    uniqueKeysWithValues: SMTPCommand.allCases.map {
      ($0, [TraceSpan.Attribute("smtp.command", $0.rawValue.uppercased())])
    })

  private static func attributes(of command: SMTPCommand) -> [TraceSpan.Attribute] {
    commandAttributes[command] ?? []
  }

  private static func attributes(of reply: SMTPReply) -> [TraceSpan.Attribute] {
    let code = TraceSpan.Attribute("smtp.response.status_code", reply.code)
    guard let enhanced = reply.enhancedCode else { return [code] }
    return [code, TraceSpan.Attribute("smtp.response.enhanced_status_code", enhanced)]
  }
}

extension SocketAddress {
  /// The other end of a connection, as tracing asks for it.
  var endpointPeer: EndpointPeer {
    switch self {
    case .v4(_, let port), .v6(_, _, _, let port): EndpointPeer(address: ipBytes, port: port)
    case .unix: .unix
    }
  }
}
