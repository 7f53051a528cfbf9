// How are metrics shown that are not of the server's registry?

import EndpointMessages
import MetricExposition
import MetricInstruments
import ObservabilityPlatform

/// What encodes for the routes of the host that are metrics, beside the server's own scrapes and counted among none of them.
final class HostMetrics: Sendable {
  /// For what is collected for one request alone; nil when no route does.
  private let collected: MetricsEndpoint?
  /// For registries, by the paths of their routes, which are plain ASCII.
  private let registries: [String: MetricsEndpoint]
  /// What a route may take beyond the time that its closure was told, to say why there is nothing.
  private static let lastWord = Duration.milliseconds(250)

  init(
    _ registry: Registry, timer: any OneShotTimer, settings: EndpointSettings,
    log: @escaping @Sendable (String) -> Void
  ) {
    var settings = settings
    settings.ownCollectors = []
    var observer = EndpointObserver()
    observer.log = log
    func endpoint(_ registry: Registry, _ settings: EndpointSettings) -> MetricsEndpoint {
      MetricsEndpoint(
        registry: registry, variables: PublishedVariables(registry), timer: timer, settings: settings,
        observer: observer)
    }
    var registries: [String: MetricsEndpoint] = [:]
    /// Routes of one registry share the runs of its collectors, each of which is asked once at a time.
    var endpoints: [ObjectIdentifier: MetricsEndpoint] = [:]
    /// As many answers may be encoded, or wait for slow readers, as routes let through at once.
    var answers = 0
    for route in settings.hostRoutes {
      switch route.content {
      case .response, .page: break
      case .families: answers += route.limit
      case .registry(let registry):
        let shared = endpoints[ObjectIdentifier(registry)] ?? endpoint(registry, settings)
        endpoints[ObjectIdentifier(registry)] = shared
        registries[route.path] = shared
      }
    }
    self.registries = registries
    settings.maximumCompressors = settings.maximumConcurrentScrapes
    settings.maximumConcurrentScrapes = answers
    collected = answers > 0 ? endpoint(registry, settings) : nil
  }

  /// No scrape is to be expected any more.
  func stop() {
    collected?.stop()
    for endpoint in registries.values { endpoint.stop() }
  }

  /// Answers with the registry of the route at a path.
  func answer(_ request: EndpointRequest, at path: String) async -> EndpointResponse {
    guard let endpoint = registries[path] else { return .refusal(404, "There is nothing at this path.\n") }
    return await endpoint.exposition(request)
  }

  /// Answers with what a route collects for this request. Not for a page of another site: it could not read the answer,
  /// but choose what is connected to, and learn from the time that it takes.
  func answer(
    _ request: EndpointRequest, by route: HostRoute, within limit: Duration, timer: any OneShotTimer,
    log: @escaping @Sendable (String) -> Void,
    _ collect: @escaping @Sendable (EndpointRequest) async throws -> [CollectedFamily]
  ) async -> EndpointResponse {
    guard let collected else { return .refusal(404, "There is nothing at this path.\n") }
    guard !request.headers.areByPageOfOtherSite else {
      return .refusal(403, "This is not answered to pages of other sites.\n")
    }
    let scrape = min(limit, request.scrapeTimeout ?? limit)
    let names = Set(request.query.all("name[]"))
    let asked = await route.ask(within: min(limit, scrape + Self.lastWord), timer: timer, log: log) {
      try HostFamilies(await collect(request), named: names)
    }
    switch asked {
    case .answered(let families): return await collected.expose(families, to: request, within: scrape)
    case .refused(let response): return response
    }
  }
}

/// The families that a host has collected for one request, all of which can be shown.
final class HostFamilies: Sendable {
  /// What could not be shown, and why.
  struct Unshown: Error, CustomStringConvertible {
    /// As many as are told.
    private static let most = 10
    let problems: [String]

    var description: String { lines.joined(separator: "; ") }
    var text: String { "The metrics cannot be shown:\n" + lines.map { $0 + "\n" }.joined() }

    private var lines: [String] {
      let rest = problems.count - Self.most
      return problems.prefix(Self.most) + (rest > 0 ? ["and \(rest) more"] : [])
    }
  }

  /// Taken out by whoever encodes it: to free tens of thousands of families takes too long for the loop.
  private let gathered: Locked<GatheredMetrics?>

  /// - Throws: ``Unshown`` when one of them cannot be shown: half of a device would look like all of it.
  init(_ families: [CollectedFamily], named names: Set<String>) throws {
    var gathering = Gathering(.none, expecting: families.count)
    let checked = families.map { family in
      Result { () throws(CollectedFamilyError) in try CheckedFamily(family, allowingUTF8: false) }
    }
    let problems = gathering.add(checked)
    guard problems.isEmpty else {
      throw Unshown(problems: problems.map { $0.description.oneLine(atMost: 1200) })
    }
    gathered = Locked(gathering.takeMetrics(named: names))
  }

  /// What there is to be shown, for once.
  func take() -> GatheredMetrics { gathered.withLock { $0.take() } ?? GatheredMetrics(registered: []) }
}
