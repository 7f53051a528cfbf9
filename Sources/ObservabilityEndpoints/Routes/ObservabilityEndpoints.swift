// How does a request come to its answer?

package import ObservabilityPlatform
package import EndpointMessages
package import HealthProbes
package import MetricInstruments

/// The routes of the observability server: a request value in, a response value out.
///
/// It knows no socket, so it is tested without one, and can be mounted in another HTTP server: hand it requests and
/// write out its responses.
package final class ObservabilityEndpoints: Sendable {
  let metrics: MetricsEndpoint
  let probes: ProbeEndpoints
  let page: IndexPage
  private let trust: Trust
  private let table: RouteTable

  /// - Parameter timer: what ends waiting for collectors and encoding; the server's loop, when there is one.
  package init(
    registry: Registry, variables: PublishedVariables, health: HealthView, timer: any OneShotTimer,
    settings: EndpointSettings, observer: EndpointObserver
  ) {
    trust = settings.trust
    table = RouteTable(metricsPath: settings.metricsPath)
    metrics = MetricsEndpoint(
      registry: registry, variables: variables, timer: timer, settings: settings, observer: observer)
    probes = ProbeEndpoints(health: health, settings: settings)
    page = IndexPage(health: health, settings: settings, links: table.links)
  }

  /// What is wrong with a path for the exposition, or nil.
  package static func problem(ofMetricsPath path: String) -> String? {
    RouteTable.problem(ofMetricsPath: path)
  }

  /// Leaves no thread behind when the server has ended.
  package func stop() { metrics.stop() }

  // MARK: - Routes

  /// What a server notes on a request as its `routeTag`, so that its route is looked up once.
  package func tag(of request: EndpointRequest) -> UInt8 { table.tag(of: request.path) }

  private func route(of request: EndpointRequest) -> Route? { table[request.routeTag ?? tag(of: request)] }

  /// The name that a request is counted under.
  package func countedName(of request: EndpointRequest) -> String { route(of: request)?.name ?? "unknown" }

  /// Whether a request asks for a probe: those are never refused because of a limit.
  package func isProbe(_ request: EndpointRequest) -> Bool { route(of: request)?.isProbe ?? false }

  // MARK: - Answers

  /// Answers a request. It never throws: what is wrong with a request is a response as well.
  package func respond(to request: EndpointRequest) async -> EndpointResponse {
    if request.method == "OPTIONS", request.path == "*" {
      return EndpointResponse(status: 204, headers: allow)
    }
    guard let route = route(of: request) else { return .text(404, "There is nothing at this path.\n") }
    // Whatever the path would answer: load balancers ask this way by default.
    guard request.method != "OPTIONS" else { return EndpointResponse(status: 204, headers: allow) }
    guard isRead(request) else {
      return .text(405, "Only GET and HEAD are answered here.\n", headers: allow)
    }
    if route.audience == .trusted, let objection = trust.objection(to: request) {
      return .text(403, objection.text)
    }
    return await route.answer(self, request)
  }

  /// Answers a plain probe whose answer is known, without a suspension; nil leaves the request to `respond(to:)`.
  package func answerAtOnce(_ request: EndpointRequest) -> EndpointResponse? {
    guard let route = route(of: request), let knownAnswer = route.knownAnswer, isRead(request),
      request.query.items.isEmpty, request.path == route.path
    else { return nil }
    return knownAnswer(self)
  }

  private func isRead(_ request: EndpointRequest) -> Bool {
    request.method == "GET" || request.method == "HEAD"
  }

  private var allow: EndpointFields { ["Allow": "GET, HEAD, OPTIONS"] }
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
