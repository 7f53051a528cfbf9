// Does the example's JMAP answer whatever is posted with JSON, and is JSON that was read the same when read again?

import EndpointMessages
import FuzzSupport
import MailObservability

@testable import example_mail_server

private let metrics = try? MetricsCollector(version: "1")

/// Traps where a request's answer is none that RFC 8620 knows, or is larger than any answer should be.
package func checkJMAP(_ body: [UInt8]) {
  guard let metrics else { return require(false, "no metrics") }
  let faults = Faults()
  let account = Account(name: "alice", password: "secret")
  let store = MailStore(accounts: [account], faults: faults, metrics: metrics)
  for content in [
    "From: =?utf-8?q?=C3=A4?= <a@example.com>\r\nTo: g: b@example.com, c@example.com;\r\nSubject: one\r\n"
      + "\r\nbody\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n"
      + "Content-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--b--\r\n",
  ] {
    do {
      try store.deliver(Array(content.utf8), to: "alice")
    } catch {
      require(false, "a mail cannot be delivered: \(error)")
    }
  }
  let authenticator = Authenticator(
    directory: Directory(accounts: [account]), faults: faults, metrics: metrics)
  let server = JMAPServer(authenticator: authenticator, store: store, metrics: metrics)
  // The ids begin with the store's start: an input that names the first mail finds it.
  guard case .mailboxes(let mailboxes, _) = store.answer(.mailbox("INBOX"), user: "alice"),
    let first = mailboxes.first?.messages.first
  else { return require(false, "no inbox") }
  let text = body.text.replacing("ACCOUNT", with: JMAPMethods.accountID(of: "alice"))
    .replacing("EMAIL", with: first.jmapID)
  guard
    let request = try? EndpointRequest(
      method: "POST", target: JMAPServer.apiPath,
      headers: [
        "Authorization": "Basic YWxpY2U6c2VjcmV0", "Content-Type": "application/json", "Host": "localhost",
      ], body: Array(text.utf8))
  else { return require(false, "no request") }
  let response = server.respond(to: request)
  guard case .bytes(let answer) = response.body, let json = try? JSONParser.parse(answer) else {
    return require(false, "no JSON in the answer")
  }
  switch response.status {
  case 200:
    let calls = (try? JMAPRequest(body: Array(text.utf8)))?.calls.count
    require(calls == json["methodResponses"]?.arrayValue?.count, "as many responses as calls")
  case 400: require(json["type"]?.stringValue != nil, "an error of no type")
  default: require(false, "the status \(response.status)")
  }
  require(answer.count < 4 * 1024 * 1024, "an answer of \(answer.count) octets")
}

/// Traps where JSON does not mean the same after it was written and read again.
package func checkJSON(_ bytes: [UInt8]) {
  guard let value = try? JSONParser.parse(bytes) else { return }
  do {
    let again = try JSONParser.parse(value.encoded)
    require(again == value, "\(value) became \(again)")
  } catch {
    require(false, "\(value.encoded.text) is refused: \(error)")
  }
}
