// Does everything that the JMAP session names answer, and is a request that is none refused as RFC 8620 says?

import EndpointMessages
import MailObservability
import Testing

@testable import example_mail_server

@Suite struct JMAPServerTests {
  private let server: JMAPServer
  private let metrics: MetricsCollector
  private let accountID = JMAPMethods.accountID(of: "alice")

  init() throws {
    metrics = try MetricsCollector(version: "1")
    let faults = Faults()
    let accounts = [Account(name: "alice", password: "secret")]
    let store = MailStore(accounts: accounts, faults: faults, metrics: metrics)
    try store.deliver(Array("Subject: x\r\n\r\nbody\r\n".utf8), to: "alice")
    let authenticator = Authenticator(
      directory: Directory(accounts: accounts), faults: faults, metrics: metrics)
    server = JMAPServer(authenticator: authenticator, store: store, metrics: metrics)
  }

  private func ask(
    _ method: String, _ target: String, body: String = "", type: String? = "application/json",
    password: String = "secret", more: EndpointFields = [:]
  ) throws -> (status: Int, text: String, headers: EndpointFields) {
    var headers = more
    headers.set("Authorization", "Basic " + Base64.encode("alice:\(password)".utf8))
    headers.set("Host", "mail.example:8080")
    if let type { headers.set("Content-Type", type) }
    let request = try EndpointRequest(
      method: method, target: target, headers: headers, body: Array(body.utf8))
    let response = server.respond(to: request)
    guard case .bytes(let bytes) = response.body else { return (response.status, "", response.headers) }
    return (response.status, bytes.text, response.headers)
  }

  private func call(_ calls: String, using: String = "core mail", more: String = "") throws -> String {
    let names = using.split(separator: " ").map { #""urn:ietf:params:jmap:\#($0)""# }.joined(separator: ",")
    let calls = calls.replacing("ACCOUNT", with: #""accountId":"\#(accountID)""#)
    return try ask(
      "POST", "/jmap/api", body: #"{"using":[\#(names)],"methodCalls":[\#(calls)]\#(more)}"#
    ).text
  }

  @Test(
    "every URL answers its methods, and says which when it is asked by another",
    arguments: [
      ("/jmap/session", "GET, HEAD"), ("/.well-known/jmap", "GET, HEAD"), ("/jmap/api", "POST"),
      ("/jmap/download/ACCOUNT/b0/x?type=text/plain", "GET, HEAD"), ("/jmap/upload/ACCOUNT/", "POST"),
      ("/jmap/events?types=*&closeafter=state&ping=0", "GET, HEAD"),
    ])
  func methods(_ target: String, _ allowed: String) throws {
    let target = target.replacing("ACCOUNT", with: accountID)
    let methods = allowed.split(separator: ", ").map(String.init)
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE"] {
      let answer = try ask(method, target, body: #"{"using":[],"methodCalls":[]}"#)
      if methods.contains(method) {
        #expect([200, 201, 413].contains(answer.status), "\(method) \(target): \(answer)")
      } else {
        #expect(answer.status == 405 && answer.headers["Allow"] == allowed, "\(method) \(target): \(answer)")
      }
      let stranger = try ask(method, target, password: "wrong")
      #expect(stranger.status == (methods.contains(method) ? 401 : 405), "\(method) \(target)")
    }
  }

  @Test("the session names only what there is")
  func session() throws {
    let session = try JSONParser.parse(Array(ask("GET", "/jmap/session").text.utf8))
    for name in ["apiUrl", "downloadUrl", "uploadUrl", "eventSourceUrl"] {
      let url = try #require(session[name]?.stringValue)
      #expect(url.hasPrefix("http://mail.example:8080/jmap/"))
      let target = url.dropFirst("http://mail.example:8080".count)
        .replacing("{accountId}", with: accountID).replacing("{blobId}", with: "b0")
        .replacing("{name}", with: "x").replacing("{type}", with: "text/plain")
        .replacing("{types}", with: "*").replacing("{closeafter}", with: "no").replacing("{ping}", with: "0")
      let method = ["apiUrl", "uploadUrl"].contains(name) ? "POST" : "GET"
      #expect(try ask(method, String(target)).status != 404, "\(name)")
    }
    let mail = session["accounts"]?[accountID]?["accountCapabilities"]?["urn:ietf:params:jmap:mail"]
    #expect(mail?["emailQuerySortOptions"] == ["receivedAt", "size"])
  }

  @Test(
    "a request is application/json, whatever its parameters",
    arguments: [
      ("application/json", 200), ("application/json; charset=utf-8", 200), ("APPLICATION/JSON ;x=y", 200),
      ("text/plain", 400), ("application/jsonp", 400), ("", 400), (nil, 400),
      ("application/x-www-form-urlencoded", 400),
    ] as [(String?, Int)])
  func contentType(_ type: String?, _ status: Int) throws {
    let answer = try ask("POST", "/jmap/api", body: #"{"using":[],"methodCalls":[]}"#, type: type)
    #expect(answer.status == status)
    #expect(status == 200 || answer.text.contains("urn:ietf:params:jmap:error:notJSON"))
  }

  @Test("a method is known only with its capability")
  func capabilities() throws {
    let calls = #"["Core/echo",{},"a"],["Email/query",{ACCOUNT},"b"]"#
    #expect(try !call(calls).contains("error"))
    for (using, unknown) in [("core", "Email/query"), ("mail", "Core/echo")] {
      let error = #"["error",{"type":"unknownMethod","description":"\#(unknown)"},"#
      #expect(try call(calls, using: using).contains(error))
    }
    #expect(metrics.jmap.errors.value == 2)
  }

  @Test("createdIds come back when they are given, and only then")
  func createdIDs() throws {
    #expect(try !call(#"["Core/echo",{},"a"]"#).contains("createdIds"))
    let given = #""createdIds":{"k":"e1"}"#
    #expect(try call(#"["Core/echo",{},"a"]"#, more: "," + given).contains(given))
    #expect(try call("", more: #","createdIds":{"k":1}"#).contains("notRequest"))
    #expect(try call("", more: #","createdIds":[]"#).contains("notRequest"))
  }

  @Test("limits are as advertised: one more is refused, by the error that names the limit")
  func limits() throws {
    let echoes = { Array(repeating: #"["Core/echo",{},"a"]"#, count: $0).joined(separator: ",") }
    #expect(try call(echoes(JMAPRequest.maxCallsInRequest)).contains("methodResponses"))
    #expect(try call(echoes(JMAPRequest.maxCallsInRequest + 1)).contains(#""limit":"maxCallsInRequest""#))
    let ids = { (0..<$0).map { #""x\#($0)""# }.joined(separator: ",") }
    let get = { #"["Email/get",{ACCOUNT,"ids":[\#(ids($0))]},"a"]"# }
    #expect(try call(get(JMAPRequest.maxObjects)).contains("notFound"))
    #expect(try call(get(JMAPRequest.maxObjects + 1)).contains("requestTooLarge"))
    let set = {
      #"["Email/set",{ACCOUNT,"update":{"x":{}},"create":{"x":{}},"destroy":[\#(ids($0))]},"a"]"#
    }
    #expect(try call(set(JMAPRequest.maxObjects - 2)).contains("notDestroyed"))
    #expect(try call(set(JMAPRequest.maxObjects - 1)).contains("requestTooLarge"))
    let frame = #"{"using":[],"methodCalls":[]}"#
    for (size, status) in [(JMAPRequest.maxSizeRequest, 200), (JMAPRequest.maxSizeRequest + 1, 400)] {
      let body = frame + String(repeating: " ", count: size - frame.utf8.count)
      #expect(try ask("POST", "/jmap/api", body: body).status == status)
    }
    let upload = try ask("POST", "/jmap/upload/\(accountID)/", body: "x")
    #expect(upload.status == 413 && upload.text.contains(#""limit":"maxSizeUpload""#))
  }

  @Test("a blob is downloaded as what the client says it is, and as no page of ours")
  func download() throws {
    let answer = try call(
      #"["Email/query",{ACCOUNT},"a"],["Email/get",{ACCOUNT,"properties":["blobId","textBody"],"#
        + ##""#ids":{"resultOf":"a","name":"Email/query","path":"/ids"}},"b"]"##)
    let responses = try JSONParser.parse(Array(answer.utf8))["methodResponses"]?.arrayValue
    let mail = try #require(responses?.last?.arrayValue?[1]["list"]?.arrayValue?.first)
    let whole = try #require(mail["blobId"]?.stringValue)
    let part = try #require(mail["textBody"]?.arrayValue?.first?["blobId"]?.stringValue)
    for (blob, content) in [(whole, "Subject: x\r\n\r\nbody\r\n"), (part, "body\r\n"), ("b0", "")] {
      let answer = try ask("GET", "/jmap/download/\(accountID)/\(blob)/a/b.txt?type=text/html")
      #expect(answer.status == 200 && answer.text == content)
      #expect(answer.headers["Content-Type"] == "text/html")
      #expect(answer.headers["Content-Disposition"] == "attachment")
    }
    let named = try ask("GET", "/jmap/download/\(accountID)/\(part)/x%20y.txt?type=text/plain")
    #expect(named.headers["Content-Disposition"] == #"attachment; filename="x y.txt""#)
    let bad = try ask("GET", "/jmap/download/\(accountID)/\(part)/x?type=a%0D%0AX:%20y")
    #expect(bad.headers["Content-Type"] == "application/octet-stream")
    for path in ["\(accountID)/b999/x", "\(accountID)/\(whole)", "u00/\(whole)/x", "", "\(accountID)/x/y"] {
      #expect(try ask("GET", "/jmap/download/\(path)").status == 404, "\(path)")
    }
  }

  @Test("an upload of nothing makes an empty blob, and one to somebody else nothing")
  func upload() throws {
    let answer = try ask("POST", "/jmap/upload/\(accountID)/", type: "text/plain")
    #expect(answer.status == 201)
    #expect(answer.text == #"{"accountId":"\#(accountID)","blobId":"b0","type":"text/plain","size":0}"#)
    #expect(try ask("POST", "/jmap/upload/u00/").status == 404)
  }

  @Test("the event source tells the state, of the types that are wanted, to whoever does not know it")
  func events() throws {
    let first = try ask("GET", "/jmap/events?types=Email,Identity&closeafter=no&ping=0")
    #expect(first.headers["Content-Type"] == "text/event-stream")
    let id = try #require(
      first.text.split(separator: "\n").first { $0.hasPrefix("id: ") }?.dropFirst(4).description)
    #expect(
      first.text
        == #"""
        retry: 30000
        id: \#(id)
        event: state
        data: {"@type":"StateChange","changed":{"\#(accountID)":{"Email":"\#(id)"}}}


        """#)
    let known = try ask("GET", "/jmap/events?types=*", more: ["Last-Event-ID": id])
    #expect(known.text == "retry: 30000\n\n")
    #expect(try ask("GET", "/jmap/events?types=Calendar").text == "retry: 30000\n\n")
  }

  @Test("references that double what they stand for do not fill the memory, nor do many of them")
  func doubling() throws {
    func reference(_ name: String, _ id: String) -> String {
      ##""#\##(name)":{"resultOf":"\##(id)","name":"Core/echo","path":""}"##
    }
    let first = #"["Core/echo",{"x":"\#(String(repeating: "y", count: 1000))"},"0"]"#
    let doubled = (1...15).map { number in
      let references = (0..<16).map { reference("k\($0)", "\(number - 1)") }.joined(separator: ",")
      return "[\"Core/echo\",{\(references)},\"\(number)\"]"
    }
    let answer = try call(([first] + doubled).joined(separator: ","))
    #expect(answer.utf8.count < 4 * JMAPRequest.maxSizeRequest)
    #expect(answer.contains("invalidResultReference"))
    let many = (0..<17).map { reference("k\($0)", "0") }.joined(separator: ",")
    #expect(try call(first + ",[\"Core/echo\",{\(many)},\"1\"]").contains("more than 16 references"))
    let toItself = try call("[\"Core/echo\",{\(reference("a", "0"))},\"0\"]")
    #expect(toItself.contains("invalidResultReference"))
  }
}
