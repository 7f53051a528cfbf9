// How does JMAP meet HTTP and the metrics? Routes, Basic authentication, and a timer around each method.

import EndpointMessages
import ObservabilityHTTP
import MailObservability

struct JMAPServer: Sendable {
  static let sessionPath = "/jmap/session"
  static let apiPath = "/jmap/api"

  let authenticator: Authenticator
  let store: MailStore
  let metrics: MetricsCollector

  func respond(to request: EndpointRequest) -> EndpointResponse {
    metrics.connections.bytes[.jmap, .received].increment(by: request.body.count)
    let response = answer(request)
    if case .bytes(let body) = response.body {
      metrics.connections.bytes[.jmap, .sent].increment(by: body.count)
    }
    return response
  }

  private func answer(_ request: EndpointRequest) -> EndpointResponse {
    switch (request.path, request.method) {
    case (Self.sessionPath, "GET"), ("/.well-known/jmap", "GET"):
      guard let account = authenticate(request) else { return Self.unauthorised }
      return Self.json(200, session(of: account, at: Self.base(of: request)))
    case (Self.apiPath, "POST"):
      return answerAPI(request)
    case (Self.sessionPath, _), ("/.well-known/jmap", _):
      return .text(405, "Only GET is allowed\n", headers: ["Allow": "GET"])
    case (Self.apiPath, _):
      return .text(405, "Only POST is allowed\n", headers: ["Allow": "POST"])
    default:
      return .text(404, "The JMAP session is at \(Self.sessionPath)\n")
    }
  }

  private func answerAPI(_ request: EndpointRequest) -> EndpointResponse {
    metrics.jmap.requests.increment()
    let timer = metrics.jmap.requestDuration.startTimer()
    defer { timer.observe() }
    guard let account = authenticate(request) else {
      metrics.jmap.errors.increment()
      return Self.unauthorised
    }
    do throws(JMAPRequestError) {
      let parsed = try JMAPRequest(body: request.body)
      let methods = JMAPMethods(account: account.name) { store.answer($0, user: account.name) }
      var responses: [JMAPResponse] = []
      for call in parsed.calls { responses.append(perform(call, methods, after: responses)) }
      return Self.json(
        200,
        .object([
          "methodResponses": .array(responses.map(\.json)), "sessionState": .string(Self.sessionState),
        ]))
    } catch {
      metrics.jmap.errors.increment()
      return Self.json(400, error.body, contentType: "application/problem+json")
    }
  }

  private func perform(_ call: JMAPCall, _ methods: JMAPMethods, after earlier: [JMAPResponse])
    -> JMAPResponse
  {
    // The name comes from the client: only the methods there are become label values.
    let timer =
      JMAPMethods.names.contains(call.name) ? metrics.jmap.methodDuration[call.name].startTimer() : nil
    defer { timer?.observe() }
    do throws(JMAPMethodError) {
      let arguments = try methods.perform(call.name, call.resolved(with: earlier))
      return JMAPResponse(name: call.name, arguments: arguments, id: call.id)
    } catch {
      metrics.jmap.errors.increment()
      return JMAPResponse(name: "error", arguments: error.arguments, id: call.id)
    }
  }

  /// HTTP Basic authentication (RFC 7617). Every request is an attempt.
  private func authenticate(_ request: EndpointRequest) -> Account? {
    guard let field = request.headers["Authorization"], field.asciiLowercased.hasPrefix("basic "),
      let decoded = Base64.decode(Array(field.utf8.dropFirst(6)).trimmed),
      let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    var failures = 0
    let (_, account) = authenticator.authenticate(
      user: decoded[..<colon].text, password: decoded[(colon + 1)...].text, mechanism: .other, over: .jmap,
      failures: &failures)
    return account
  }

  private static let unauthorised = EndpointResponse.text(
    401, "A user name and a password are needed\n", headers: ["WWW-Authenticate": "Basic realm=\"mail\""])

  private static let sessionState = "0"

  /// What clients put before a path, many of which take absolute URLs only; empty for a host that is none.
  private static func base(of request: EndpointRequest) -> String {
    guard let host = request.headers["Host"], !host.isEmpty,
      host.utf8.allSatisfy({ $0.isLetter || $0.isDigit || ".-_:[]".utf8.contains($0) })
    else { return "" }
    return "http://\(host)"
  }

  /// The session resource (RFC 8620 section 2).
  private func session(of account: Account, at base: String) -> JSON {
    let id = JMAPMethods.accountID(of: account.name)
    let core: JSON = .object([
      "maxSizeUpload": 0, "maxConcurrentUpload": 1, "maxSizeRequest": .integer(JMAPRequest.maxSizeRequest),
      "maxConcurrentRequests": 4, "maxCallsInRequest": .integer(JMAPRequest.maxCallsInRequest),
      "maxObjectsInGet": .integer(JMAPRequest.maxObjects),
      "maxObjectsInSet": .integer(JMAPRequest.maxObjects),
      "collationAlgorithms": [],
    ])
    let mail: JSON = .object([
      "maxMailboxesPerEmail": 1, "maxMailboxDepth": 1, "maxSizeMailboxName": 100,
      "maxSizeAttachmentsPerEmail": 0, "emailQuerySortOptions": ["receivedAt", "size", "subject"],
      "mayCreateTopLevelMailbox": false,
    ])
    let names = JMAPRequest.capabilities
    return .object([
      "capabilities": .object([
        .init(name: names[0], value: core), .init(name: names[1], value: .object([:])),
      ]),
      "accounts": .object([
        .init(
          name: id,
          value: .object([
            "name": .string(account.name), "isPersonal": true, "isReadOnly": false,
            "accountCapabilities": .object([
              .init(name: names[0], value: .object([:])), .init(name: names[1], value: mail),
            ]),
          ]))
      ]),
      "primaryAccounts": .object(names.map { .init(name: $0, value: .string(id)) }),
      "username": .string(account.name), "apiUrl": .string(base + Self.apiPath),
      "downloadUrl": .string(base + "/jmap/download/{accountId}/{blobId}/{name}?type={type}"),
      "uploadUrl": .string(base + "/jmap/upload/{accountId}/"),
      "eventSourceUrl": .string(
        base + "/jmap/events?types={types}&closeafter={closeafter}&ping={ping}"),
      "state": .string(Self.sessionState),
    ])
  }

  private static func json(_ status: Int, _ body: JSON, contentType: String = "application/json")
    -> EndpointResponse
  {
    EndpointResponse(
      status: status, headers: ["Content-Type": contentType, "Cache-Control": "no-store"],
      body: .bytes(body.encoded))
  }
}
