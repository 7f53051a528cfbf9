// Does the IMAP session answer as RFC 3501 says, however its input is cut?

import MailObservability
import TestSupport
import Testing

@testable import example_mail_server

private let mail = """
  From: Alice <alice@example.com>\r
  To: "Last, First" <bob@example.com>, carol@example.com\r
  Subject: A "quoted"\r
  \tsubject\r
  Date: Mon, 7 Feb 1994 21:52:25 -0800\r
  Message-ID: <1@example.com>\r
  \r
  Hello body\r

  """

@Suite struct IMAPSessionTests {
  @Test("a session gives the same answers for every size of the pieces", arguments: [1, 2, 3, 7, 64, 4096])
  func pieces(_ piece: Int) {
    var dialogue = IMAPDialogue(loggedIn: false)
    let answer = dialogue.send(
      "a LOGIN {5}\r\nalice \"secret\"\r\nb SELECT inbox\r\nc APPEND INBOX (\\Seen) {4}\r\nabcd\r\nd NOOP\r\ne LOGOUT\r\n",
      piece: piece)
    #expect(dialogue.results == [.ok, .ok, .ok, .ok, .ok])
    #expect(dialogue.verbs == [.login, .select, .append, .noop, .logout])
    #expect(answer.contains("+ Ready\r\n"))
    #expect(answer.contains("* 1 EXISTS\r\n"))
    #expect(answer.hasSuffix("* BYE mail.example.com logging out\r\ne OK LOGOUT completed\r\n"))
    #expect(dialogue.isClosed)
  }

  @Test(
    "a command before login is refused, unless it is one that needs none",
    arguments: [
      ("CAPABILITY", IMAPResult.ok), ("NOOP", .ok), ("LOGIN alice secret", .ok), ("LOGIN alice wrong", .no),
      ("LOGIN alice", .bad), ("SELECT INBOX", .bad), ("LIST \"\" *", .bad), ("FETCH 1 FLAGS", .bad),
      ("IDLE", .bad),
      ("STARTTLS", .no), ("BOGUS", .bad), ("", .bad), ("AUTHENTICATE CRAM-MD5", .no),
      ("AUTHENTICATE PLAIN =", .bad),
      ("LOGIN \"alice\" \"sec\\\"ret\"", .no), ("LOGIN \"alice", .bad), ("UID LOGIN alice secret", .bad),
      ("LOGIN {9999}", .no), ("NOOP now", .bad),
    ])
  func beforeLogin(_ command: String, _ result: IMAPResult) {
    var dialogue = IMAPDialogue(loggedIn: false)
    dialogue.send("a \(command)\r\n")
    #expect(dialogue.results == [result])
  }

  @Test("AUTHENTICATE PLAIN goes with and without an initial response, and can be cancelled")
  func authenticate() {
    let response = Base64.encode("\0alice\0secret".utf8)
    for (text, result) in [
      ("a AUTHENTICATE PLAIN\r\n\(response)\r\n", IMAPResult.ok),
      ("a AUTHENTICATE PLAIN \(response)\r\n", .ok),
      ("a AUTHENTICATE PLAIN\r\n*\r\n", .bad), ("a AUTHENTICATE PLAIN\r\n???\r\n", .bad),
      ("a AUTHENTICATE PLAIN\r\n\(Base64.encode("\0alice\0x".utf8))\r\n", .no),
    ] {
      var dialogue = IMAPDialogue(loggedIn: false)
      #expect(dialogue.send(text).contains("a \(result.rawValue.asciiUppercased)"), "\(text)")
    }
  }

  @Test(
    "FETCH shows what was asked for",
    arguments: [
      ("FLAGS", "* 1 FETCH (FLAGS ())"), ("RFC822.SIZE", "* 1 FETCH (RFC822.SIZE \(mail.utf8.count))"),
      ("(UID FLAGS)", "* 1 FETCH (UID 1 FLAGS ())"),
      ("INTERNALDATE", "* 1 FETCH (INTERNALDATE \"02-Jan-1970 00:00:00 +0000\")"),
      ("BODY.PEEK[TEXT]", "* 1 FETCH (BODY[TEXT] {12}\r\nHello body\r\n)"),
      ("BODY[TEXT]", "* 1 FETCH (BODY[TEXT] {12}\r\nHello body\r\n FLAGS (\\Seen))"),
      ("BODY.PEEK[TEXT]<6.4>", "* 1 FETCH (BODY[TEXT]<6> {4}\r\nbody)"),
      ("BODY.PEEK[TEXT]<100.4>", "* 1 FETCH (BODY[TEXT]<100> {0}\r\n)"),
      (
        "BODY.PEEK[HEADER.FIELDS (Date)]",
        "* 1 FETCH (BODY[HEADER.FIELDS (Date)] {40}\r\nDate: Mon, 7 Feb 1994 21:52:25 -0800\r\n\r\n)"
      ),
      (
        "ENVELOPE",
        "* 1 FETCH (ENVELOPE (\"Mon, 7 Feb 1994 21:52:25 -0800\" \"A \\\"quoted\\\"\tsubject\" "
          + "((\"Alice\" NIL \"alice\" \"example.com\")) ((\"Alice\" NIL \"alice\" \"example.com\")) "
          + "((\"Alice\" NIL \"alice\" \"example.com\")) "
          + "((\"Last, First\" NIL \"bob\" \"example.com\")(NIL NIL \"carol\" \"example.com\")) NIL NIL NIL \"<1@example.com>\"))"
      ),
    ])
  func fetch(_ items: String, _ expected: String) {
    var dialogue = IMAPDialogue()
    dialogue.deliver(mail)
    dialogue.send("a SELECT INBOX\r\n")
    let answer = dialogue.send("b FETCH 1 \(items)\r\n")
    #expect(answer == expected + "\r\nb OK FETCH completed\r\n")
  }

  @Test(
    "SEARCH finds by every kind of key",
    arguments: [
      ("ALL", " 1 2 3"), ("SEEN", " 2"), ("UNSEEN", " 1 3"), ("NOT SEEN", " 1 3"),
      ("OR SEEN SUBJECT three", " 2 3"),
      ("SUBJECT \"ONE\"", " 1"), ("FROM nobody", ""), ("BODY body", " 1 2 3"), ("TEXT two", " 2"),
      ("LARGER 10", " 1 2 3"),
      ("SMALLER 10", ""), ("SINCE 1-Jan-1970", " 1 2 3"), ("BEFORE 2-Jan-1970", ""),
      ("ON \"2-Jan-1970\"", " 1 2 3"),
      ("2:*", " 2 3"), ("UID 3", " 3"), ("(UNSEEN (1:2))", " 1"), ("KEYWORD $Label", " 3"),
      ("UNKEYWORD $Label", " 1 2"),
      ("CHARSET UTF-8 SUBJECT two", " 2"), ("HEADER Subject two", " 2"), ("NEW", ""), ("DELETED", ""),
    ])
  func search(_ keys: String, _ found: String) {
    var dialogue = IMAPDialogue()
    dialogue.deliver("Subject: one\r\n\r\nbody")
    dialogue.deliver("Subject: two\r\n\r\nbody", flags: ["\\Seen"])
    dialogue.deliver("Subject: three\r\n\r\nbody", flags: ["$Label"])
    dialogue.send("a SELECT INBOX\r\n")
    #expect(dialogue.send("b SEARCH \(keys)\r\n") == "* SEARCH\(found)\r\nb OK SEARCH completed\r\n")
  }

  @Test(
    "what is malformed is BAD and changes nothing",
    arguments: [
      "SEARCH", "SEARCH BOGUS", "SEARCH (ALL", "SEARCH CHARSET", "SEARCH SINCE never",
      "FETCH", "FETCH 0 FLAGS", "FETCH 1:x FLAGS", "FETCH 1 (FLAGS", "FETCH 1 BODY[0]", "FETCH 1 BODY[]<1>",
      "FETCH 1 BODY[1.]", "FETCH 1 BODY[.1]", "FETCH 1 BODY[MIME]", "FETCH 1 BODY[1.X]", "FETCH 1 BODY.PEEK",
      "FETCH 1 BODY[1\(String(repeating: ".1", count: 99))]", "STORE 1 FLAGS (\\Recent)",
      "APPEND INBOX (\\Recent) {1+}\r\nx", "STORE 1 FLAGS \\Other", "CREATE", "RENAME Drafts", "SUBSCRIBE",
      "FETCH 4294967296 FLAGS", "STORE 1 FLAGS", "STORE 1 +SIZE (x)", "COPY 1",
      "APPEND INBOX", "APPEND INBOX text", "STATUS INBOX ()", "STATUS INBOX (SIZE)", "LIST \"\"",
      "UID EXPUNGE", "UID EXPUNGE x", "UID NOOP", "LIST \"\" \(String(repeating: "%", count: 600))",
    ])
  func malformed(_ command: String) {
    var dialogue = IMAPDialogue()
    dialogue.deliver(mail)
    dialogue.send("a SELECT INBOX\r\n")
    #expect(dialogue.send("b \(command)\r\n").hasPrefix("b BAD "))
    #expect(dialogue.table.messageCount == 1)
  }

  @Test("parentheses that nest deeper than the limit are refused")
  func deepNesting() {
    var dialogue = IMAPDialogue()
    dialogue.send("a SELECT INBOX\r\n")
    #expect(dialogue.send("b SEARCH \(String(repeating: "(", count: 30_000))\r\n").hasPrefix("b BAD"))
    #expect(dialogue.send("b SEARCH \(String(repeating: "NOT ", count: 10_000))ALL\r\n").hasPrefix("b BAD"))
  }

  @Test("STORE, COPY, EXPUNGE and CLOSE change the mailbox and say so")
  func changes() {
    var dialogue = IMAPDialogue()
    for number in 1...4 { dialogue.deliver("Subject: \(number)\r\n\r\n") }
    dialogue.send("a SELECT INBOX\r\n")
    #expect(
      dialogue.send("b STORE 2:3 +FLAGS (\\deleted)\r\n").contains(
        "* 2 FETCH (FLAGS (\\Deleted))\r\n* 3 FETCH"))
    #expect(dialogue.send("c STORE 3 -FLAGS.SILENT \\Deleted\r\n") == "c OK STORE completed\r\n")
    #expect(dialogue.send("d COPY 1:* Trash\r\n") == "d OK [COPYUID 1 1:4 1:4] COPY completed\r\n")
    #expect(dialogue.send("e COPY 1 Nowhere\r\n").hasPrefix("e NO [TRYCREATE]"))
    #expect(dialogue.send("f EXPUNGE\r\n") == "* 2 EXPUNGE\r\nf OK EXPUNGE completed\r\n")
    #expect(dialogue.send("g UID FETCH 3:* UID\r\n").hasPrefix("* 2 FETCH (UID 3)\r\n* 3 FETCH (UID 4)\r\n"))
    #expect(
      dialogue.send("h STATUS Trash (MESSAGES UIDNEXT UNSEEN)\r\n").contains(
        "(MESSAGES 4 UIDNEXT 5 UNSEEN 4)"))
    dialogue.send("i STORE 1 FLAGS (\\Deleted)\r\n")
    #expect(dialogue.send("j CLOSE\r\n") == "j OK CLOSE completed\r\n")
    #expect(dialogue.send("k FETCH 1 FLAGS\r\n").hasPrefix("k BAD"))
    #expect(dialogue.table.messageCount == 6)
  }

  @Test("EXAMINE reads only")
  func examine() {
    var dialogue = IMAPDialogue()
    dialogue.deliver(mail, flags: ["\\Deleted"])
    dialogue.send("a EXAMINE INBOX\r\n")
    #expect(dialogue.send("b STORE 1 FLAGS (\\Seen)\r\n").hasPrefix("b NO"))
    #expect(dialogue.send("c EXPUNGE\r\n").hasPrefix("c NO"))
    dialogue.send("d FETCH 1 BODY[]\r\ne CLOSE\r\n")
    #expect(dialogue.table.mailboxes(of: "alice").first?.messages.map(\.flags) == [["\\Deleted"]])
  }

  @Test("an idling client hears of new and vanished messages, and numbers stay right")
  func idle() throws {
    var dialogue = IMAPDialogue()
    dialogue.deliver("Subject: 1\r\n\r\n")
    dialogue.send("a SELECT INBOX\r\n")
    #expect(dialogue.send("b IDLE\r\n") == "+ idling\r\n")
    dialogue.deliver("Subject: 2\r\n\r\n")
    try dialogue.table.changeFlags(.add, ["\\Deleted"], of: [1], in: "INBOX", of: "alice")
    try dialogue.table.expunge("INBOX", of: "alice")
    dialogue.session.mailboxChanged(try dialogue.table.mailbox("INBOX", of: "alice"))
    #expect(dialogue.send("DONE\r\n") == "* 1 EXPUNGE\r\n* 1 EXISTS\r\nb OK IDLE ended\r\n")
    #expect(dialogue.send("c FETCH 1 UID\r\n").hasPrefix("* 1 FETCH (UID 2)"))
  }

  @Test("another session's expunge does not change what a number means until NOOP")
  func foreignExpunge() throws {
    var dialogue = IMAPDialogue()
    for number in 1...3 { dialogue.deliver("Subject: \(number)\r\n\r\n") }
    dialogue.send("a SELECT INBOX\r\n")
    try dialogue.table.changeFlags(.add, ["\\Deleted"], of: [1], in: "INBOX", of: "alice")
    try dialogue.table.expunge("INBOX", of: "alice")
    #expect(dialogue.send("b FETCH 2 UID\r\n") == "* 2 FETCH (UID 2)\r\nb OK FETCH completed\r\n")
    #expect(dialogue.send("c NOOP\r\n") == "* 1 EXPUNGE\r\nc OK NOOP completed\r\n")
  }

  @Test(
    "LIST understands patterns",
    arguments: [
      ("*", 4), ("%", 4), ("INB*", 1), ("inbox", 1), ("*x", 1), ("S%t", 1), ("*nothing", 0), ("I*B*X", 1),
      ("**************z", 0),
    ])
  func list(_ pattern: String, _ count: Int) {
    var dialogue = IMAPDialogue()
    let lines = dialogue.send("a LIST \"\" \"\(pattern)\"\r\n").split(separator: "\r\n")
    #expect(lines.count { $0.hasPrefix("* LIST () ") } == count)
    #expect(lines.last == "a OK LIST completed")
  }

  @Test("lines and literals over the limit get the protocol's error, and the session goes on")
  func limits() {
    var configuration = IMAPSession.Configuration()
    configuration.maximumMessageSize = 100
    var dialogue = IMAPDialogue(configuration: configuration)
    // The tag of a line that was thrown away is not known any more.
    #expect(
      dialogue.send("a NOOP \(String(repeating: "x", count: 70_000))\r\n") == "* BAD Line too long\r\n")
    #expect(dialogue.send("b APPEND INBOX {101}\r\n") == "b NO [TOOBIG] The literal is too large\r\n")
    #expect(
      dialogue.send("c APPEND INBOX {101+}\r\n\(String(repeating: "x", count: 101))\r\nd NOOP\r\n", piece: 10)
        == "c NO [TOOBIG] The literal is too large\r\nd OK NOOP completed\r\n")
    #expect(dialogue.send("e APPEND INBOX {99999999999999999999}\r\n").hasPrefix("e NO [TOOBIG]"))
  }

  @Test("a full or broken store is a NO with the code that says why")
  func storeErrors() {
    var dialogue = IMAPDialogue()
    dialogue.send("a APPEND INBOX {90000}\r\n\(String(repeating: "x", count: 90_000))\r\n")
    #expect(
      dialogue.send("b APPEND INBOX {90000}\r\n\(String(repeating: "x", count: 90_000))\r\n").contains(
        "b NO [OVERQUOTA]"))
    dialogue.isStoreBroken = true
    #expect(dialogue.send("c SELECT INBOX\r\n").hasPrefix("c NO [UNAVAILABLE]"))
  }

  @Test("whatever octets come, in whatever pieces, the session never traps and goes on answering")
  func junk() {
    for seed in UInt64(1)...300 {
      var random = SeededGenerator(seed: seed)
      var dialogue = IMAPDialogue()
      dialogue.deliver(mail)
      let words = [
        "a SELECT INBOX\r\n", "b FETCH 1:* (", "ENVELOPE)\r\n", "{3}\r\n", "{3+}\r\n", "c IDLE\r\n",
        "DONE\r\n", "d SEARCH OR ", "\"", "(", "\\", "e STORE 1 FLAGS ",
      ]
      for _ in 0..<30 {
        if Bool.random(using: &random) {
          dialogue.send(words.randomElement(using: &random) ?? "")
        } else {
          dialogue.send(
            (0..<Int.random(in: 1...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
            })
        }
      }
      let answered = dialogue.results.count
      if !dialogue.isClosed { dialogue.send("\r\nxxxxx\r\nz NOOP\r\nz NOOP\r\nz NOOP\r\n") }
      #expect(dialogue.isClosed || dialogue.results.count > answered, "seed \(seed)")
    }
  }

  @Test(
    "a literal may be said to be as long as any number: it is refused, and its octets are no commands",
    arguments: ["9223372036854775807", "9223372036854775806", "99999999999999999999"])
  func hugeLiteral(_ number: String) {
    for loggedIn in [false, true] {
      var dialogue = IMAPDialogue(loggedIn: loggedIn)
      let answer = dialogue.send("1 LOGIN alice {\(number)+}\r\n2 NOOP\r\n", piece: 1)
      #expect(answer.hasPrefix("1 NO [TOOBIG]"))
      #expect(!answer.contains("2 OK"))
      #expect(dialogue.send("1 LOGIN alice {\(number)}\r\n") == "")
    }
  }

  @Test(
    "a client that leaves interrupts what was begun and not ended, and nothing else",
    arguments: [
      ("", false), ("1 NOOP\r\n", false), ("1 NO", true), ("1 SELECT INBOX\r\n2 IDLE\r\n", false),
      ("1 LOGIN {5}\r\n", true),
    ])
  func interruption(_ text: String, _ isInCommand: Bool) {
    var dialogue = IMAPDialogue()
    dialogue.send(text)
    #expect(dialogue.session.isInCommand == isInCommand)
  }

  @Test("octets behind a literal are no other protocol, however they come", arguments: [1, 3, Int.max])
  func literalsOfOtherProtocols(piece: Int) {
    for octets in ["GET /a", "SSH-2.", "\u{16}\u{3}abcd"] {
      var dialogue = IMAPDialogue()
      dialogue.send("a LOGIN {5+}\r\nalice {6+}\r\n\(octets)\r\nb NOOP\r\n", piece: piece)
      #expect(dialogue.foreign.isEmpty && !dialogue.isClosed, "\(octets)")
      #expect(dialogue.verbs.count == 2, "\(octets): \(dialogue.verbs)")
    }
  }
}
