// Is a request answered, and if not, what is it told?

import EndpointMessages

/// Decides by a route's rule: first by the address, which costs nothing, then by credentials.
struct AccessGuard: Sendable {
  let trust: Trust
  /// Nil where there are no credentials.
  let authenticator: Authenticator?
  let realm: String

  /// The refusal of what everybody may read; nil when it is to be answered.
  func refusalOfPage(_ request: EndpointRequest) -> EndpointResponse? {
    trust.isByReboundPage(request) ? .refusal(403, Trust.Objection.host.text) : nil
  }

  /// The refusal, or nil when the request is to be answered.
  func refusal(of request: EndpointRequest, by rule: AccessRule) async -> EndpointResponse? {
    let objection: Trust.Objection? =
      switch rule.addresses {
      case .all: nil
      case .trusted: trust.objection(to: request)
      case .only(let networks): trust.objection(to: request, on: networks)
      }
    switch rule.credentials {
    case .none: return objection.map { .refusal(403, $0.text) }
    case .asked: if let objection { return .refusal(403, objection.text) }
    case .elsewhere: if objection == nil { return nil }
    }
    // A rule that asks for credentials where there are none is refused at the start.
    guard let authenticator else { return .refusal(403, "There are no credentials.\n") }
    let field = AuthorizationField(in: request.headers)
    switch await authenticator.verdict(on: field, from: request.peer) {
    case .right: return nil
    case .missing, .wrongPassword: return unauthorised(authenticator)
    case .wrongToken: return unauthorised(authenticator, tokenProblem: ", error=\"invalid_token\"")
    case .limited(let wait):
      // Rounded up: whoever comes back then may try.
      let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
      return .refusal(
        429, "Too many credentials from this address were wrong.\n", headers: ["Retry-After": "\(seconds)"])
    case .busy:
      return .refusal(
        503, "The credentials could not be checked in time.\n", headers: ["Retry-After": "1"])
    }
  }

  /// The same whatever was wrong, but for a token (RFC 6750, section 3.1).
  private func unauthorised(_ authenticator: Authenticator, tokenProblem: String = "") -> EndpointResponse {
    var headers = EndpointFields()
    if authenticator.asksForPassword {
      headers.append("WWW-Authenticate", "Basic realm=\"\(realm)\", charset=\"UTF-8\"")
    }
    if authenticator.asksForToken {
      headers.append("WWW-Authenticate", "Bearer realm=\"\(realm)\"\(tokenProblem)")
    }
    return .refusal(401, "Credentials are needed.\n", headers: headers)
  }
}

extension Trust.Objection {
  /// What the client is told. Only whoever has the right address hears of more than that.
  fileprivate var text: String {
    switch self {
    case .address: "This is answered to trusted addresses only.\n"
    case .forwarded: "This is answered to trusted addresses only, and the request was forwarded.\n"
    case .host: "This is answered where Host is an IP address, localhost or a name that is set here.\n"
    }
  }
}
