// Do the example's sessions answer the same, however a client's bytes are cut, and never with more than they should?

import EndpointMessages
import FuzzSupport
import MailObservability

@testable import example_mail_server

/// Traps where an SMTP session answers the same bytes differently, or with what a client could take for another reply.
package func checkSMTP(_ bytes: [UInt8], choice: UInt8) {
  var configuration = SMTPSession.Configuration()
  if choice & 1 == 1 {
    configuration.maximumMessageSize = 200
    configuration.maximumRecipients = 2
    configuration.maximumErrors = 3
  }
  func dialogue(_ splits: [Int]) -> SMTPDialogue {
    var dialogue = SMTPDialogue(configuration: configuration)
    // Most inputs are a transaction's, and find the way there by themselves too seldom.
    if choice & 2 == 2 { dialogue.send("EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n") }
    for piece in pieces(of: bytes, cutAt: splits) { dialogue.send(piece) }
    return dialogue
  }
  let whole = dialogue([])
  for reply in whole.replies {
    require((200..<600).contains(reply.code), "the code \(reply.code)")
    require(
      reply.lines.allSatisfy { $0.utf8.allSatisfy(\.isPrintable) }, "a reply of more than text: \(reply)")
  }
  for submission in whole.submissions {
    require(submission.content.count <= configuration.maximumMessageSize, "a message beyond the limit")
    require(!submission.recipients.isEmpty, "a message for nobody")
    require(submission.content.text.utf8.count >= 0, "a message that is no text")
  }
  for splits in waysToCut(bytes.count, choice: choice) {
    let cut = dialogue(splits)
    require(
      cut.replies == whole.replies && cut.verbs == whole.verbs && cut.submissions == whole.submissions
        && cut.foreign == whole.foreign && cut.isClosed == whole.isClosed,
      "whole: \(whole.replies), cut at \(splits): \(cut.replies)")
  }
}

/// Traps where an IMAP session answers the same bytes differently, or a command more or less than once.
package func checkIMAP(_ bytes: [UInt8], choice: UInt8) {
  var configuration = IMAPSession.Configuration()
  if choice & 1 == 1 {
    configuration.maximumMessageSize = 200
    configuration.longestLiteralBeforeLogin = 16
    configuration.maximumErrors = 3
  }
  func run(_ splits: [Int]) -> (dialogue: IMAPDialogue, output: [UInt8]) {
    var dialogue = IMAPDialogue(configuration: configuration, loggedIn: choice & 2 == 2)
    if choice & 4 == 4 {
      dialogue.deliver("From: \"A\" <a@example.com>\r\nSubject: =?utf-8?q?x?=\r\n\r\nbody\r\n")
      dialogue.deliver(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n"
          + "Content-Transfer-Encoding: base64\r\n\r\ndHdv\r\n--b--\r\n")
      dialogue.send("s SELECT INBOX\r\n")
    }
    var output: [UInt8] = []
    for piece in pieces(of: bytes, cutAt: splits) where !piece.isEmpty {
      dialogue.send(piece)
      output += dialogue.output
    }
    return (dialogue, output)
  }
  let whole = run([])
  // A command that waits for its literal, for a challenge's answer or for DONE has begun and not ended.
  let open = whole.dialogue.verbs.count - whole.dialogue.results.count
  require(open == 0 || open == 1, "\(whole.dialogue.verbs) ended with \(whole.dialogue.results)")
  for splits in waysToCut(bytes.count, choice: choice) {
    let cut = run(splits)
    require(
      cut.output == whole.output && cut.dialogue.results == whole.dialogue.results
        && cut.dialogue.verbs == whole.dialogue.verbs && cut.dialogue.isClosed == whole.dialogue.isClosed,
      "whole: \(whole.output.text), cut at \(splits): \(cut.output.text)")
  }
}

private func pieces(of bytes: [UInt8], cutAt splits: [Int]) -> [[UInt8]] {
  zip([0] + splits, splits + [bytes.count]).map { Array(bytes[$0..<$1]) }
}
