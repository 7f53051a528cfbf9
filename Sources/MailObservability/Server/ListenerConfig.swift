// Where does a server listen besides, and what does it serve there?

public import ObservabilityEndpoints

/// A further listener of the observability server, beside ``MetricsConfig/bindAddress``.
///
/// ```swift
/// // Metrics for this machine, and probes for the kubelet.
/// var config = MetricsConfig(bindAddress: "127.0.0.1:9090")
/// config.listeners = [ListenerConfig("[::]:8081", serving: .probes)]
/// ```
///
/// All listeners are served by one thread and share the limits of connections; none keeps another from answering probes.
public struct ListenerConfig: Sendable, Hashable {
  /// Which routes a listener serves; what it does not is answered 404 there.
  public struct Routes: Sendable, Hashable {
    var isAll = false
    var hasProbes = false
    var paths: [String] = []

    /// All there are.
    public static let all = Routes(isAll: true)
    /// `/health`, `/ready`, `/live`, `/startup` and their ``MetricsConfig/probeAliases``.
    public static let probes = Routes(hasProbes: true)

    /// These paths, below ``MetricsConfig/pathPrefix``, each of them that of a route.
    public static func paths(_ paths: [String]) -> Routes { Routes(paths: paths) }

    /// What either has.
    public func union(_ other: Routes) -> Routes {
      Routes(
        isAll: isAll || other.isAll, hasProbes: hasProbes || other.hasProbes, paths: paths + other.paths)
    }
  }

  /// In the forms of ``MetricsConfig/bindAddress``.
  public var address: String
  /// Which routes it serves.
  public var routes: Routes
  /// Whom its routes answer, by their paths below ``MetricsConfig/pathPrefix``, where that is to be other than
  /// ``MetricsConfig/access`` says.
  public var access: [String: AccessRule]

  /// A listener.
  ///
  /// A mistake is found when the configuration is validated, an address that cannot be bound when the server is started.
  public init(_ address: String, serving routes: Routes, access: [String: AccessRule] = [:]) {
    self.address = address
    self.routes = routes
    self.access = access
  }
}

extension ListenerConfig {
  /// What the endpoints are told.
  func served(setting: String) -> ListenerRoutes {
    var result = ListenerRoutes()
    (result.servesAll, result.servesProbes, result.paths) = (routes.isAll, routes.hasProbes, routes.paths)
    result.access = access
    result.setting = setting
    return result
  }
}
