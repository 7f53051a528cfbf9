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
  private let debugPages: PageEndpoint
  /// What routes of the host show that are metrics.
  private let hostMetrics: HostMetrics
  /// One for each listener, as are the tables: it has links to what its listener serves.
  private let pages: [IndexPage]
  /// What answers for the live page; nil where there is none.
  private let live: LiveEndpoint?
  private let access: AccessGuard
  private let tables: [RouteTable]
  private let settings: EndpointSettings
  private let timer: any OneShotTimer
  private let observer: EndpointObserver

  /// - Parameter timer: what ends waiting for collectors and encoding; the server's loop, when there is one.
  package init(
    registry: Registry, variables: PublishedVariables, health: HealthView, timer: any OneShotTimer,
    settings: EndpointSettings, observer: EndpointObserver
  ) {
    access = AccessGuard(
      trust: settings.trust,
      authenticator: settings.secrets.map {
        Authenticator($0, timer: timer, now: settings.now, logError: observer.logError)
      }, realm: settings.realm)
    self.settings = settings
    self.timer = timer
    self.observer = observer
    tables = RouteTable.all(settings)
    metrics = MetricsEndpoint(
      registry: registry, variables: variables, timer: timer, settings: settings, observer: observer)
    hostMetrics = HostMetrics(registry, timer: timer, settings: settings, log: observer.log)
    probes = ProbeEndpoints(health: health, settings: settings)
    debugPages = PageEndpoint(settings: settings, timer: timer, log: observer.log)
    pages = tables.map { table in
      IndexPage(health: health, settings: settings) { table.links(with: settings.pages) }
    }
    live = settings.liveData.map { LiveEndpoint($0, timer: timer) }
  }

  /// Leaves no thread behind when the server has ended.
  package func stop() {
    metrics.stop()
    hostMetrics.stop()
    debugPages.stop()
    live?.stop()
  }

  // MARK: - Routes

  /// What a server notes on a request as its `routeTag`, so that its route is looked up once.
  package func tag(of request: EndpointRequest) -> UInt8 {
    tables[place(of: request)].tag(of: request.path)
  }

  private func route(of request: EndpointRequest) -> Route? {
    tables[place(of: request)][request.routeTag ?? tag(of: request)]
  }

  /// The place of the listener that it came by: the first, for what comes from elsewhere.
  private func place(of request: EndpointRequest) -> Int {
    Int(request.listener) < tables.count ? Int(request.listener) : 0
  }

  /// The live page for whoever may see its data, the plain one for others. With `?live` others are told what they need.
  func page(for request: EndpointRequest) async -> EndpointResponse {
    let place = place(of: request)
    let page = pages[place]
    guard live != nil, let data = tables[place].route(at: LivePage.dataPath) else {
      return page.respond(to: request)
    }
    let refusal = data.access.isOpen ? nil : await access.refusal(of: request, by: data.access)
    guard let refusal else { return LivePage.response(to: request, page) }
    return request.query.contains("live") ? refusal : page.respond(to: request)
  }

  func liveData(_ request: EndpointRequest) async -> EndpointResponse {
    guard let live else { return .refusal(404, "There is no history here.\n") }
    return await live.respond(to: request)
  }

  /// Answers with a debugging page of the library's own.
  func answer(_ request: EndpointRequest, with page: OwnPage) async -> EndpointResponse {
    await debugPages.answer(request, navigation(from: request), page.make)
  }

  /// Answers with the list of debugging pages, or with one of the host's.
  func debugPage(_ request: EndpointRequest) async -> EndpointResponse {
    await debugPages.answer(
      request, below: name(in: request, below: RouteTable.debugPath), navigation(from: request))
  }

  private func navigation(from request: EndpointRequest) -> PageNavigation {
    PageNavigation(
      from: request.path, prefix: settings.pathPrefix.utf8.count,
      names: tables[place(of: request)].debugNames(with: settings.pages))
  }

  /// The name that a request is counted under.
  package func countedName(of request: EndpointRequest) -> String { route(of: request)?.name ?? "unknown" }

  /// Whether a request asks for a probe: those are never refused because of a limit.
  package func isProbe(_ request: EndpointRequest) -> Bool { route(of: request)?.isProbe ?? false }

  /// Every path with its prefix; for those that have paths below them one more, which ends in `parameter`.
  package func paths(parameter: String) -> [String] { tables[0].paths(parameter: parameter) }

  /// What stands in a request's path below that of its route; nil when nothing does.
  func name(in request: EndpointRequest, below path: String) -> String? {
    let rest = request.path.utf8.dropFirst(settings.pathPrefix.utf8.count + path.utf8.count)
    return rest.isEmpty ? nil : String(decoding: rest.dropFirst(), as: UTF8.self).onlyASCII
  }

  // MARK: - Answers

  /// Answers a request. It never throws: what is wrong with a request is a response as well.
  package func respond(to request: EndpointRequest) async -> EndpointResponse {
    if request.method == "OPTIONS", request.path == "*" {
      return EndpointResponse(status: 204, headers: allow)
    }
    guard let route = route(of: request) else { return .refusal(404, "There is nothing at this path.\n") }
    guard request.method != "OPTIONS" else { return await options(of: route, request) }
    guard isRead(request) else {
      return .refusal(405, "Only GET and HEAD are answered here.\n", headers: allow)
    }
    if route.access.isOpen {
      // A probe has to answer whoever asks, and withholds its reasons from whom it does not trust.
      if !route.isProbe, let refusal = access.refusalOfPage(request) { return refusal }
    } else if let refusal = await access.refusal(of: request, by: route.access) {
      return refusal
    }
    return await route.answer(self, request)
  }

  /// Whatever the path would answer, its options are known. But load balancers ask a probe this way by default, and have
  /// to hear when it fails.
  private func options(of route: Route, _ request: EndpointRequest) async -> EndpointResponse {
    if route.isProbe {
      if !route.access.isOpen, let refusal = await access.refusal(of: request, by: route.access) {
        return refusal
      }
      var answer = await route.answer(self, request)
      if answer.status >= 500 {
        answer.headers.set("Allow", "GET, HEAD, OPTIONS")
        return answer
      }
    }
    return EndpointResponse(status: 204, headers: allow)
  }

  /// Answers a plain probe whose answer is known and everybody's, without a suspension; nil leaves the request to
  /// `respond(to:)`.
  package func answerAtOnce(_ request: EndpointRequest) -> EndpointResponse? {
    guard let route = route(of: request), let knownAnswer = route.knownAnswer, route.access.isOpen,
      isRead(request),
      request.query.items.isEmpty, name(in: request, below: route.path) == nil
    else { return nil }
    return knownAnswer(self)
  }

  /// Answers a probe without a suspension, if nothing has to be asked first that could still be: while the pool is
  /// stuck, nothing can, and the answer is what was found before. Nil leaves the request to `respond(to:)`.
  package func answerWithoutTask(_ request: EndpointRequest) -> EndpointResponse? {
    if let known = answerAtOnce(request) { return known }
    guard let route = route(of: request), let storedAnswer = route.storedAnswer, route.access.isOpen,
      isRead(request),
      settings.poolDelay() >= settings.poolPatience
    else { return nil }
    return storedAnswer(self, request)
  }

  /// Asks a route of the host.
  func ask(_ route: HostRoute, _ request: EndpointRequest) async -> EndpointResponse {
    let (limit, log) = (settings.hostRouteDeadline, observer.log)
    switch route.content {
    case .response(let respond):
      return await route.answer(within: limit, timer: timer, log: log) { try await respond(request) }
    case .families(let collect):
      return await hostMetrics.answer(request, by: route, within: limit, timer: timer, log: log, collect)
    case .page(let respond):
      let navigation = navigation(from: request)
      return await route.answer(within: limit, timer: timer, log: log) {
        try await respond(request, navigation)
      }
    case .registry: return await hostMetrics.answer(request, at: route.path)
    }
  }

  private func isRead(_ request: EndpointRequest) -> Bool {
    request.method == "GET" || request.method == "HEAD"
  }

  private var allow: EndpointFields { ["Allow": "GET, HEAD, OPTIONS"] }
}
