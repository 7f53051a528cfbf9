// Does Email/get show mail as RFC 8621 says: header forms, structure, text decoded, and no more than was asked for?

import Testing

@testable import example_mail_server

@Suite struct JMAPEmailTests {
  private static let mail = """
    Received: from a\r
    \tby b; Thu, 1 Jan 1970 00:00:00 +0000\r
    Received: second\r
    From: =?utf-8?q?J=C3=B6rg?= <j@example.com>\r
    To: "A, B" <a@example.com>, Friends: b@example.com, C <c@example.com>;\r
    Subject: =?iso-8859-1?Q?caf=E9?= =?utf-8?b?w6k=?=\r
    Message-ID: (x) <1@x>\r
    References: <1@x> <2\r
     @x>\r
    In-Reply-To: nothing of the kind\r
    Date: Thu, 1 Jan 1970 01:00:00 +0100\r
    List-Post: <mailto:l@example.com> (all), <https://example.com/l>\r
    X-Thing:  two  words \r
    Content-Type: multipart/mixed; boundary=m\r
    \r
    --m\r
    Content-Type: multipart/alternative; boundary=a\r
    \r
    --a\r
    Content-Type: text/plain; charset=iso-8859-1\r
    Content-Transfer-Encoding: quoted-printable\r
    \r
    caf=E9=\r
     au lait\r
    two\r
    --a\r
    Content-Type: text/html; charset=utf-8\r
    Content-Transfer-Encoding: base64\r
    \r
    PGI+Y2Fmw6k8L2I+\r
    --a--\r
    --m\r
    Content-Type: application/pdf\r
    Content-Disposition: attachment; filename*=utf-8''%C3%A4.pdf\r
    Content-ID: <pdf@x>\r
    Content-Transfer-Encoding: base64\r
    \r
    JVBERg==\r
    --m\r
    Content-Type: message/rfc822\r
    Content-Disposition: inline\r
    \r
    Subject: inner\r
    \r
    text\r
    --m--\r

    """
  private var table = MailboxTable(accounts: ["alice"], generation: .first)

  init() throws { try deliver(Self.mail) }

  private mutating func deliver(_ mail: String) throws {
    try table.append(Array(mail.utf8), to: "INBOX", of: "alice", at: CalendarTime(seconds: 0))
  }

  private func get(_ more: String, ids: String = #"["e1"]"#, room: Int? = nil) throws -> JSON {
    var methods = JMAPMethods(account: "alice") { [table] request in
      var table = table
      return table.answer(request, user: "alice", at: CalendarTime(seconds: 0))
    }
    if let room { methods.room = room }
    let arguments = #"{"accountId":"\#(JMAPMethods.accountID(of: "alice"))","ids":\#(ids),\#(more)}"#
    return try methods.perform("Email/get", JSONParser.parse(Array(arguments.utf8)))
  }

  private func property(_ name: String) throws -> String? {
    try get(#""properties":["\#(name)"]"#)["list"]?.arrayValue?.first?[name]?.encoded.text
  }

  @Test(
    "a header field has each of its forms",
    arguments: [
      ("header:Subject", #"" =?iso-8859-1?Q?caf=E9?= =?utf-8?b?w6k=?=""#),
      ("header:subject:asText", #""caféé""#), ("subject", #""caféé""#),
      ("header:X-Thing:asText", #""two  words""#),
      ("header:x-thing:asRaw", #""  two  words ""#), ("header:none", "null"), ("header:none:all", "[]"),
      ("header:Received", #"" second""#),
      (
        "header:Received:all",
        #"[" from a\r\n\tby b; Thu, 1 Jan 1970 00:00:00 +0000"," second"]"#
      ),
      ("from", #"[{"name":"Jörg","email":"j@example.com"}]"#),
      (
        "header:To:asAddresses",
        #"[{"name":"A, B","email":"a@example.com"},{"name":null,"email":"b@example.com"},"#
          + #"{"name":"C","email":"c@example.com"}]"#
      ),
      (
        "header:To:asGroupedAddresses",
        #"[{"name":null,"addresses":[{"name":"A, B","email":"a@example.com"}]},{"name":"Friends","addresses":["#
          + #"{"name":null,"email":"b@example.com"},{"name":"C","email":"c@example.com"}]}]"#
      ),
      ("messageId", #"["1@x"]"#), ("references", #"["1@x","2@x"]"#), ("inReplyTo", "null"), ("cc", "null"),
      ("header:Message-ID:asMessageIds:all", #"[["1@x"]]"#), ("sentAt", #""1970-01-01T00:00:00Z""#),
      ("header:Date:asDate", #""1970-01-01T00:00:00Z""#),
      ("header:List-Post:asURLs", #"["mailto:l@example.com","https://example.com/l"]"#),
      ("preview", #""café au lait two""#), ("hasAttachment", "true"),
    ])
  func headerForms(_ name: String, _ expected: String) throws {
    #expect(try property(name) == expected)
  }

  @Test(
    "a property that there is not, or a form that the field has not, is refused",
    arguments: [
      "header", "header:", "header:Subject:asDate", "header:From:asText", "header:Date:asAddresses",
      "header:Subject:astext", "header:Subject:all:asText", "header:Subject:asText:all:all", "header:a b",
      "header:Received:asText", "subParts", "bogus",
    ])
  func refusedProperties(_ name: String) {
    #expect(throws: JMAPMethodError.self) { try property(name) }
    #expect(throws: JMAPMethodError.self) {
      try get(#""bodyProperties":["\#(name == "subParts" ? "x" : name)"]"#)
    }
  }

  @Test("the body's structure, its texts and attachments are told as the RFC sorts them")
  func structure() throws {
    let answer = try get(
      #""properties":["bodyStructure","textBody","htmlBody","attachments"],"bodyProperties":["partId","type","subParts"]"#
    )
    let email = try #require(answer["list"]?.arrayValue?.first)
    let plain = #"{"partId":"1.1","type":"text/plain"}"#
    let html = #"{"partId":"1.2","type":"text/html"}"#
    let files = #"{"partId":"2","type":"application/pdf"},{"partId":"3","type":"message/rfc822"}"#
    #expect(email["textBody"]?.encoded.text == "[\(plain)]")
    #expect(email["htmlBody"]?.encoded.text == "[\(html)]")
    #expect(email["attachments"]?.encoded.text == "[\(files)]")
    #expect(
      email["bodyStructure"]?.encoded.text
        == #"{"partId":null,"subParts":[{"partId":null,"subParts":[\#(plain),\#(html)],"type":"multipart/alternative"},\#(files)],"type":"multipart/mixed"}"#
    )
  }

  @Test("a part has its properties, and its blob is what it held before it was encoded")
  func parts() throws {
    let answer = try get(#""properties":["attachments"]"#)
    let parts = answer["list"]?.arrayValue?.first?["attachments"]?.arrayValue
    #expect(
      parts?.first?.encoded.text
        == #"{"blobId":"b1-2","charset":null,"cid":"pdf@x","disposition":"attachment","language":null,"location":null,"name":"ä.pdf","partId":"2","size":4,"type":"application/pdf"}"#
    )
    let mailboxes = table.mailboxes(of: "alice")
    #expect(JMAPBlob(id: "b1-2")?.octets(in: mailboxes)?.text == "%PDF")
    #expect(JMAPBlob(id: "b1-1-2")?.octets(in: mailboxes)?.text == "<b>café</b>")
    #expect(JMAPBlob(id: "b1")?.octets(in: mailboxes) == Array(Self.mail.utf8))
    for wrong in ["b1-9", "b1-1", "b2", "b1-", "b-1", "b", "x1", "b99999999999999999999"] {
      #expect(JMAPBlob(id: wrong)?.octets(in: mailboxes) == nil, "\(wrong)")
    }
  }

  @Test(
    "texts are decoded, their lines end with LF, and none is cut inside of a character",
    arguments: [
      (
        #""fetchTextBodyValues":true"#,
        #"{"1.1":{"value":"café au lait\ntwo","isEncodingProblem":false,"isTruncated":false}}"#
      ),
      (
        #""fetchHTMLBodyValues":true"#,
        #"{"1.2":{"value":"<b>café</b>","isEncodingProblem":false,"isTruncated":false}}"#
      ),
      (
        #""fetchAllBodyValues":true,"maxBodyValueBytes":4"#,
        #"{"1.1":{"value":"caf","isEncodingProblem":false,"isTruncated":true},"1.2":{"value":"<b>c","isEncodingProblem":false,"isTruncated":true}}"#
      ),
      (#""fetchAllBodyValues":false"#, "{}"),
    ])
  func bodyValues(_ arguments: String, _ expected: String) throws {
    let answer = try get(#""properties":["bodyValues"],\#(arguments)"#)
    #expect(answer["list"]?.arrayValue?.first?["bodyValues"]?.encoded.text == expected)
  }

  @Test("what cannot be decoded says so, and an alternative of one kind is for every client")
  func odd() throws {
    var other = self
    try other.deliver(
      "Content-Type: text/html; charset=klingon\r\n\r\n<p>one</p>\r\n<p>two</p>\r\n")
    let answer = try other.get(
      #""properties":["textBody","htmlBody","bodyValues","preview","hasAttachment"],"bodyProperties":["partId"],"fetchTextBodyValues":true"#,
      ids: #"["e2"]"#)
    #expect(
      answer["list"]?.arrayValue?.first?.encoded.text
        == #"{"id":"e2","hasAttachment":false,"preview":"one two ","bodyValues":{"1":{"value":"<p>one</p>\n<p>two</p>\n","isEncodingProblem":true,"isTruncated":false}},"textBody":[{"partId":"1"}],"htmlBody":[{"partId":"1"}]}"#
    )
  }

  @Test("an answer that would be larger than it may be is refused, whatever makes it large")
  func tooLarge() throws {
    for more in [
      #""properties":["headers"]"#, #""properties":["header:X-Thing:asText","preview"]"#,
      #""properties":["bodyValues"],"fetchAllBodyValues":true"#, #""properties":["bodyStructure"]"#,
    ] {
      #expect(throws: JMAPMethodError.answerTooLarge) { try get(more, room: 20) }
      #expect(throws: Never.self) { try get(more, room: 4000) }
    }
    let many = (0..<65).map { #""header:x\#($0)""# }.joined(separator: ",")
    #expect(throws: JMAPMethodError.self) { try get(#""properties":[\#(many)]"#) }
  }

  @Test(
    "a filter finds what a person reads: decoded, in any case",
    arguments: [
      (#"{"subject":"CAFÉÉ"}"#, true), (#"{"from":"jörg"}"#, true), (#"{"body":"café au"}"#, true),
      (#"{"body":"<B>Café"}"#, true), (#"{"text":"au lait"}"#, true), (#"{"body":"caf=E9"}"#, false),
      (#"{"to":"friends"}"#, true), (#"{"bcc":"jörg"}"#, false), (#"{"text":""}"#, true),
    ])
  func filters(_ filter: String, _ isFound: Bool) throws {
    let methods = JMAPMethods(account: "alice") { [table] request in
      var table = table
      return table.answer(request, user: "alice", at: CalendarTime(seconds: 0))
    }
    let arguments = #"{"accountId":"\#(JMAPMethods.accountID(of: "alice"))","filter":\#(filter)}"#
    let answer = try methods.perform("Email/query", JSONParser.parse(Array(arguments.utf8)))
    #expect(answer["ids"] == (isFound ? ["e1"] : []))
  }
}
