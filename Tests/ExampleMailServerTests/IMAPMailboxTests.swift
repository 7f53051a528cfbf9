// Can a client arrange its mailboxes, and know the UIDs of what it put there? (RFC 3501, RFC 2342, RFC 4315)

import MailObservability
import Testing

@testable import example_mail_server

@Suite struct IMAPMailboxTests {
  private func names(_ answer: String) -> [String] {
    answer.split(separator: "\r\n").compactMap { line in
      line.hasPrefix("* ") ? line.split(separator: "\"").last.map { String($0) } : nil
    }
  }

  @Test("CREATE makes a mailbox and those above it, and DELETE takes it away")
  func create() {
    var dialogue = IMAPDialogue()
    #expect(dialogue.send("a CREATE Lists/Swift/Dev/\r\n") == "a OK CREATE completed\r\n")
    #expect(names(dialogue.send("b LIST \"\" L*\r\n")) == ["Lists", "Lists/Swift", "Lists/Swift/Dev"])
    #expect(names(dialogue.send("c LIST \"\" %\r\n")) == ["INBOX", "Drafts", "Sent", "Trash", "Lists"])
    #expect(names(dialogue.send("d LIST Lists/ %\r\n")) == ["Lists/Swift"])
    #expect(names(dialogue.send("e LIST \"\" *%Dev\r\n")) == ["Lists/Swift/Dev"])
    #expect(dialogue.send("f CREATE Lists\r\n").hasPrefix("f NO [ALREADYEXISTS]"))
    #expect(dialogue.send("g CREATE inbox\r\n").hasPrefix("g NO [ALREADYEXISTS]"))
    #expect(dialogue.send("h DELETE Lists\r\n").hasPrefix("h NO [CANNOT]"))
    #expect(dialogue.send("i DELETE inbox\r\n").hasPrefix("i NO [CANNOT]"))
    #expect(dialogue.send("j DELETE Nowhere\r\n").hasPrefix("j NO [NONEXISTENT]"))
    dialogue.send("k APPEND Lists/Swift/Dev {1+}\r\nx\r\n")
    #expect(dialogue.table.mailboxCount == 7)
    #expect(dialogue.send("l DELETE Lists/Swift/Dev\r\n") == "l OK DELETE completed\r\n")
    #expect((dialogue.table.mailboxCount, dialogue.table.messageCount, dialogue.table.byteCount) == (6, 0, 0))
  }

  @Test(
    "a name that no mailbox can have is refused",
    arguments: ["\"\"", "/", "a//b", "/a", "\"a*\"", "\"a%b\"", "\"ä\"", String(repeating: "x", count: 256)])
  func badNames(_ name: String) {
    var dialogue = IMAPDialogue()
    #expect(dialogue.send("a CREATE \(name)\r\n").hasPrefix("a NO [CANNOT]"))
    #expect(dialogue.table.mailboxCount == 4)
  }

  @Test("mailboxes have an end, and a CREATE that would go beyond it makes none")
  func tooMany() {
    var dialogue = IMAPDialogue()
    for number in 0..<(MailboxTable.maximumMailboxes - 5) {
      #expect(dialogue.send("a CREATE \(number)\r\n").hasPrefix("a OK"))
    }
    #expect(dialogue.send("b CREATE x/y\r\n").hasPrefix("b NO [LIMIT]"))
    #expect(dialogue.send("c CREATE x\r\n").hasPrefix("c OK"))
    #expect(dialogue.send("d CREATE z\r\n").hasPrefix("d NO [LIMIT]"))
  }

  @Test("a mailbox of a deleted one's name gives no UID again")
  func recreated() {
    var dialogue = IMAPDialogue()
    dialogue.send("a CREATE x\r\n")
    #expect(dialogue.send("b APPEND x {1+}\r\nx\r\n") == "b OK [APPENDUID 1 1] APPEND completed\r\n")
    #expect(dialogue.send("c DELETE x\r\nd CREATE x\r\n").hasSuffix("d OK CREATE completed\r\n"))
    #expect(dialogue.send("e STATUS x (UIDNEXT MESSAGES)\r\n").contains("(UIDNEXT 2 MESSAGES 0)"))
    #expect(dialogue.send("f APPEND x {1+}\r\nx\r\n") == "f OK [APPENDUID 1 2] APPEND completed\r\n")
  }

  @Test("subscriptions are the client's, and outlive their mailbox")
  func subscriptions() {
    var dialogue = IMAPDialogue()
    dialogue.send("a CREATE Lists/Swift\r\n")
    #expect(names(dialogue.send("b LSUB \"\" *\r\n")) == ["Drafts", "INBOX", "Sent", "Trash"])
    #expect(dialogue.send("c SUBSCRIBE Lists/Swift\r\n") == "c OK SUBSCRIBE completed\r\n")
    #expect(dialogue.send("d SUBSCRIBE Nowhere\r\n").hasPrefix("d NO [NONEXISTENT]"))
    #expect(
      dialogue.send("e LSUB \"\" Li%\r\n") == "* LSUB (\\Noselect) \"/\" \"Lists\"\r\ne OK LSUB completed\r\n"
    )
    #expect(names(dialogue.send("f LSUB \"\" Li*\r\n")) == ["Lists/Swift"])
    #expect(
      dialogue.send("g UNSUBSCRIBE inbox\r\nh DELETE Lists/Swift\r\n").hasSuffix("h OK DELETE completed\r\n"))
    #expect(names(dialogue.send("i LSUB \"\" *\r\n")) == ["Drafts", "Lists/Swift", "Sent", "Trash"])
    #expect(names(dialogue.send("j LIST \"\" *\r\n")).contains("INBOX"))
  }

  @Test("NAMESPACE tells the delimiter, RENAME is refused clearly")
  func namespace() {
    var dialogue = IMAPDialogue()
    #expect(
      dialogue.send("a NAMESPACE\r\n") == "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\na OK NAMESPACE completed\r\n"
    )
    #expect(dialogue.send("b RENAME Drafts Other\r\n").hasPrefix("b NO [CANNOT]"))
    #expect(dialogue.send("c CAPABILITY\r\n").contains("NAMESPACE UIDPLUS"))
    #expect(dialogue.verbs == [.namespace, .rename, .capability])
  }

  @Test("COPY tells the UIDs of the copies, and UID EXPUNGE removes those that it names")
  func uidPlus() {
    var dialogue = IMAPDialogue()
    for number in 1...6 { dialogue.deliver("Subject: \(number)\r\n\r\n") }
    dialogue.send("a SELECT INBOX\r\n")
    #expect(dialogue.send("b COPY 1:3,5 Trash\r\n") == "b OK [COPYUID 1 1:3,5 1:4] COPY completed\r\n")
    #expect(dialogue.send("c UID COPY 99 Trash\r\n") == "c OK COPY completed\r\n")
    #expect(dialogue.send("d COPY 6 INBOX\r\n") == "* 7 EXISTS\r\nd OK [COPYUID 1 6 7] COPY completed\r\n")
    #expect(dialogue.send("e COPY 1 Nowhere\r\n").hasPrefix("e NO [TRYCREATE]"))
    #expect(dialogue.send("f APPEND Nowhere {1+}\r\nx\r\n").hasPrefix("f NO [TRYCREATE]"))
    dialogue.send("g STORE 1:4 +FLAGS.SILENT (\\Deleted)\r\n")
    #expect(
      dialogue.send("h UID EXPUNGE 2:3,6:*\r\n") == "* 3 EXPUNGE\r\n* 2 EXPUNGE\r\nh OK EXPUNGE completed\r\n"
    )
    #expect(dialogue.send("i EXPUNGE\r\n") == "* 2 EXPUNGE\r\n* 1 EXPUNGE\r\ni OK EXPUNGE completed\r\n")
  }
}
