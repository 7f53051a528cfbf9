// Which endpoints are there?

import EndpointMessages
import HealthProbes
import MetricExposition

/// Every route, in the order in which the page for people lists them.
struct RouteTable: Sendable {
  private let prefix: [UInt8]
  private let routes: [Route]

  /// A new endpoint is a row here, and its answer.
  ///
  /// - Parameter listener: what a listener leaves out and limits; nil for the first, which serves everything.
  init(_ settings: EndpointSettings, for listener: ListenerRoutes? = nil) {
    prefix = Array(settings.pathPrefix.utf8)
    var routes = [
      Route(
        "metrics", at: settings.metricsPath, for: settings.hasCredentials ? .credentials : .everybody,
        links: [.init(text: "metrics for Prometheus and OpenMetrics")]
      ) { await $0.metrics.exposition($1) },
      Route(
        "metrics.json", at: "/metrics.json", for: .trusted,
        links: [.init(text: "metrics as JSON, for trusted addresses")]
      ) { await $0.metrics.scrape($1, as: ExpositionFormat(.json)) },
      Route(
        "debug/vars", at: "/debug/vars", for: .trusted,
        links: [.init(text: "published variables, for trusted addresses")]
      ) { await $0.metrics.scrape($1, as: ExpositionFormat(.variables)) },
      Route(
        "debug", at: RouteTable.debugPath, hasPathsBelow: true, for: .trusted,
        links: [.init(text: "debugging pages, for trusted addresses")]
      ) { await $0.debugPage($1) },
      .health(
        at: "/health",
        links: [
          .init(text: "state of the checks"),
          .init(query: "?verbose", text: "state of the checks, with details"),
        ]),
      .probe(.ready, at: "/ready", "readiness"),
      .probe(.live, at: "/live", "liveness"),
      .probe(.startup, at: "/startup", "start-up"),
      Route("index", at: "/") { endpoints, request in await endpoints.page(for: request) },
    ]
    if settings.hasLivePage {
      routes.append(
        Route("live-data", at: LivePage.dataPath, for: .trusted) { await $0.liveData($1) })
    }
    // The prefix alone, as people type it; without one that is no path.
    if !prefix.isEmpty {
      routes.append(Route("index", at: "") { endpoints, request in await endpoints.page(for: request) })
    }
    for (path, probe) in settings.probeAliases.sorted(by: { $0.key < $1.key }) {
      routes.append(probe == .health ? .health(at: path) : .probe(probe, at: path))
    }
    routes += settings.ownPages.map { page in
      Route(
        "debug/\(page.name)", at: "\(RouteTable.debugPath)/\(page.name)", for: .trusted,
        links: [.init(text: "\(page.text), for trusted addresses")]
      ) { await $0.answer($1, with: page) }
    }
    // The pages are beside what a host has chosen: one that has something at the path of a page has that there.
    let chosen = Set([settings.metricsPath] + settings.hostRoutes.map(\.path) + settings.probeAliases.keys)
    routes.removeAll { $0.isDebugPage && chosen.contains($0.path) }
    routes += settings.hostRoutes.map { .host($0) }
    var access = settings.access
    if let listener {
      access.merge(listener.access) { $1 }
      routes.removeAll { !listener.serves($0) }
    }
    self.routes = routes.map { route in
      RouteTable.rule(for: route, access, settings).map { route.limited(to: $0) } ?? route
    }
  }

  /// The first listener's table, and one for each of the others.
  static func all(_ settings: EndpointSettings) -> [RouteTable] {
    [RouteTable(settings)] + settings.listeners.map { RouteTable(settings, for: $0) }
  }

  /// Whom a route answers when that is set; nil leaves it to the route.
  private static func rule(
    for route: Route, _ access: [String: AccessRule], _ settings: EndpointSettings
  ) -> AccessRule? {
    if let rule = access[route.path] { return rule }
    // The page has a second path with a prefix, and a probe may have others: what limits the one limits them all.
    if route.path.isEmpty { return access["/"] }
    return settings.probeAliases[route.path].flatMap { access["/\($0.rawValue)"] }
  }

  // MARK: - Looking up

  /// A number for the row that a path belongs to, which ``subscript(_:)`` takes; one of no row when it belongs to none.
  func tag(of path: String) -> UInt8 {
    var path = path
    return path.withUTF8 { bytes in
      guard bytes.part(0, prefix.count).elementsEqual(prefix) else { return UInt8.max }
      let path = bytes.part(prefix.count, bytes.count)
      let row = routes.firstIndex { $0.isAt(path) } ?? routes.firstIndex { $0.isAbove(path) }
      return row.map { UInt8(clamping: $0) } ?? .max
    }
  }

  /// The row of a tag; nil when it is of none.
  subscript(tag: UInt8) -> Route? { tag < routes.count ? routes[Int(tag)] : nil }

  /// What the page for people links to, below the prefix.
  var links: [(target: String, text: String)] {
    routes.flatMap { route in route.links.map { (route.path + $0.query, $0.text) } }
  }

  /// The same, and the host's pages.
  func links(with pages: DebugPages) -> [(target: String, text: String)] {
    guard servesPages else { return links }
    return links
      + pages.all.map { ("\(RouteTable.debugPath)/\($0.name)", "\($0.title), for trusted addresses") }
  }

  /// Where the debugging pages are.
  static let debugPath = "/debug"

  private var servesPages: Bool { routes.contains { $0.isDebugPage && $0.hasPathsBelow } }

  /// What there is below ``debugPath``: the library's pages, the host's routes there, and the host's pages.
  func debugNames(with pages: DebugPages) -> [String] {
    let beginning = RouteTable.debugPath + "/"
    let there = routes.filter { $0.path.hasPrefix(beginning) }.map {
      String($0.path.dropFirst(beginning.count))
    }
    return there.filter { DebugPages.isName($0) }
      + (servesPages ? pages.names.filter { !there.contains($0) } : [])
  }

  /// Every path with its prefix, and for those that have paths below them one more, which ends in `parameter`. That of
  /// the page is there without a slash at its end, which routers take for the same.
  func paths(parameter: String) -> [String] {
    let prefix = String(decoding: prefix, as: UTF8.self)
    return routes.filter { prefix.isEmpty || $0.path != "/" }.flatMap { route in
      [prefix + route.path] + (route.hasPathsBelow ? [prefix + route.path + "/" + parameter] : [])
    }
  }

  /// The route at a path of the library's own; nil where it is not served.
  func route(at path: String) -> Route? { routes.first { $0.path == path } }

  // MARK: - What can be chosen

  /// The most routes of a host and other names of probes, together.
  static let mostChosen = 200

  /// What is wrong with the paths that are set: the setting, its value, and what to read after them. Nil when nothing is.
  static func problem(of settings: EndpointSettings) -> EndpointSettings.Problem? {
    if !settings.pathPrefix.isEmpty {
      if let problem = problem(ofPath: settings.pathPrefix) {
        return .init(setting: "pathPrefix", value: settings.pathPrefix, problem)
      }
      if settings.pathPrefix.hasSuffix("/") {
        return .init(setting: "pathPrefix", value: settings.pathPrefix, "must not end in /")
      }
    }
    let chosen =
      [("path", settings.metricsPath)] + settings.probeAliases.keys.sorted().map { ("probeAliases", $0) }
      + settings.hostRoutes.map { ("routes", $0.path) }
    guard chosen.count <= mostChosen else {
      // Whichever there are more of.
      let setting = settings.probeAliases.count > settings.hostRoutes.count ? "probeAliases" : "routes"
      return .init(
        setting: setting, value: "\(chosen.count)",
        "are more paths than \(mostChosen): that of the exposition, other names of probes, and routes")
    }
    for (setting, path) in chosen {
      if let problem = problem(ofPath: path) { return .init(setting: setting, value: path, problem) }
    }
    let routes = RouteTable(settings).routes
    // The last that was chosen is to blame: the others are what there is by default.
    for (setting, path) in chosen.reversed() {
      let bytes = Array(path.utf8)
      let (isTaken, isBelow) = bytes.withUnsafeBufferPointer { path in
        (routes.count { $0.isAt(path) } > 1, routes.contains { $0.isProbe && $0.isAbove(path) })
      }
      if isTaken { return .init(setting: setting, value: path, "is the path of another route") }
      if isBelow { return .init(setting: setting, value: path, "lies below a probe") }
    }
    return problem(ofAccess: settings.access, settings, routes) ?? problem(ofListeners: settings, routes)
  }

  private static func problem(
    ofListeners settings: EndpointSettings, _ routes: [Route]
  ) -> EndpointSettings.Problem? {
    for listener in settings.listeners {
      for path in listener.paths where !isKnown(path, routes) {
        return .init(setting: "\(listener.setting).routes", value: path, "is the path of no route")
      }
      let served = RouteTable(settings, for: listener).routes
      guard !served.isEmpty else {
        return .init(setting: "\(listener.setting).routes", value: "[]", "are none at all")
      }
      let setting = "\(listener.setting).access"
      if let problem = problem(ofAccess: listener.access, settings, served, setting: setting) {
        return problem
      }
    }
    return nil
  }

  /// - Parameter routes: what the rules may be for.
  private static func problem(
    ofAccess access: [String: AccessRule], _ settings: EndpointSettings, _ routes: [Route],
    setting: String = "access"
  ) -> EndpointSettings.Problem? {
    for path in access.keys.sorted() {
      guard isKnown(path, routes) else {
        return .init(setting: setting, value: path, "is the path of no route")
      }
    }
    for route in routes where route.access.credentials != .none {
      // As those read it who have the format: by address alone.
      if route.path == "/metrics.json" {
        return .init(
          setting: setting, value: route.path, "is answered by address alone: no credentials stand in for it"
        )
      }
      if !settings.hasCredentials {
        return .init(
          setting: setting, value: route.path, "asks for credentials: set basicAuth or bearerTokens")
      }
    }
    return nil
  }

  /// Whether something may be set about a path. That of the live data may be without them too: whoever switches the history
  /// off has not to change what is set beside it.
  private static func isKnown(_ path: String, _ routes: [Route]) -> Bool {
    path.utf8.elementsEqual(LivePage.dataPath.utf8)
      || routes.contains { $0.path.utf8.elementsEqual(path.utf8) }
  }

  private static func problem(ofPath path: String) -> String? {
    guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= 256,
      path.utf8.allSatisfy({
        $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#")
          && $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "\\")
      }),
      !path.split(separator: "/", omittingEmptySubsequences: false).contains(where: {
        $0 == "." || $0 == ".."
      })
    else { return "must begin with / and be plain ASCII without ?, #, % or \\, and without dot segments" }
    return nil
  }
}

extension Route {
  /// The state of all checks.
  fileprivate static func health(at path: String, links: [Link] = []) -> Route {
    Route(
      "health", at: path, isProbe: true, links: links, storedAnswer: { $0.probes.storedHealth($1) }
    ) { await $0.probes.health($1) }
  }

  /// A probe, and below it each of its checks.
  ///
  /// - Parameter text: what the page says of it; nil leaves it out there.
  fileprivate static func probe(_ probe: HealthProbe, at path: String, _ text: String? = nil) -> Route {
    Route(
      probe.rawValue, at: path, hasPathsBelow: true, isProbe: true,
      links: text.map { [.init(query: "?verbose", text: $0)] } ?? [],
      knownAnswer: { $0.probes.knownAnswer(to: probe) },
      storedAnswer: { $0.probes.storedAnswer(to: $1, probe: probe, check: $0.name(in: $1, below: path)) }
    ) { await $0.probes.respond(to: $1, probe: probe, check: $0.name(in: $1, below: path)) }
  }

  fileprivate static func host(_ route: EndpointRoute) -> Route {
    let host = HostRoute(route)
    return Route("host", at: route.path, for: route.access) { await $0.ask(host, $1) }
  }
}
