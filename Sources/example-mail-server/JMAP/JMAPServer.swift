// How does JMAP meet HTTP and the metrics? Routes, Basic authentication, and a timer around each method.

import EndpointMessages
import ObservabilityHTTP
import MailObservability

struct JMAPServer: Sendable {
  static let sessionPath = "/jmap/session"
  static let apiPath = "/jmap/api"
  static let downloadPath = "/jmap/download/"
  static let uploadPath = "/jmap/upload/"
  static let eventsPath = "/jmap/events"

  let authenticator: Authenticator
  let store: MailStore
  let metrics: MetricsCollector

  func respond(to request: EndpointRequest) -> EndpointResponse {
    metrics.connections.bytes[.jmap, .received].increment(by: request.body.count)
    let response = JMAPRequestSpan.run(request, of: Resource(path: request.path)?.route, metrics.tracing) {
      answer(request)
    }
    if case .bytes(let body) = response.body, request.method != "HEAD" {
      metrics.connections.bytes[.jmap, .sent].increment(by: body.count)
    }
    return response
  }

  private enum Resource {
    case session, api, download, upload, events

    init?(path: String) {
      switch path {
      case JMAPServer.sessionPath, "/.well-known/jmap": self = .session
      case JMAPServer.apiPath: self = .api
      case JMAPServer.eventsPath: self = .events
      default:
        if path.hasPrefix(JMAPServer.downloadPath) {
          self = .download
        } else if path.hasPrefix(JMAPServer.uploadPath) {
          self = .upload
        } else {
          return nil
        }
      }
    }

    /// The path with its variable parts by name: one of few.
    var route: String {
      switch self {
      case .session: JMAPServer.sessionPath
      case .api: JMAPServer.apiPath
      case .download: JMAPServer.downloadPath + "{accountId}/{blobId}/{name}"
      case .upload: JMAPServer.uploadPath + "{accountId}/"
      case .events: JMAPServer.eventsPath
      }
    }

    var methods: [String] {
      switch self {
      case .session, .download, .events: ["GET", "HEAD"]
      case .api, .upload: ["POST"]
      }
    }
  }

  private func answer(_ request: EndpointRequest) -> EndpointResponse {
    guard let resource = Resource(path: request.path) else {
      return .text(404, "The JMAP session is at \(Self.sessionPath)\n")
    }
    guard resource.methods.contains(request.method) else {
      let methods = resource.methods.joined(separator: ", ")
      return .text(405, "Only \(methods) is allowed\n", headers: ["Allow": methods])
    }
    if case .api = resource { return answerAPI(request) }
    guard let account = authenticate(request) else { return Self.unauthorised }
    return switch resource {
    case .download: download(request, for: account)
    case .upload: upload(request, for: account)
    case .events: events(request, for: account)
    case .session, .api: Self.json(200, session(of: account, at: Self.base(of: request)))
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
      guard JMAPRequest.isJSON(contentType: request.headers["Content-Type"]) else {
        throw JMAPRequestError(type: "notJSON", detail: "The content type must be application/json")
      }
      let parsed = try JMAPRequest(body: request.body)
      var methods = JMAPMethods(account: account.name, using: parsed.using) {
        store.answer($0, user: account.name)
      }
      TraceSpan.current?["jmap.calls"] = parsed.calls.count
      var responses: [JMAPResponse] = []
      for call in parsed.calls { responses.append(perform(call, &methods, after: responses)) }
      var members: [JSON.Member] = [
        .init(name: "methodResponses", value: .array(responses.map(\.json))),
        .init(name: "sessionState", value: .string(Self.sessionState)),
      ]
      if let createdIDs = parsed.createdIDs { members.append(.init(name: "createdIds", value: createdIDs)) }
      return Self.json(200, .object(members))
    } catch {
      metrics.jmap.errors.increment()
      return Self.json(400, error.body, contentType: "application/problem+json")
    }
  }

  private func perform(_ call: JMAPCall, _ methods: inout JMAPMethods, after earlier: [JMAPResponse])
    -> JMAPResponse
  {
    // The name comes from the client: only the methods there are become label values and names of spans.
    let isKnown = JMAPMethods.names.contains(call.name)
    let span = metrics.tracing.startSpan(.jmap(isKnown ? call.name : "", account: methods.account))
    let response = TraceSpan.withCurrent(span) { perform(call, isKnown, &methods, after: earlier) }
    span.end()
    return response
  }

  private func perform(
    _ call: JMAPCall, _ isKnown: Bool, _ methods: inout JMAPMethods, after earlier: [JMAPResponse]
  ) -> JMAPResponse {
    let timer = isKnown ? metrics.jmap.methodDuration[call.name].startTimer() : nil
    defer { timer?.observe() }
    do throws(JMAPMethodError) {
      let arguments = try methods.perform(call.name, call.resolved(with: earlier))
      guard let size = arguments.size(upTo: methods.room) else { throw .answerTooLarge }
      methods.room -= size
      return JMAPResponse(name: call.name, arguments: arguments, id: call.id)
    } catch {
      metrics.jmap.errors.increment()
      TraceSpan.current?["error.type"] = error.type
      TraceSpan.current?.status = .error("")
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

  static let sessionState = "0"

  static func json(_ status: Int, _ body: JSON, contentType: String = "application/json")
    -> EndpointResponse
  {
    EndpointResponse(
      status: status, headers: ["Content-Type": contentType, "Cache-Control": "no-store"],
      body: .bytes(body.encoded))
  }
}
