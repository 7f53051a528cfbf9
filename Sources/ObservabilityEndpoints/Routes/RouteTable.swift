// Which endpoints are there?

import EndpointMessages
import HealthProbes
import MetricExposition

/// Every route, in the order in which the page for people lists them.
struct RouteTable: Sendable {
  private let routes: [Route]

  /// A new endpoint is a row here, and its answer.
  ///
  /// - Parameter metricsPath: where the exposition is, the one path that an embedder chooses.
  init(metricsPath: String) {
    routes = [
      Route("metrics", at: metricsPath, links: [.init(text: "metrics for Prometheus and OpenMetrics")]) {
        await $0.metrics.exposition($1)
      },
      Route(
        "metrics.json", at: "/metrics.json", for: .trusted,
        links: [.init(text: "metrics as JSON, for trusted addresses")]
      ) { await $0.metrics.scrape($1, as: ExpositionFormat(.json)) },
      Route(
        "debug/vars", at: "/debug/vars", for: .trusted,
        links: [.init(text: "published variables, for trusted addresses")]
      ) { await $0.metrics.scrape($1, as: ExpositionFormat(.variables)) },
      Route(
        "health", at: "/health", isProbe: true,
        links: [
          .init(text: "state of the checks"),
          .init(query: "?verbose", text: "state of the checks, with details"),
        ]
      ) { await $0.probes.health($1) },
      .probe(.ready, "readiness"),
      .probe(.live, "liveness"),
      .probe(.startup, "start-up"),
      Route("index", at: "/") { endpoints, _ in endpoints.page.respond() },
    ]
  }

  // MARK: - Looking up

  /// A number for the row that a path belongs to, which ``subscript(_:)`` takes; one of no row when it belongs to none.
  func tag(of path: String) -> UInt8 {
    let row =
      routes.firstIndex { $0.path == path } ?? routes.firstIndex { $0.isAbove(path) } ?? routes.count
    return UInt8(clamping: row)
  }

  /// The row of a tag; nil when it is of none.
  subscript(tag: UInt8) -> Route? { tag < routes.count ? routes[Int(tag)] : nil }

  /// What the page for people links to.
  var links: [(target: String, text: String)] {
    routes.flatMap { route in route.links.map { (route.path + $0.query, $0.text) } }
  }

  // MARK: - The path that can be chosen

  /// What is wrong with a path for the exposition, or nil.
  static func problem(ofMetricsPath path: String) -> String? {
    let others = RouteTable(metricsPath: "").routes
    if others.contains(where: { $0.path == path && !path.isEmpty }) { return "is the path of another route" }
    if others.contains(where: { $0.isAbove(path) }) { return "lies below a probe" }
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
}

extension Route {
  /// A probe, and below it each of its checks.
  fileprivate static func probe(_ probe: HealthProbe, _ text: String) -> Route {
    Route(
      probe.rawValue, at: "/" + probe.rawValue, hasPathsBelow: true, isProbe: true,
      links: [.init(query: "?verbose", text: text)], knownAnswer: { $0.probes.knownAnswer(to: probe) }
    ) { await $0.probes.respond(to: $1, probe: probe) }
  }
}
