// Which routes does one of several listeners serve, and whom?

/// The routes of a listener besides the first, which serves all of them.
package struct ListenerRoutes: Sendable {
  /// Whether it serves what is not named in `paths` as well.
  package var servesAll = true
  /// Whether it serves the probes.
  package var servesProbes = true
  /// What it serves besides, by paths below the prefix.
  package var paths: [String] = []
  /// Whom its routes answer, where that is other than at the first listener.
  package var access: [String: AccessRule] = [:]
  /// What is to be blamed for what is wrong here, such as `listeners[0]`.
  package var setting = "listeners"

  package init() {}

  /// Whether a route is served.
  func serves(_ route: Route) -> Bool {
    servesAll || (servesProbes && route.isProbe) || paths.contains { $0.utf8.elementsEqual(route.path.utf8) }
  }
}
