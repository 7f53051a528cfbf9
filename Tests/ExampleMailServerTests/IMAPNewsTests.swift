// Does a session hear what others do to its mailbox, with each command and as its numbers allow?

import Testing

@testable import example_mail_server

@Suite struct IMAPNewsTests {
  /// A session that has selected three messages.
  private func selected() -> IMAPDialogue {
    var dialogue = IMAPDialogue()
    for number in 1...3 { dialogue.deliver("Subject: \(number)\r\n\r\n") }
    dialogue.send("a SELECT INBOX\r\n")
    return dialogue
  }

  @Test(
    "flags and new messages are told with whatever command comes next, before its tagged response",
    arguments: [
      "NOOP", "CHECK", "CAPABILITY", "LIST \"\" nothing", "STATUS Trash (MESSAGES)", "SEARCH SUBJECT nothing",
      "UID SEARCH SUBJECT nothing", "FETCH 3 UID", "UID FETCH 3 UID", "STORE 3 +FLAGS.SILENT (x)",
      "COPY 3 Trash",
      "APPEND Trash {1+}\r\nx", "EXPUNGE", "NAMESPACE", "BOGUS", "CREATE New", "SELECT",
    ])
  func everyCommand(_ command: String) throws {
    var dialogue = selected()
    try dialogue.table.changeFlags(.add, ["\\Flagged"], of: [2], in: "INBOX", of: "alice")
    dialogue.deliver("Subject: 4\r\n\r\n")
    let answer = dialogue.send("b \(command)\r\n")
    #expect(answer.contains("* 4 EXISTS\r\n* 2 FETCH (FLAGS (\\Flagged))\r\nb "), "\(answer)")
    #expect(dialogue.send("c NOOP\r\n") == "c OK NOOP completed\r\n")
  }

  @Test(
    "an EXPUNGE waits for a command whose numbers it does not spoil",
    arguments: [
      ("FETCH 3 UID", true), ("STORE 3 +FLAGS (x)", true), ("SEARCH ALL", true), ("FETCH bad", true),
      ("UID FETCH 3 UID", false), ("UID STORE 3 +FLAGS (x)", false), ("UID SEARCH ALL", false),
      ("NOOP", false),
      ("COPY 3 Trash", false), ("LIST \"\" *", false),
    ])
  func expunge(_ command: String, _ waits: Bool) throws {
    var dialogue = selected()
    try dialogue.table.changeFlags(.add, ["\\Deleted"], of: [1], in: "INBOX", of: "alice")
    try dialogue.table.expunge("INBOX", of: "alice")
    dialogue.deliver("Subject: 4\r\n\r\n")
    let answer = dialogue.send("b \(command)\r\n")
    #expect(answer.contains("* 1 EXPUNGE\r\n") != waits, "\(answer)")
    // As long as the client does not know, the number counts what is gone.
    #expect(answer.contains(waits ? "* 4 EXISTS\r\n" : "* 3 EXISTS\r\n"), "\(answer)")
    #expect(dialogue.send("c NOOP\r\n") == (waits ? "* 1 EXPUNGE\r\n" : "") + "c OK NOOP completed\r\n")
    #expect(dialogue.send("d FETCH 3 UID\r\n").hasPrefix("* 3 FETCH (UID 4)"))
  }

  @Test("a client hears of its own change once, and of others' in a silent STORE")
  func ownChanges() throws {
    var dialogue = selected()
    #expect(
      dialogue.send("b STORE 1 +FLAGS (\\Seen)\r\n")
        == "* 1 FETCH (FLAGS (\\Seen))\r\nb OK STORE completed\r\n")
    #expect(dialogue.send("c STORE 1 +FLAGS.SILENT (\\Flagged)\r\n") == "c OK STORE completed\r\n")
    try dialogue.table.changeFlags(.add, ["$Label"], of: [1, 2], in: "INBOX", of: "alice")
    #expect(
      dialogue.send("d STORE 1 -FLAGS.SILENT (\\Seen)\r\n")
        == "* 1 FETCH (FLAGS ($Label \\Flagged))\r\n* 2 FETCH (FLAGS ($Label))\r\nd OK STORE completed\r\n")
  }

  @Test("an idling client hears of flags")
  func idle() throws {
    var dialogue = selected()
    dialogue.send("b IDLE\r\n")
    try dialogue.table.changeFlags(.add, ["\\Seen"], of: [3], in: "INBOX", of: "alice")
    dialogue.session.mailboxChanged(try dialogue.table.mailbox("INBOX", of: "alice"))
    #expect(dialogue.send("DONE\r\n") == "* 3 FETCH (FLAGS (\\Seen))\r\nb OK IDLE ended\r\n")
  }

  @Test("a session whose mailbox is deleted by another one ends; one that deletes its own goes on without")
  func deleted() throws {
    var dialogue = IMAPDialogue()
    dialogue.send("a SELECT Trash\r\n")
    try dialogue.table.delete("Trash", of: "alice")
    #expect(
      dialogue.send("b NOOP\r\n")
        == "b NO [NONEXISTENT] No such mailbox\r\n* BYE The selected mailbox was deleted\r\n")
    #expect(dialogue.isClosed)
    dialogue = IMAPDialogue()
    #expect(dialogue.send("a SELECT Trash\r\nb DELETE Trash\r\n").hasSuffix("b OK DELETE completed\r\n"))
    #expect(dialogue.send("c FETCH 1 UID\r\n").hasPrefix("c BAD Select"))
  }

  @Test("a broken store fails what needs it, and nothing else")
  func brokenStore() {
    var dialogue = selected()
    dialogue.isStoreBroken = true
    #expect(dialogue.send("b CAPABILITY\r\n").hasSuffix("b OK CAPABILITY completed\r\n"))
    #expect(dialogue.send("c NOOP\r\n").hasPrefix("c NO [UNAVAILABLE]"))
    #expect(dialogue.send("d LOGOUT\r\n").hasSuffix("d OK LOGOUT completed\r\n"))
  }
}
