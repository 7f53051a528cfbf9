// Does FETCH show the parts of a message as RFC 3501 sections 6.4.5 and 7.4.2 have them?

import Testing

@testable import example_mail_server

private let mail = """
  From: Alice <alice@example.com>\r
  To: Friends: bob@example.com, "Carol" <carol@example.com>;\r
  Subject: parts\r
  Content-Type: multipart/mixed; boundary="out"\r
  \r
  preamble\r
  --out\r
  Content-Type: text/plain; charset=UTF-8\r
  Content-Transfer-Encoding: quoted-printable\r
  \r
  caf=C3=A9\r
  --out\r
  Content-Type: image/png; name="a b.png"\r
  Content-ID: <id@example.com>\r
  Content-Description: a picture\r
  Content-Transfer-Encoding: base64\r
  Content-Disposition: attachment; filename="a b.png"\r
  Content-Language: en, de\r
  Content-Location: http://example.com/\r
  Content-MD5: Q2hlY2s=\r
  \r
  aGVsbG8=\r
  --out\r
  Content-Type: message/rfc822\r
  \r
  Subject: inner\r
  From: bob@example.com\r
  \r
  inner text\r
  --out--\r
  epilogue\r

  """

@Suite struct IMAPPartTests {
  private func fetch(_ items: String, of message: String = mail) -> String {
    var dialogue = IMAPDialogue()
    dialogue.deliver(message)
    dialogue.send("a EXAMINE INBOX\r\n")
    let answer = dialogue.send("b FETCH 1 \(items)\r\n")
    #expect(answer.hasSuffix(")\r\nb OK FETCH completed\r\n"), "\(answer)")
    return String(answer.dropFirst("* 1 FETCH (".count).dropLast(")\r\nb OK FETCH completed\r\n".count))
  }

  @Test(
    "BODY with a part's number shows that part",
    arguments: [
      ("BODY[1]", "BODY[1] {9}\r\ncaf=C3=A9"), ("BODY.PEEK[1]", "BODY[1] {9}\r\ncaf=C3=A9"),
      ("BODY[2]<1.3>", "BODY[2]<1> {3}\r\nGVs"),
      (
        "BODY[1.MIME]",
        "BODY[1.MIME] {88}\r\nContent-Type: text/plain; charset=UTF-8\r\n"
          + "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
      ),
      ("BODY[3]", "BODY[3] {51}\r\nSubject: inner\r\nFrom: bob@example.com\r\n\r\ninner text"),
      ("BODY[3.HEADER]", "BODY[3.HEADER] {41}\r\nSubject: inner\r\nFrom: bob@example.com\r\n\r\n"),
      ("BODY[3.TEXT]", "BODY[3.TEXT] {10}\r\ninner text"), ("BODY[3.1]", "BODY[3.1] {10}\r\ninner text"),
      (
        "BODY[3.HEADER.FIELDS (subject)]",
        "BODY[3.HEADER.FIELDS (subject)] {18}\r\nSubject: inner\r\n\r\n"
      ),
      (
        "BODY[3.HEADER.FIELDS.NOT (subject)]",
        "BODY[3.HEADER.FIELDS.NOT (subject)] {25}\r\nFrom: bob@example.com\r\n\r\n"
      ),
      // No such part, or not of a kind that has it.
      ("BODY[4]", "BODY[4] NIL"), ("BODY[1.1]", "BODY[1.1] NIL"), ("BODY[1.HEADER]", "BODY[1.HEADER] NIL"),
      ("BODY[2.TEXT]<0.9>", "BODY[2.TEXT]<0> NIL"), ("BODY[4294967295]", "BODY[4294967295] NIL"),
    ])
  func parts(_ item: String, _ expected: String) {
    #expect(fetch(item) == expected)
  }

  @Test("a message that is not multipart has one part, which is its text")
  func onePart() {
    let message = "Subject: s\r\n\r\ntext"
    #expect(fetch("BODY[1]", of: message) == "BODY[1] {4}\r\ntext")
    #expect(fetch("BODY[1.MIME]", of: message) == "BODY[1.MIME] {14}\r\nSubject: s\r\n\r\n")
    #expect(fetch("BODY[2]", of: message) == "BODY[2] NIL")
    #expect(
      fetch("BODY", of: message) == #"BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1)"#)
  }

  private let bob = #"((NIL NIL "bob" "example.com"))"#

  @Test("BODY tells the structure, BODYSTRUCTURE with its extension data, FULL with everything")
  func structure() {
    let envelope = #"(NIL "inner" \#(bob) \#(bob) \#(bob) NIL NIL NIL NIL NIL)"#
    let text = #""text" "plain" ("charset" "UTF-8") NIL NIL "quoted-printable" 9 1"#
    let image =
      #""image" "png" ("name" "a b.png") "<id@example.com>" "a picture" "base64" 8"#
    let inner = #""text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 1"#
    let message = #""message" "rfc822" NIL NIL NIL "7bit" 51 \#(envelope)"#
    let short = #"BODY ((\#(text))(\#(image))(\#(message) (\#(inner)) 4) "mixed")"#
    #expect(fetch("BODY") == short)
    let extended =
      #"BODYSTRUCTURE ((\#(text) NIL NIL NIL NIL)"#
      + #"(\#(image) "Q2hlY2s=" ("attachment" ("filename" "a b.png")) ("en" "de") "http://example.com/")"#
      + #"(\#(message) (\#(inner) NIL NIL NIL NIL) 4 NIL NIL NIL NIL)"#
      + #" "mixed" ("boundary" "out") NIL NIL NIL)"#
    #expect(fetch("BODYSTRUCTURE") == extended)
    let full = fetch("FULL")
    #expect(full.hasPrefix("FLAGS () INTERNALDATE "))
    #expect(full.hasSuffix(short))
  }

  @Test("a structure does not set \\Seen, a part does")
  func seen() {
    var dialogue = IMAPDialogue()
    dialogue.deliver(mail)
    dialogue.send("a SELECT INBOX\r\n")
    #expect(!dialogue.send("b FETCH 1 (BODY BODYSTRUCTURE BODY.PEEK[1])\r\n").contains("Seen"))
    #expect(dialogue.send("c FETCH 1 BODY[1]\r\n").contains("FLAGS (\\Seen)"))
  }

  @Test(
    "an ENVELOPE has the groups of an address list, and From for what is missing or empty",
    arguments: [
      (
        "To: undisclosed-recipients:;",
        #"NIL NIL NIL ((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL)) NIL"#
      ),
      (
        "To: a@b.c, Friends: \"D\" <d@e.f>, g@h.i; j@k.l",
        #"NIL NIL NIL ((NIL NIL "a" "b.c")(NIL NIL "Friends" NIL)("D" NIL "d" "e.f")(NIL NIL "g" "h.i")"#
          + #"(NIL NIL NIL NIL)(NIL NIL "j" "k.l")) NIL"#
      ),
      ("To: open: a@b.c", #"NIL NIL NIL ((NIL NIL "open" NIL)(NIL NIL "a" "b.c")(NIL NIL NIL NIL)) NIL"#),
      (
        "From: bob@example.com\r\nSender:\r\nReply-To: ",
        #"((NIL NIL "bob" "example.com")) ((NIL NIL "bob" "example.com")) ((NIL NIL "bob" "example.com"))"#
          + " NIL NIL"
      ),
    ])
  func envelope(_ header: String, _ addresses: String) {
    #expect(fetch("ENVELOPE", of: "\(header)\r\n\r\n") == "ENVELOPE (NIL NIL \(addresses) NIL NIL NIL)")
  }

  @Test("a header field that is not ASCII goes in a literal, by its octets in UTF-8")
  func eightBit() {
    #expect(
      fetch("ENVELOPE", of: "Subject: café\r\n\r\n")
        == "ENVELOPE (NIL {5}\r\ncafé NIL NIL NIL NIL NIL NIL NIL NIL)")
  }

  @Test("a header of any length hides no body")
  func longHeader() {
    let message = String(repeating: "X: y\r\n", count: 1002) + "\r\nbody"
    #expect(fetch("BODY[TEXT]", of: message) == "BODY[TEXT] {4}\r\nbody")
    #expect(fetch("BODY[1]", of: message) == "BODY[1] {4}\r\nbody")
  }

  @Test("NUL, which no literal may hold, is not sent and not taken")
  func nul() {
    #expect(!fetch("BODY[]", of: "Subject: a\0b\r\n\r\nc\0d").utf8.contains(0))
    #expect(!fetch("ENVELOPE", of: "Subject: a\0b\r\n\r\nc\0d").utf8.contains(0))
    var dialogue = IMAPDialogue()
    #expect(dialogue.send("a APPEND INBOX {3}\r\na\0b\r\n").hasSuffix("a BAD a command may not hold NUL\r\n"))
    #expect(dialogue.send("b CREATE \"a\0b\"\r\n").hasPrefix("b BAD"))
  }
}
