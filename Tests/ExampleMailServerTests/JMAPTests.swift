// Is JSON read strictly, and do the JMAP methods answer as RFC 8620 and 8621 say?

import ObservabilityPlatform
import Testing

@testable import example_mail_server

@Suite struct JSONTests {
  @Test(
    "what is JSON is written back in its shortest form",
    arguments: [
      ("null", "null"), (" [ 1 , -2.5e1, true ] ", "[1,-25.0,true]"),
      ("{\"a\":{\"b\":[]}}", "{\"a\":{\"b\":[]}}"),
      ("\"\\u00e4\\ud83d\\ude00\\n\\u0000\"", "\"ä😀\\n\\u0000\""), ("0", "0"), ("-0", "0"), ("1E2", "100.0"),
      ("99999999999999999999", "1e+20"), ("\"\u{7f}\"", "\"\\u007f\""),
      // Two names, although they look the same.
      ("{\"\u{e9}\":1,\"e\u{301}\":2}", "{\"\u{e9}\":1,\"e\u{301}\":2}"),
    ])
  func roundTrip(_ text: String, _ expected: String) throws {
    #expect(try JSONParser.parse(Array(text.utf8)).encoded.text == expected)
  }

  @Test(
    "what is not JSON is refused",
    arguments: [
      "", "nul", "[1,]", "{,}", "{\"a\"}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "01", "1.", ".5", "+1", "1e",
      "--1", "\"",
      "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "[1] 2", "1e999",
      "{\"a\":1,\"a\":2}",
      "{a:1}", "'a'", "NaN", "\"\\u+123\"",
    ])
  func refused(_ text: String) {
    #expect(throws: JSONError.self) { try JSONParser.parse(Array(text.utf8)) }
  }

  @Test("invalid UTF-8 and deep nesting are refused")
  func hostile() {
    #expect(throws: JSONError.self) { try JSONParser.parse([0x22, 0xC0, 0x80, 0x22]) }
    #expect(throws: JSONError.self) { try JSONParser.parse([UInt8](repeating: 0x5B, count: 100_000)) }
    let nested = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
    #expect(throws: Never.self) { try JSONParser.parse(Array(nested.utf8)) }
  }
}

@Suite struct JMAPTests {
  private let table: Locked<MailboxTable>
  private let methods: JMAPMethods
  private let account = JMAPMethods.accountID(of: "alice")

  init() throws {
    var table = MailboxTable(accounts: ["alice"], generation: .first)
    for number in 1...3 {
      let mail =
        "From: \"A, B\" <a@example.com>\r\nTo: c@example.com\r\nSubject: mail \(number)\r\nMessage-ID: <\(number)@x>\r\n\r\nbody \(number)\r\n"
      try table.append(
        Array(mail.utf8), to: "INBOX", of: "alice", flags: number == 2 ? ["\\Seen"] : [],
        at: CalendarTime(seconds: Int64(number) * 86_400))
    }
    let shared = Locked(table)
    self.table = shared
    methods = JMAPMethods(account: "alice") { request in
      shared.withLock { $0.answer(request, user: "alice", at: CalendarTime(seconds: 0)) }
    }
  }

  private func call(_ name: String, _ arguments: String) throws -> String {
    let text = arguments.replacing("ACCOUNT", with: "\"accountId\":\"\(account)\"")
    return try methods.perform(name, JSONParser.parse(Array(text.utf8))).encoded.text
  }

  @Test(
    "Email/query filters, sorts and pages",
    arguments: [
      ("", "e1\",\"e2\",\"e3"), (",\"filter\":{\"hasKeyword\":\"$seen\"}", "e2"),
      (",\"filter\":{\"subject\":\"MAIL 3\"}", "e3"),
      (
        ",\"filter\":{\"operator\":\"NOT\",\"conditions\":[{\"body\":\"body 1\"},{\"text\":\"mail 2\"}]}",
        "e3"
      ),
      (",\"filter\":{\"after\":\"1970-01-03T00:00:00Z\"}", "e2\",\"e3"),
      (",\"sort\":[{\"property\":\"receivedAt\",\"isAscending\":false}]", "e3\",\"e2\",\"e1"),
      (",\"position\":1,\"limit\":1", "e2"), (",\"position\":-1", "e3"),
      (",\"position\":-9223372036854775808,\"limit\":1", "e1"),
      (",\"filter\":{\"inMailbox\":\"m1\"}", "e1\",\"e2\",\"e3"), (",\"filter\":{\"inMailbox\":\"m2\"}", ""),
    ])
  func emailQuery(_ arguments: String, _ ids: String) throws {
    let answer = try call("Email/query", "{ACCOUNT\(arguments)}")
    #expect(answer.contains(ids.isEmpty ? "\"ids\":[]" : "\"ids\":[\"\(ids)\"]"))
  }

  @Test("Email/get shows the properties that were asked for, and what was not found")
  func emailGet() throws {
    let answer = try call(
      "Email/get",
      "{ACCOUNT,\"ids\":[\"e2\",\"e9\"],\"properties\":[\"subject\",\"from\",\"keywords\",\"messageId\",\"bodyValues\"],\"fetchTextBodyValues\":true}"
    )
    #expect(
      answer.contains(
        #"{"id":"e2","keywords":{"$seen":true},"messageId":["2@x"],"from":[{"name":"A, B","email":"a@example.com"}],"subject":"mail 2","bodyValues":{"1":{"value":"body 2\n","#
      ))
    #expect(answer.hasSuffix(#""notFound":["e9"]}"#))
  }

  @Test("Email/set changes keywords, and nothing else")
  func emailSet() throws {
    let answer = try call(
      "Email/set",
      "{ACCOUNT,\"update\":{\"e1\":{\"keywords/$seen\":true,\"keywords/Work\":true},\"e2\":{\"keywords\":{}},\"e3\":{\"subject\":\"x\"},\"e9\":{}},\"destroy\":[\"e1\"]}"
    )
    #expect(answer.contains(#""updated":{"e1":null,"e2":null}"#))
    #expect(answer.contains(#""notUpdated":{"e3":{"type":"invalidProperties"},"e9":{"type":"notFound"}}"#))
    #expect(answer.contains(#""notDestroyed":{"e1":{"type":"forbidden"}}"#))
    let flags = table.withLock { $0.mailboxes(of: "alice")[0].messages.map(\.flags) }
    #expect(flags == [["\\Seen", "work"], [], []])
    #expect(throws: JMAPMethodError.self) { try call("Email/set", "{ACCOUNT,\"ifInState\":\"0\"}") }
  }

  @Test("Mailbox/get and Mailbox/query tell the mailboxes and their counts")
  func mailboxes() throws {
    #expect(
      try call("Mailbox/get", "{ACCOUNT,\"ids\":[\"m1\"]}").contains(
        #""role":"inbox","sortOrder":1,"totalEmails":3,"unreadEmails":2"#))
    #expect(
      try call("Mailbox/query", "{ACCOUNT,\"filter\":{\"role\":\"trash\"},\"calculateTotal\":true}")
        .hasSuffix(#""ids":["m4"],"total":1}"#))
    let sort = #""sort":[{"property":"sortOrder"},{"property":"name","isAscending":false}]"#
    #expect(try call("Mailbox/query", "{ACCOUNT,\(sort)}").hasSuffix(#""ids":["m1","m4","m3","m2"]}"#))
  }

  @Test("nothing has changed since the present state, and of another one nothing is known")
  func changes() throws {
    for type in ["Mailbox", "Thread", "Email"] {
      #expect(
        try call("\(type)/changes", "{ACCOUNT,\"sinceState\":\"3\"}").hasSuffix(
          #""oldState":"3","newState":"3","hasMoreChanges":false,"created":[],"updated":[],"destroyed":[]}"#))
    }
    for type in ["Mailbox", "Email"] {
      #expect(
        try call("\(type)/queryChanges", "{ACCOUNT,\"sinceQueryState\":\"3\"}").hasSuffix(
          #""oldQueryState":"3","newQueryState":"3","removed":[],"added":[]}"#))
    }
  }

  @Test("each mail is a thread")
  func threads() throws {
    #expect(
      try call("Thread/get", "{ACCOUNT,\"ids\":[\"t2\",\"e2\",\"t9\"]}").hasSuffix(
        #""list":[{"id":"t2","emailIds":["e2"]}],"notFound":["e2","t9"]}"#))
    #expect(try call("Thread/get", "{ACCOUNT}").contains("e3"))
  }

  private static let many = Array(repeating: "{\"text\":\"x\"}", count: 64).joined(separator: ",")

  @Test(
    "what a method cannot do is the error that the RFC names",
    arguments: [
      ("Email/copy", "{ACCOUNT}", "unknownMethod"), ("Email/get", "{}", "invalidArguments"),
      ("Email/get", "{\"accountId\":\"x\"}", "accountNotFound"),
      ("Email/get", "{ACCOUNT,\"ids\":1}", "invalidArguments"),
      ("Email/get", "{ACCOUNT,\"properties\":[\"bogus\"]}", "invalidArguments"),
      ("Email/query", "{ACCOUNT,\"filter\":{\"bogus\":1}}", "unsupportedFilter"),
      ("Email/query", "{ACCOUNT,\"sort\":[{\"property\":\"bogus\"}]}", "unsupportedSort"),
      ("Email/query", "{ACCOUNT,\"sort\":[{\"property\":\"subject\"}]}", "unsupportedSort"),
      ("Email/query", "{ACCOUNT,\"sort\":[{}]}", "invalidArguments"),
      ("Email/query", "{ACCOUNT,\"limit\":-1}", "invalidArguments"),
      ("Email/query", "{ACCOUNT,\"position\":\"1\"}", "invalidArguments"),
      ("Email/query", "{ACCOUNT,\"filter\":{\"minSize\":-1}}", "invalidArguments"),
      ("Email/query", "{ACCOUNT,\"filter\":{\"after\":\"yesterday\"}}", "invalidArguments"),
      ("Email/query", "{ACCOUNT,\"filter\":{\"before\":\"1970-02-30T00:00:00Z\"}}", "invalidArguments"),
      ("Email/query", "{ACCOUNT,\"filter\":{\"operator\":\"XOR\",\"conditions\":[]}}", "invalidArguments"),
      (
        "Email/query", "{ACCOUNT,\"filter\":{\"operator\":\"OR\",\"conditions\":[\(many)]}}",
        "unsupportedFilter"
      ),
      ("Mailbox/query", "{ACCOUNT,\"sort\":[{\"property\":\"role\"}]}", "unsupportedSort"),
      ("Mailbox/query", "{ACCOUNT,\"filter\":[]}", "invalidArguments"),
      ("Email/get", "{ACCOUNT,\"ids\":[],\"maxBodyValueBytes\":-1}", "invalidArguments"),
      ("Email/get", "{ACCOUNT,\"ids\":[],\"fetchTextBodyValues\":1}", "invalidArguments"),
      ("Email/changes", "{ACCOUNT,\"sinceState\":\"2\"}", "cannotCalculateChanges"),
      ("Email/changes", "{ACCOUNT}", "invalidArguments"),
      ("Mailbox/queryChanges", "{ACCOUNT,\"sinceQueryState\":\"x\"}", "cannotCalculateChanges"),
      ("Email/set", "{ACCOUNT,\"update\":[]}", "invalidArguments"),
      ("Email/set", "{ACCOUNT,\"destroy\":{}}", "invalidArguments"),
      ("Email/set", "{ACCOUNT,\"ifInState\":\"x\"}", "stateMismatch"),
    ])
  func errors(_ name: String, _ arguments: String, _ type: String) {
    #expect { try call(name, arguments) } throws: { ($0 as? JMAPMethodError)?.type == type }
  }

  @Test(
    "a request that is none is refused as a whole",
    arguments: [
      ("{", "notJSON"), ("{}", "notRequest"),
      ("{\"using\":[\"urn:x\"],\"methodCalls\":[]}", "unknownCapability"),
      ("{\"using\":[],\"methodCalls\":[[\"Core/echo\",{}]]}", "notRequest"),
      (
        "{\"using\":[],\"methodCalls\":[\(Array(repeating: "[\"Core/echo\",{},\"0\"]", count: 17).joined(separator: ","))]}",
        "limit"
      ),
    ])
  func requestErrors(_ body: String, _ type: String) {
    #expect { try JMAPRequest(body: Array(body.utf8)) } throws: { ($0 as? JMAPRequestError)?.type == type }
  }

  @Test("a result reference stands for what an earlier call answered")
  func resultReference() throws {
    let earlier = JMAPResponse(
      name: "Email/query", arguments: .object(["ids": ["e1", "e2"], "list": [.object(["a/b": ["x"]])]]),
      id: "0")
    func resolve(_ path: String) throws -> JSON? {
      let reference = JSON.object(["resultOf": "0", "name": "Email/query", "path": .string(path)])
      let call = JMAPCall(name: "Email/get", arguments: .object(["#ids": reference]), id: "1")
      return try call.resolved(with: [earlier])["ids"]
    }
    #expect(try resolve("/ids") == ["e1", "e2"])
    #expect(try resolve("/ids/1") == "e2")
    #expect(try resolve("/list/*/a~1b") == ["x"])
    for wrong in ["/none", "ids", "/ids/2", "/ids/-1", "/list/*/none"] {
      #expect(throws: JMAPMethodError.self) { try resolve(wrong) }
    }
  }
}
