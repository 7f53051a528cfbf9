// Which path is answered by what.

package import ObservabilityPlatform
package import EndpointMessages
package import HealthProbes
package import MetricInstruments

/// The routes of the observability server: a request value in, a response value out.
///
/// It knows no socket, so it is tested without one, and can be mounted in another HTTP server: hand it requests and
/// write out its responses.
package final class ObservabilityEndpoints: Sendable {
  private let settings: EndpointSettings
  private let metrics: MetricsEndpoint
  private let probes: ProbeEndpoints
  private let page: IndexPage

  /// - Parameter timer: what ends waiting for collectors and encoding; the server's loop, when there is one.
  package init(
    registry: Registry, variables: PublishedVariables, health: HealthRegistry, timer: any OneShotTimer,
    settings: EndpointSettings, observer: EndpointObserver
  ) {
    self.settings = settings
    metrics = MetricsEndpoint(
      registry: registry, variables: variables, timer: timer, settings: settings, observer: observer)
    probes = ProbeEndpoints(health: health, settings: settings)
    page = IndexPage(health: health, settings: settings)
  }

  /// Answers a request. It never throws: what is wrong with a request is a response as well.
  package func respond(to request: EndpointRequest) async -> EndpointResponse {
    if request.method == "OPTIONS", request.path == "*" {
      return EndpointResponse(status: 204, headers: allow)
    }
    let route = route(of: request.path)
    guard route != .unknown else { return .text(404, "There is nothing at this path.\n") }
    guard request.method == "GET" || request.method == "HEAD" else {
      return .text(405, "Only GET and HEAD are answered here.\n", headers: allow)
    }
    if route.isForTrusted, !request.peer.isTrusted(settings.trustedNetworks) {
      return .text(403, "This is answered to trusted addresses only.\n")
    }
    return switch route {
    case .metrics: await metrics.exposition(request)
    case .metricsJSON: await metrics.json(request)
    case .debugVars: await metrics.publishedVariables()
    case .health: await probes.health(request)
    case .ready: await probes.respond(to: request, probe: .ready)
    case .live: await probes.respond(to: request, probe: .live)
    case .startup: await probes.respond(to: request, probe: .startup)
    case .index: page.respond()
    case .unknown: .text(404, "There is nothing at this path.\n")
    }
  }

  /// Answers a plain probe whose answer is known, without a suspension; nil leaves the request to `respond(to:)`.
  package func answerAtOnce(_ request: EndpointRequest) -> EndpointResponse? {
    guard request.method == "GET" || request.method == "HEAD", request.query.items.isEmpty else { return nil }
    return switch request.path {
    case "/live": probes.knownAnswer(to: .live)
    case "/ready": probes.knownAnswer(to: .ready)
    case "/startup": probes.knownAnswer(to: .startup)
    default: nil
    }
  }

  /// Whether a request asks for a probe: those are never refused because of a limit.
  package func isProbe(_ request: EndpointRequest) -> Bool {
    switch route(of: request.path) {
    case .health, .ready, .live, .startup: true
    case .metrics, .metricsJSON, .debugVars, .index, .unknown: false
    }
  }

  /// The route that a path belongs to.
  package func route(of path: String) -> Route {
    switch path {
    case settings.metricsPath: .metrics
    case "/metrics.json": .metricsJSON
    case "/debug/vars": .debugVars
    case "/health": .health
    case "/ready": .ready
    case "/live": .live
    case "/startup": .startup
    case "/": .index
    default:
      path.hasPrefix("/ready/")
        ? .ready : path.hasPrefix("/live/") ? .live : path.hasPrefix("/startup/") ? .startup : .unknown
    }
  }

  /// What is wrong with a path for the exposition, or nil.
  package static func problem(ofMetricsPath path: String) -> String? {
    let fixed = ["/", "/health", "/ready", "/live", "/startup", "/metrics.json", "/debug/vars"]
    if fixed.contains(path) { return "is the path of another route" }
    if ["/ready/", "/live/", "/startup/"].contains(where: path.hasPrefix) { return "lies below a probe" }
    guard path.hasPrefix("/"), path.utf8.count <= 256,
      path.utf8.allSatisfy({
        $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
          && $0 != UInt8(ascii: "%")
      }),
      !path.split(separator: "/", omittingEmptySubsequences: false).contains(where: {
        $0 == "." || $0 == ".."
      })
    else { return "must begin with / and be plain ASCII without ?, # or %" }
    return nil
  }

  private var allow: EndpointFields { ["Allow": "GET, HEAD, OPTIONS"] }
}

extension Route {
  /// Whether strangers are turned away whatever credentials they have: the peer's address decides, and no header.
  fileprivate var isForTrusted: Bool { self == .metricsJSON || self == .debugVars }
}
