// What does a host serve beside the library's endpoints?

public import EndpointMessages
public import MetricInstruments

/// A path of the host's own on the observability server, for what the host wants to show and change nothing by:
/// `GET` and `HEAD` are answered, other methods with 405.
///
/// ```swift
/// config.routes = [
///   EndpointRoute("/version", for: .everybody) { _ in .text(200, "1.4.0\n") }
/// ]
/// ```
///
/// The closure runs on the cooperative pool, in a task of its own, and holds up nothing else. An ``EndpointRefusal``
/// that it throws is the answer; what else it throws is answered with 500 and logged. After
/// ``HTTPServerDeadlines/handler`` the answer is 503 and the task is cancelled. A limited number of requests of a
/// route are under way, those included that go on after that; further ones are answered 503.
public struct EndpointRoute: Sendable {
  /// What a route shows, and where it comes from.
  enum Content: Sendable {
    case response(@Sendable (EndpointRequest) async throws -> EndpointResponse)
    case families(@Sendable (EndpointRequest) async throws -> [CollectedFamily])
    case registry(Registry)
    /// A page of the library's own that the host puts where it likes.
    case page(@Sendable (EndpointRequest, PageNavigation) async throws -> EndpointResponse)
  }

  /// The path, decoded, below the prefix of all routes. It begins with `/`.
  public let path: String
  /// Whom it answers.
  public let access: AccessRule
  /// Whether it is that of the recent traces, to which other pages link.
  package var showsTraces = false
  let limit: Int
  let content: Content

  /// A route.
  ///
  /// - Parameters:
  ///   - path: plain ASCII that begins with `/`; not that of another route, and not below a probe. A mistake is found
  ///     when the server is started.
  ///   - access: whom it answers, unless `access` of the configuration says otherwise; others get 403 or 401.
  ///   - limit: how many requests may be under way at once, from 1 to 1,000: a closure that never returns keeps its
  ///     place.
  ///   - respond: makes the response. Called from any thread, many times at once. A body that is a stream is asked for
  ///     its pieces as its reader takes them.
  public init(
    _ path: String, for access: AccessRule = .trusted, atMost limit: Int = 16,
    respond: @escaping @Sendable (EndpointRequest) async throws -> EndpointResponse
  ) {
    self.init(path, access, limit, .response(respond))
  }

  /// A page for those who see details, which leads to the others.
  package static func page(
    _ path: String,
    respond: @escaping @Sendable (EndpointRequest, PageNavigation) async throws -> EndpointResponse
  ) -> EndpointRoute {
    EndpointRoute(path, .trusted, 16, .page(respond))
  }

  private init(_ path: String, _ access: AccessRule, _ limit: Int, _ content: Content) {
    self.path = path
    self.access = access
    self.limit = min(max(limit, 1), 1000)
    self.content = content
  }

  /// A route that shows metrics which are collected for each request anew, such as those of a device that the query
  /// names: one exporter for many targets.
  ///
  /// ```swift
  /// config.routes = [
  ///   .metrics("/appliance", atMost: 64) { request in
  ///     guard let target = request.query["target"] else { throw EndpointRefusal(400, "missing target") }
  ///     return try await Appliance.ask(target, within: request.scrapeTimeout ?? .seconds(5))
  ///   }
  /// ]
  /// ```
  ///
  /// The answer has these families and no others, in the form that `Accept` asks for, compressed where it may be, and
  /// with `name[]` those of that name only. If one of them is ``CollectedFamily/failed(_:_:)``, or no scraper would
  /// take it, or comes twice, the answer is 500 and says which and why, so that Prometheus does not take a part for
  /// the whole and `up` is 0. The closure is called as that of any other route, and has no longer than the scraper
  /// waits: see ``EndpointRequest/scrapeTimeout``. One that gives up then still has a moment to throw why.
  ///
  /// Whoever may ask chooses what the host connects to: by default nobody but trusted addresses, and never a page of
  /// another site, as far as its browser says that it is one.
  ///
  /// - Parameters:
  ///   - path: as of ``init(_:for:atMost:respond:)``.
  ///   - access: whom it answers, unless `access` of the configuration says otherwise.
  ///   - limit: how many requests may be under way at once, from 1 to 1,000: as many as targets may hang.
  ///   - collect: gives the families. Called from any thread, many times at once, and must not block: see
  ///     ``BlockingCalls``.
  public static func metrics(
    _ path: String, for access: AccessRule = .trusted, atMost limit: Int = 16,
    collect: @escaping @Sendable (EndpointRequest) async throws -> [CollectedFamily]
  ) -> EndpointRoute {
    EndpointRoute(path, access, limit, .families(collect))
  }

  /// A route that shows another registry than the server's own, as the server's own is shown: with its collectors, in
  /// the form that `Accept` asks for. So one server has several registries, each at its path.
  ///
  /// As many scrapes of it may be under way as of the server's own, and they are not counted among those. Routes of one
  /// registry share its collectors' answers; the server's own registry is asked once more by such a route.
  ///
  /// - Parameters:
  ///   - path: as of ``init(_:for:atMost:respond:)``.
  ///   - registry: what is shown.
  ///   - access: whom it answers, unless `access` of the configuration says otherwise.
  public static func metrics(
    _ path: String, of registry: Registry, for access: AccessRule = .trusted
  ) -> EndpointRoute {
    EndpointRoute(path, access, 16, .registry(registry))
  }
}
