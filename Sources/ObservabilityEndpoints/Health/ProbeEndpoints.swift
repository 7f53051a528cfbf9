// What do `/health`, `/ready`, `/live` and `/startup` answer?

import EndpointMessages
import HealthProbes

/// Turns the state of the checks into responses.
struct ProbeEndpoints: Sendable {
  let health: HealthView
  let settings: EndpointSettings

  /// `/ready`, `/live` and `/startup`, and one check below each.
  ///
  /// - Parameter check: the one that is asked for; nil for all.
  func respond(to request: EndpointRequest, probe: HealthProbe, check: String?) async -> EndpointResponse {
    response(
      to: request, await health.answer(to: probe, excluding: excluded(by: request), only: check))
  }

  /// The same from what is known, without asking a check that would take a task.
  func storedAnswer(to request: EndpointRequest, probe: HealthProbe, check: String?) -> EndpointResponse {
    response(to: request, health.storedAnswer(to: probe, excluding: excluded(by: request), only: check))
  }

  private func response(to request: EndpointRequest, _ answer: ProbeAnswer) -> EndpointResponse {
    guard answer.missingCheck == nil else { return .refusal(404, "There is no check of this name.\n") }
    let status = answer.passes ? 200 : 503
    if request.query.isVerbose {
      return ProbeEndpoints.response(
        status, "text/plain; charset=utf-8",
        Array(ProbeText.verbose(answer, showsDetails: showsDetails(to: request)).utf8))
    }
    return Self.short[answer.probe, answer.passes]
  }

  /// The short answer to a probe, when no check has to be asked for it.
  func knownAnswer(to probe: HealthProbe) -> EndpointResponse? {
    health.knownOutcome(of: probe).map { Self.short[probe, $0] }
  }

  private static let short = ShortAnswers()

  /// `/health`, in one of three forms; of all checks, or with `?group=NAME` of those of a group.
  func health(_ request: EndpointRequest) async -> EndpointResponse {
    healthResponse(
      to: request,
      await health.answer(to: .health, excluding: excluded(by: request), groups: groups(in: request)))
  }

  /// The same from what is known, without asking a check that would take a task.
  func storedHealth(_ request: EndpointRequest) -> EndpointResponse {
    healthResponse(
      to: request,
      health.storedAnswer(to: .health, excluding: excluded(by: request), groups: groups(in: request)))
  }

  private func healthResponse(to request: EndpointRequest, _ answer: ProbeAnswer) -> EndpointResponse {
    guard answer.missingGroups.isEmpty else { return .refusal(404, "There is no group of this name.\n") }
    let status = answer.report.status == .unhealthy ? 503 : 200
    let document = HealthDocument(
      answer.report, settings: settings, showsDetails: showsDetails(to: request))
    if request.query.isVerbose {
      return ProbeEndpoints.response(status, "application/json", document.verbose)
    }
    if request.accepts("application/health+json") {
      return ProbeEndpoints.response(status, "application/health+json", document.healthJSON)
    }
    return ProbeEndpoints.response(status, "application/json", document.brief)
  }

  private func showsDetails(to request: EndpointRequest) -> Bool {
    settings.trust.objection(to: request) == nil
  }

  private func excluded(by request: EndpointRequest) -> Set<String> { request.query.names("exclude") }

  private func groups(in request: EndpointRequest) -> Set<String> { request.query.names("group") }

  /// A response with the header fields of every answer about health.
  static func response(_ status: Int, _ contentType: String, _ body: [UInt8]) -> EndpointResponse {
    EndpointResponse(
      status: status,
      headers: [
        "Content-Type": contentType, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
        "Vary": "Accept",
      ], body: .bytes(body))
  }
}

extension String {
  /// Checks and groups have names in ASCII. What has other letters is none, and must not be taken for one: texts are
  /// equal that are written differently.
  var onlyASCII: String {
    utf8.allSatisfy { $0 < 0x80 } ? self : String(unicodeScalars.map { $0.isASCII ? Character($0) : "?" })
  }
}

extension EndpointQuery {
  /// The names of checks or groups that parameters give.
  fileprivate func names(_ parameter: String) -> Set<String> { Set(all(parameter).map(\.onlyASCII)) }

  /// `?verbose`, but not `?verbose=false`.
  var isVerbose: Bool {
    guard let value = self["verbose"] else { return false }
    return value != "false" && value != "0"
  }
}

extension EndpointRequest {
  /// Whether `Accept` names exactly this media type, and does not rule it out.
  fileprivate func accepts(_ type: String) -> Bool {
    headers.accepted.contains { $0.type == type && $0.quality > 0 }
  }
}
