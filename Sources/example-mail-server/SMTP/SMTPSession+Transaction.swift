// How does a mail transaction go? MAIL, RCPT, then DATA or BDAT (RFC 5321 section 3.3, RFC 3030).

import MailObservability

extension SMTPSession {
  private static let mailFirst = SMTPReply(503, "5.5.1", "MAIL first")

  mutating func beginTransaction(from sender: MailAddress?, size: Int?) {
    guard greetedWith != nil else { return reply(503, "5.5.1", "EHLO first") }
    guard transaction == nil else { return reply(503, "5.5.1", "A transaction is already open") }
    guard (size ?? 0) <= configuration.maximumMessageSize else { return reply(tooLarge) }
    transaction = Transaction(sender: sender)
    reply(250, "2.1.0", "Sender OK")
  }

  mutating func addRecipient(_ address: MailAddress) {
    guard let open = transaction, open.content == nil else { return reply(Self.mailFirst) }
    transaction?.hasTriedRecipient = true
    guard open.acceptedCommands < configuration.maximumRecipients else {
      return reply(452, "4.5.3", "Too many recipients")
    }
    questionedRecipient = address
    phase = .deciding
    pending.append(.resolve(address))
  }

  mutating func decideRecipient(_ decision: RecipientDecision) {
    guard case .deciding = phase, let address = questionedRecipient else { return }
    questionedRecipient = nil
    phase = .command
    switch decision {
    case .accepted:
      transaction?.acceptedCommands += 1
      if transaction?.recipients.contains(where: address.isSame) == false {
        transaction?.recipients.append(address)
      }
      reply(250, "2.1.5", "Recipient OK")
    case .unknown:
      reply(SMTPReply(550, "5.1.1", "No such user here", rejecting: .unknownRecipient))
    case .relayDenied:
      reply(SMTPReply(554, "5.7.1", "Relay access denied", rejecting: .relayDenied))
    }
  }

  mutating func beginData() {
    guard let open = transaction, open.content == nil else { return reply(Self.mailFirst) }
    guard !open.recipients.isEmpty else { return reply(noRecipients(in: open)) }
    phase = .data
    transaction?.content = MessageReceiver(sizeLimit: configuration.maximumMessageSize)
    reply(354, nil, "End with <CRLF>.<CRLF>")
  }

  mutating func advanceData() -> Bool {
    guard !input.isEmpty else { return false }
    guard let outcome = transaction?.content?.receive(dotStuffed: input.peek(input.count)) else {
      return false
    }
    _ = input.take(outcome.used)
    if outcome.isComplete { submit() }
    return true
  }

  /// A chunk's octets follow at once, whatever the answer: a refused chunk must still be read.
  mutating func beginChunk(size: Int, isLast: Bool) {
    var refusal: SMTPReply?
    if let open = transaction {
      if open.recipients.isEmpty { refusal = noRecipients(in: open) }
    } else {
      refusal = Self.mailFirst
    }
    if refusal == nil, transaction?.content == nil {
      transaction?.content = MessageReceiver(sizeLimit: configuration.maximumMessageSize)
    }
    phase = .chunk(Chunk(size: size, isLast: isLast, refusal: refusal), remaining: size)
  }

  mutating func advanceChunk(_ chunk: Chunk, remaining: Int) -> Bool {
    let bytes = input.take(remaining)
    if chunk.refusal == nil { transaction?.content?.receive(chunk: bytes) }
    let left = remaining - bytes.count
    guard left == 0 else {
      phase = .chunk(chunk, remaining: left)
      return false
    }
    phase = .command
    if let refusal = chunk.refusal {
      reply(refusal)
    } else if chunk.isLast {
      submit()
    } else if let flaw = transaction?.content?.flaw {
      // RFC 3030 section 2: after a refused chunk the transaction is over.
      refuse(for: flaw, times: 1)
    } else {
      reply(250, "2.0.0", "Chunk of \(chunk.size) octets received")
    }
    return true
  }

  private mutating func submit() {
    phase = .command
    guard let open = transaction, let receiver = open.content else { return }
    if let flaw = receiver.flaw {
      return refuse(for: flaw, times: greetedWith == .lhlo ? open.acceptedCommands : 1)
    }
    phase = .deciding
    pending.append(
      .accept(
        SMTPSubmission(
          sender: open.sender, recipients: open.recipients, content: receiver.content,
          clientName: clientName, clientAddress: clientAddress, user: user, transferProtocol: transferProtocol
        )))
  }

  private mutating func refuse(for flaw: MessageReceiver.Flaw, times: Int) {
    pending.append(.refused(beginning: transaction?.content?.beginning ?? []))
    transaction = nil
    reply(answer(to: flaw), times: times)
  }

  mutating func decideSubmission(_ decision: SubmissionDecision) {
    guard case .deciding = phase, let open = transaction else { return }
    phase = .command
    transaction = nil
    let answer =
      switch decision {
      case .queued(let id): SMTPReply(250, "2.0.0", "Queued as \(id)")
      case .rejected(let reason, let text):
        SMTPReply(554, reason == .policy ? "5.4.6" : "5.7.1", text, rejecting: reason)
      case .unavailable: SMTPReply(451, "4.3.0", "Try again later")
      }
    // RFC 2033 section 4.2: LMTP answers once for each accepted RCPT command.
    reply(answer, times: greetedWith == .lhlo ? open.acceptedCommands : 1)
  }

  /// The same answer for each recipient; the message is refused once, so only the first one says so.
  private mutating func reply(_ answer: SMTPReply, times: Int) {
    for index in 0..<max(1, times) {
      reply(
        SMTPReply(
          answer.code, answer.enhancedCode, lines: answer.lines,
          rejecting: index == 0 ? answer.rejection : nil))
    }
  }

  /// RFC 2920 section 3.1: a pipelining client may send DATA although every RCPT was refused. That is no
  /// error of sequence.
  private func noRecipients(in open: Transaction) -> SMTPReply {
    open.hasTriedRecipient
      ? SMTPReply(554, "5.5.1", "No valid recipients") : SMTPReply(503, "5.5.1", "RCPT first")
  }

  private var tooLarge: SMTPReply {
    SMTPReply(
      552, "5.3.4", "The message is larger than \(configuration.maximumMessageSize) octets", rejecting: .size)
  }

  private func answer(to flaw: MessageReceiver.Flaw) -> SMTPReply {
    switch flaw {
    case .tooLarge: tooLarge
    case .lineTooLong: SMTPReply(500, "5.6.0", "A line is longer than 1000 octets", rejecting: .syntax)
    case .bareLineEnd: SMTPReply(554, "5.6.0", "CR and LF may only occur as CRLF", rejecting: .syntax)
    }
  }

  private var transferProtocol: String {
    let base =
      switch greetedWith {
      case .lhlo: "LMTP"
      case .ehlo: "ESMTP"
      default: "SMTP"
      }
    return user == nil || base == "SMTP" ? base : base + "A"
  }
}
