// Does the SMTP session answer as RFC 5321 says, however its input is cut?

import MailObservability
import TestSupport
import Testing

@testable import example_mail_server

private let opening = "EHLO client.example\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n"

@Suite struct SMTPSessionTests {
  @Test(
    "a pipelined session gives the same replies for every size of the pieces",
    arguments: [1, 2, 3, 7, 64, 4096])
  func pieces(_ piece: Int) {
    var dialogue = SMTPDialogue()
    let text = opening + "DATA\r\nSubject: hi\r\n\r\n..dot\r\n.\r\nNOOP\r\nQUIT\r\n"
    #expect(dialogue.send(text, piece: piece) == [250, 250, 250, 354, 250, 250, 221])
    #expect(dialogue.submissions.map(\.content) == [Array("Subject: hi\r\n\r\n.dot\r\n".utf8)])
    #expect(dialogue.verbs == [.ehlo, .mail, .rcpt, .data, .noop, .quit])
    #expect(dialogue.isClosed)
  }

  @Test(
    "a line gets the reply that its fault deserves",
    arguments: [
      ("", 500), ("BOGUS", 500), ("EHLO", 501), ("HELO bad host", 501), ("MAIL FROM:<a@b.example>", 503),
      ("RCPT TO:<a@b.example>", 503), ("DATA", 503), ("DATA now", 501), ("QUIT now", 501), ("EXPN list", 502),
      ("VRFY alice", 252), ("VRFY", 501), ("HELP", 214), ("STARTTLS", 454), ("NOOP anything", 250),
      ("RSET", 250), ("BDAT x", 501), ("BDAT 99999999999999999999", 501), ("AUTH PLAIN", 503),
      ("\u{0}\u{1}\u{2}", 500), ("MAIL FROM:<a\u{e4}@b.example>", 500), ("ehlo lower.example", 250),
      ("EHLO [127.0.0.1]", 250), ("EHLO MYHOSTNAME.", 250), ("HELO a.example.", 250), ("EHLO .", 501),
      ("EHLO a..", 501), ("EHLO [127.0.0.1].", 501), ("EHLO -bad.example", 501),
      ("EHLO " + String(repeating: "a", count: 256), 501),
    ])
  func singleLine(_ line: String, _ code: Int) {
    var dialogue = SMTPDialogue()
    #expect(dialogue.send(line + "\r\n") == [code])
  }

  @Test(
    "an address or parameter is checked strictly",
    arguments: [
      ("MAIL FROM:<>", 250), ("MAIL FROM: <a@b.example>", 250), ("mail from:<a@b.example>", 250),
      ("MAIL FROM:a@b.example", 501), ("MAIL FROM:<a@b.example", 501), ("MAIL FROM:<a@b..example>", 501),
      ("MAIL FROM:<a@@b.example>", 501), ("MAIL FROM:<\"a b\"@b.example>", 250),
      ("MAIL FROM:<\"a>b\"@b.example>", 250),
      ("MAIL FROM:<.a@b.example>", 501), ("MAIL FROM:<@x.example:a@b.example>", 250),
      ("MAIL FROM:<postmaster>", 501),
      ("MAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME", 250), ("MAIL FROM:<a@b.example> SIZE=", 501),
      ("MAIL FROM:<a@b.example> SIZE=99999999999999999999999", 552),
      ("MAIL FROM:<a@b.example> BODY=BINARYMIME", 501),
      ("MAIL FROM:<a@b.example> AUTH=<>", 250), ("MAIL FROM:<a@b.example> RET=FULL", 555),
      ("MAIL FROM:<a@b.example>SIZE=1", 501), ("MAIL TO:<a@b.example>", 501),
      ("MAIL FROM:<" + String(repeating: "l", count: 65) + "@b.example>", 501),
    ])
  func mailParameters(_ line: String, _ code: Int) {
    var dialogue = SMTPDialogue()
    dialogue.send("EHLO client.example\r\n")
    #expect(dialogue.send(line + "\r\n") == [code])
  }

  @Test("a command line may have 512 octets with its CRLF, and not one more")
  func lineLimit() {
    var dialogue = SMTPDialogue()
    #expect(dialogue.send("NOOP " + String(repeating: "x", count: 505) + "\r\n") == [250])
    #expect(dialogue.send("NOOP " + String(repeating: "x", count: 506) + "\r\n") == [500])
    #expect(
      dialogue.send("NOOP " + String(repeating: "x", count: 5000) + "\r\nNOOP\r\n", piece: 1) == [500, 250])
  }

  @Test("MAIL may be as much longer as its parameters allow, and not one octet more")
  func mailLineLimit() {
    for (length, code) in [(512, 250), (1055, 250), (1056, 500)] {
      var dialogue = SMTPDialogue()
      dialogue.send("EHLO client.example\r\n")
      let start = "MAIL FROM:<a@example.org> AUTH="
      let line = start + String(repeating: "x", count: length - 2 - start.utf8.count)
      #expect(dialogue.send(line + "\r\n") == [code])
    }
  }

  @Test("a chunk may be said to be as long as any number: it is read on, and refused or taken in its turn")
  func hugeChunk() {
    for start in ["EHLO client.example\r\n", opening] {
      var dialogue = SMTPDialogue()
      dialogue.send(start)
      #expect(dialogue.send("BDAT 9223372036854775807\r\nx\r\nNOOP\r\n", piece: 1) == [])
      #expect(!dialogue.isClosed)
    }
  }

  @Test("a recipient who is named several times gets one copy, and LMTP one answer for each command")
  func repeatedRecipient() {
    let rest =
      "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<B@Example.COM>\r\nDATA\r\nx\r\n.\r\n"
    var dialogue = SMTPDialogue()
    #expect(dialogue.send("EHLO client.example\r\n" + rest) == [250, 250, 250, 250, 250, 354, 250])
    #expect(dialogue.submissions.map { $0.recipients.map(\.description) } == [["b@example.com"]])
    var lmtp = SMTPDialogue()
    #expect(lmtp.send("LHLO client.example\r\n" + rest).suffix(4) == [354, 250, 250, 250])
    #expect(lmtp.submissions.map(\.recipients.count) == [1])
  }

  @Test(
    "a client that leaves interrupts what was begun and not ended, and nothing else",
    arguments: [
      ("", false), ("EHLO lb.example\r\n", false), ("EHLO x.example\r\nNOOP\r\n", false), ("EHLO x", true),
      ("EHLO x.example\r\nMAIL FROM:<a@example.com>\r\n", true), (opening + "DATA\r\nSubject", true),
      (opening + "RSET\r\n", false), (opening + "DATA\r\nx\r\n.\r\n", false),
      ("EHLO x.example\r\nAUTH LOGIN\r\n", true), (opening + "BDAT 5\r\nabc", true),
    ])
  func interruption(_ text: String, _ isInterrupted: Bool) {
    var dialogue = SMTPDialogue()
    dialogue.send(text)
    #expect(dialogue.session.isInterrupted == isInterrupted)
  }

  @Test("a line without an end is listened to no further than the limit")
  func endlessLine() {
    var configuration = SMTPSession.Configuration()
    configuration.longestDiscardedLine = 2000
    var dialogue = SMTPDialogue(configuration: configuration)
    #expect(dialogue.send([UInt8](repeating: 0x78, count: 5000), piece: 100) == [500, 421])
    #expect(dialogue.isClosed)
  }

  @Test("too many errors end the session with a 421")
  func tooManyErrors() {
    var configuration = SMTPSession.Configuration()
    configuration.maximumErrors = 3
    var dialogue = SMTPDialogue(configuration: configuration)
    #expect(dialogue.send("X\r\nX\r\nX\r\nX\r\n") == [500, 500, 500, 421])
    #expect(dialogue.isClosed)
  }

  @Test("only CRLF dot CRLF ends a message: bare line ends are refused, never an end")
  func smuggling() {
    for fake in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\rX"] {
      var dialogue = SMTPDialogue()
      dialogue.send(opening + "DATA\r\n")
      #expect(dialogue.send("text\(fake)MAIL FROM:<evil@example.com>\r\n") == [], "\(fake.debugDescription)")
      #expect(dialogue.send("\r\n.\r\n") == [554])
      #expect(dialogue.submissions.isEmpty)
      #expect(dialogue.replies.last?.rejection == .syntax)
    }
  }

  @Test("a message of exactly the limit is taken, one octet more is refused with 552 after it was read")
  func sizeLimit() {
    var configuration = SMTPSession.Configuration()
    configuration.maximumMessageSize = 100
    var dialogue = SMTPDialogue(configuration: configuration)
    let exact = String(repeating: "x", count: 98) + "\r\n"
    dialogue.send(opening + "DATA\r\n")
    #expect(dialogue.send(exact + ".\r\n") == [250])
    dialogue.send("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n")
    #expect(dialogue.send("x" + exact + ".\r\n") == [552])
    #expect(dialogue.replies.last?.rejection == .size)
    #expect(dialogue.send("MAIL FROM:<a@example.com> SIZE=101\r\n") == [552])
    #expect(dialogue.send("MAIL FROM:<a@example.com> SIZE=100\r\n") == [250])
  }

  @Test("a text line may have 1000 octets with CRLF, a stuffed dot not counted")
  func textLineLimit() {
    var dialogue = SMTPDialogue()
    dialogue.send(opening + "DATA\r\n")
    #expect(dialogue.send(".." + String(repeating: "x", count: 997) + "\r\n.\r\n") == [250])
    dialogue.send("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n")
    #expect(dialogue.send(String(repeating: "x", count: 999) + "\r\n.\r\n") == [500])
  }

  @Test("chunks make up a message; a refused chunk is read all the same", arguments: [1, 5, 1000])
  func chunks(_ piece: Int) {
    var dialogue = SMTPDialogue()
    #expect(dialogue.send("BDAT 6\r\nQUIT\r\nNOOP\r\n", piece: piece) == [503, 250])
    dialogue.send(opening)
    #expect(dialogue.send("BDAT 6\r\nabcd\r\n", piece: piece) == [250])
    // However it came.
    #expect(dialogue.replies.last?.lines == ["Chunk of 6 octets received"])
    #expect(dialogue.send("BDAT 5 LAST\r\n.\r\nx\n", piece: piece) == [554])
    dialogue.send("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n")
    #expect(dialogue.send("BDAT 6\r\nabcd\r\nDATA\r\nBDAT 0 LAST\r\n", piece: piece) == [250, 503, 250])
    #expect(dialogue.submissions.map(\.content) == [Array("abcd\r\n".utf8)])
  }

  @Test("recipients are accepted or refused one by one; without any, DATA is refused")
  func recipients() {
    var dialogue = SMTPDialogue()
    dialogue.send("EHLO client.example\r\nMAIL FROM:<a@example.com>\r\n")
    #expect(
      dialogue.send("RCPT TO:<nobody@example.com>\r\nRCPT TO:<x@elsewhere.invalid>\r\nDATA\r\n") == [
        550, 554, 554,
      ])
    #expect(dialogue.replies.compactMap(\.rejection) == [.unknownRecipient, .relayDenied])
    #expect(
      dialogue.send("RCPT TO:<b@example.com>\r\nMAIL FROM:<a@example.com>\r\nRSET\r\nDATA\r\n") == [
        250, 503, 250, 503,
      ])
  }

  @Test("the recipient after the hundredth is deferred")
  func manyRecipients() {
    var dialogue = SMTPDialogue()
    dialogue.send("EHLO client.example\r\nMAIL FROM:<a@example.com>\r\n")
    let line = "RCPT TO:<b@example.com>\r\n"
    #expect(dialogue.send(String(repeating: line, count: 101)) == Array(repeating: 250, count: 100) + [452])
  }

  @Test(
    "AUTH goes by PLAIN and LOGIN, with and without initial response",
    arguments: [
      ("AUTH PLAIN \(Base64.encode("\0alice\0secret".utf8))\r\n", [235]),
      ("AUTH PLAIN\r\n\(Base64.encode("alice\0alice\0secret".utf8))\r\n", [334, 235]),
      ("AUTH PLAIN \(Base64.encode("\0alice\0wrong".utf8))\r\n", [535]),
      ("AUTH PLAIN \(Base64.encode("bob\0alice\0secret".utf8))\r\n", [501]),
      ("AUTH PLAIN ***\r\n", [501]), ("AUTH PLAIN\r\n*\r\n", [334, 501]), ("AUTH PLAIN =\r\n", [501]),
      ("AUTH LOGIN\r\nYWxpY2U=\r\nc2VjcmV0\r\n", [334, 334, 235]),
      ("AUTH LOGIN YWxpY2U=\r\nc2VjcmV0\r\nAUTH PLAIN\r\n", [334, 235, 503]),
      ("AUTH LOGIN YWxpY2U=\r\nd3Jvbmc=\r\n", [334, 535]), ("AUTH CRAM-MD5\r\n", [504]), ("AUTH\r\n", [501]),
      ("AUTH LOGIN\r\nYWxpY2U=\nNOOP\r\n", [334, 500, 250]),
    ])
  func authentication(_ text: String, _ codes: [Int]) {
    var dialogue = SMTPDialogue()
    dialogue.send("EHLO client.example\r\n")
    #expect(dialogue.send(text) == codes)
  }

  @Test("an AUTH line may be longer than other lines, yet not endless")
  func authenticationLineLimit() {
    var dialogue = SMTPDialogue()
    dialogue.send("EHLO client.example\r\n")
    #expect(dialogue.send("AUTH PLAIN \(String(repeating: "A", count: 12_272))\r\n") == [501])
    #expect(dialogue.send("AUTH PLAIN \(String(repeating: "A", count: 12_300))\r\nNOOP\r\n") == [500, 250])
  }

  @Test("LMTP answers once for each recipient, and a refusal counts once")
  func lmtp() {
    var dialogue = SMTPDialogue()
    dialogue.send("LHLO client.example\r\nMAIL FROM:<a@example.com>\r\n")
    dialogue.send("RCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n")
    #expect(dialogue.send("x\r\n.\r\n") == [250, 250])
    dialogue.verdict = .rejected(.spam, text: "Spam")
    dialogue.send(
      "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n")
    #expect(dialogue.send("x\r\n.\r\n") == [554, 554])
    #expect(dialogue.replies.compactMap(\.rejection) == [.spam])
  }

  @Test(
    "other protocols are recognised by their first octets, answered and shown the door",
    arguments: [
      (Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), WrongProtocol.http),
      ([0x16, 0x03, 0x01, 0x02, 0x00, 0x01], .tls), (Array("SSH-2.0-OpenSSH_9\r\n".utf8), .other),
    ])
  func wrongProtocol(_ bytes: [UInt8], _ expected: WrongProtocol) {
    var dialogue = SMTPDialogue()
    #expect(dialogue.send(bytes, piece: 1) == [554])
    #expect(dialogue.foreign == [expected])
    #expect(dialogue.isClosed)
    #expect(dialogue.send("NOOP\r\n") == [])
  }

  @Test("whatever octets come, in whatever pieces, the session never stops answering lines")
  func junk() {
    for seed in UInt64(1)...300 {
      var random = SeededGenerator(seed: seed)
      var dialogue = SMTPDialogue()
      let words = [
        "EHLO x.example\r\n", "MAIL FROM:<", ">\r\n", "DATA\r\n", "\r\n.\r\n", "BDAT 3\r\n", "AUTH LOGIN\r\n",
        "\0\r\n", "RCPT TO:<b@example.com>",
      ]
      for _ in 0..<30 {
        if Bool.random(using: &random) {
          dialogue.send(words.randomElement(using: &random) ?? "")
        } else {
          dialogue.send(
            (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
            })
        }
      }
      let answered = dialogue.replies.count
      if !dialogue.isClosed { dialogue.send("\r\n.\r\nxxxxxxx\r\nNOOP\r\nNOOP\r\nNOOP\r\n") }
      #expect(dialogue.isClosed || dialogue.replies.count > answered, "seed \(seed)")
    }
  }
}
