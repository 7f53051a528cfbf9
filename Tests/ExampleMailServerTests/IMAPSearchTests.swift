// Does SEARCH find what a person reads in a message, however it is written? (RFC 3501 section 6.4.4)

import Testing

@testable import example_mail_server

@Suite struct IMAPSearchTests {
  private static let messages = [
    "Subject: =?UTF-8?Q?caf=C3=A9?=\r\n\r\nnothing",
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      + Base64.encode("Das CAFÉ ist offen".utf8),
    "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      + "ca=\r\nf=E9",
    "From: =?iso-8859-1?b?Q2Fm6Q==?= <x@example.com>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
      + "--b\r\n\r\nplain\r\n--b\r\nContent-Type: application/pdf; name=\"=?utf-8?q?caf=C3=A9?=.pdf\"\r\n"
      + "Content-Transfer-Encoding: base64\r\n\r\n\(Base64.encode("hidden".utf8))\r\n--b--",
    "Subject: =?KOI8-R?Q?caf=C5?=\r\n\r\nNothing to be found",
  ]

  @Test(
    "text is found as it is read: in encoded words, encodings, charsets and either case",
    arguments: [
      ("SUBJECT \"café\"", " 1"), ("SUBJECT \"CAFÉ\"", " 1"), ("FROM \"café\"", " 4"),
      ("BODY \"café\"", " 2 3 4"),
      ("TEXT \"café\"", " 1 2 3 4"), ("TEXT \"cafÉ.pdf\"", " 4"), ("HEADER From caf", " 4"),
      ("HEADER Subject \"\"", " 1 5"), ("BODY nothing", " 1 5"), ("BODY hidden", ""),
      ("BODY \"\"", " 1 2 3 4 5"),
      ("SUBJECT KOI8", " 5"), ("BODY base64", " 4"), ("TEXT base64", " 2 4"), ("BODY Subject", ""),
      ("NOT TEXT \"café\"", " 5"),
    ])
  func decoded(_ keys: String, _ found: String) {
    var dialogue = IMAPDialogue()
    for message in Self.messages { dialogue.deliver(message) }
    dialogue.send("a SELECT INBOX\r\n")
    // A quoted string holds no other characters than ASCII, and many clients send them; the literal is right.
    #expect(
      dialogue.send("b SEARCH CHARSET UTF-8 \(keys)\r\n") == "* SEARCH\(found)\r\nb OK SEARCH completed\r\n")
  }

  @Test("a literal in UTF-8 is looked for")
  func literal() {
    var dialogue = IMAPDialogue()
    for message in Self.messages { dialogue.deliver(message) }
    dialogue.send("a SELECT INBOX\r\n")
    #expect(
      dialogue.send("b SEARCH CHARSET UTF-8 SUBJECT {5}\r\ncafé\r\n")
        == "+ Ready\r\n* SEARCH 1\r\nb OK SEARCH completed\r\n")
  }

  @Test(
    "a charset that is not known is a NO that names those that are",
    arguments: ["KOI8-R", "ISO-8859-1", "\"x y\""])
  func badCharset(_ charset: String) {
    var dialogue = IMAPDialogue()
    dialogue.send("a SELECT INBOX\r\n")
    #expect(
      dialogue.send("b SEARCH CHARSET \(charset) SUBJECT x\r\n")
        == "b NO [BADCHARSET (US-ASCII UTF-8)] The charset is not known\r\n")
  }

  @Test(
    "a pattern is found where it occurs, whatever it repeats",
    arguments: [
      ("aab", "aaab", true), ("aaa", "aabaab", false), ("abab", "abaabab", true), ("a", "", false),
      ("", "", true),
      ("abc", "ab", false), ("aabaaa", "aabaabaaa", true),
    ])
  func patterns(_ pattern: String, _ text: String, _ occurs: Bool) {
    #expect(SubstringPattern(pattern.utf8).occurs(in: text.utf8) == occurs)
  }
}
