// What `/health`, `/ready`, `/live` and `/startup` answer.

import EndpointMessages
import HealthProbes

/// Turns the state of the checks into responses.
struct ProbeEndpoints: Sendable {
  let health: HealthRegistry
  let settings: EndpointSettings

  /// `/ready`, `/live` and `/startup`, and one check below each.
  func respond(to request: EndpointRequest, probe: HealthProbe) async -> EndpointResponse {
    let only = request.path.dropFirst(probe.rawValue.count + 1)
    let check = only.isEmpty ? nil : String(only.dropFirst())
    let answer = await health.answer(to: probe, excluding: excluded(by: request), only: check)
    guard answer.missingCheck == nil else { return .text(404, "There is no check of this name.\n") }
    let status = answer.passes ? 200 : 503
    if request.query.isVerbose {
      return EndpointResponse(
        status: status, headers: headers("text/plain; charset=utf-8"),
        body: .bytes(Array(ProbeText.verbose(answer).utf8)))
    }
    return Self.short[probe, answer.passes]
  }

  /// The short answer to a probe, when no check has to be asked for it.
  func knownAnswer(to probe: HealthProbe) -> EndpointResponse? {
    health.knownOutcome(of: probe).map { Self.short[probe, $0] }
  }

  private static let short = ShortAnswers()

  /// `/health`, in one of three forms.
  func health(_ request: EndpointRequest) async -> EndpointResponse {
    let answer = await health.answer(to: .health, excluding: excluded(by: request))
    let isTrusted = request.peer.isTrusted(settings.trustedNetworks)
    let status = answer.report.status == .unhealthy ? 503 : 200
    let document = HealthDocument(answer.report, settings: settings, showsDetails: isTrusted)
    if request.query.isVerbose {
      return EndpointResponse(
        status: status, headers: headers("application/json"), body: .bytes(document.verbose))
    }
    if request.accepts("application/health+json") {
      return EndpointResponse(
        status: status, headers: headers("application/health+json"), body: .bytes(document.healthJSON))
    }
    return EndpointResponse(
      status: status, headers: headers("application/json"), body: .bytes(document.brief))
  }

  private func excluded(by request: EndpointRequest) -> Set<String> { Set(request.query.all("exclude")) }

  private func headers(_ contentType: String) -> EndpointFields { probeFields(contentType) }
}

/// The short answers, made once: probes are what is asked most.
private struct ShortAnswers: Sendable {
  private let passing: [EndpointResponse]
  private let failing: [EndpointResponse]

  init() {
    func make(_ probe: HealthProbe, _ passes: Bool) -> EndpointResponse {
      var json = JSONText()
      json.object {
        $0.key(probe.word)
        $0.bool(passes)
      }
      return EndpointResponse(
        status: passes ? 200 : 503, headers: probeFields("application/json"), body: .bytes(json.bytes))
    }
    passing = HealthProbe.allCases.map { make($0, true) }
    failing = HealthProbe.allCases.map { make($0, false) }
  }

  subscript(probe: HealthProbe, passes: Bool) -> EndpointResponse {
    (passes ? passing : failing)[probe.place]
  }
}

private func probeFields(_ contentType: String) -> EndpointFields {
  [
    "Content-Type": contentType, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
  ]
}

extension HealthProbe {
  /// Where it stands in `allCases`.
  fileprivate var place: Int {
    switch self {
    case .health: 0
    case .ready: 1
    case .live: 2
    case .startup: 3
    }
  }
}

extension HealthProbe {
  /// The key of the probe's short answer.
  var word: String {
    switch self {
    case .health: "healthy"
    case .ready: "ready"
    case .live: "alive"
    case .startup: "started"
    }
  }
}

extension EndpointQuery {
  /// `?verbose`, but not `?verbose=false`.
  var isVerbose: Bool {
    guard let value = self["verbose"] else { return false }
    return value != "false" && value != "0"
  }
}

extension EndpointRequest {
  /// Whether `Accept` names exactly this media type, and does not rule it out.
  fileprivate func accepts(_ type: String) -> Bool {
    (headers.joined("Accept") ?? "").split(separator: ",").contains { range in
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
      return parts.first == type
        && !parts.contains { $0 == "q=0" || $0.hasPrefix("q=0.0") && Double($0.dropFirst(2)) == 0 }
    }
  }
}
