// What does a host serve beside the library's endpoints?

public import EndpointMessages

/// A path of the host's own on the observability server, for what the host wants to show and change nothing by:
/// `GET` and `HEAD` are answered, other methods with 405.
///
/// ```swift
/// config.routes = [
///   EndpointRoute("/version", for: .everybody) { _ in .text(200, "1.4.0\n") }
/// ]
/// ```
///
/// The closure runs on the cooperative pool, in a task of its own, and holds up nothing else. What it throws is answered
/// with 500 and logged. After ``HTTPServerDeadlines/handler`` the answer is 503 and the task is cancelled. At most 16
/// requests of a route are under way, those included that go on after that; further ones are answered 503.
public struct EndpointRoute: Sendable {
  /// The path, decoded, below the prefix of all routes. It begins with `/`.
  public let path: String
  /// Whom it answers.
  public let access: AccessRule
  let respond: @Sendable (EndpointRequest) async throws -> EndpointResponse

  /// A route.
  ///
  /// - Parameters:
  ///   - path: plain ASCII that begins with `/`; not that of another route, and not below a probe. A mistake is found
  ///     when the server is started.
  ///   - access: whom it answers, unless `access` of the configuration says otherwise; others get 403 or 401.
  ///   - respond: makes the response. Called from any thread, many times at once. A body that is a stream is asked for
  ///     its pieces as its reader takes them.
  public init(
    _ path: String, for access: AccessRule = .trusted,
    respond: @escaping @Sendable (EndpointRequest) async throws -> EndpointResponse
  ) {
    self.path = path
    self.access = access
    self.respond = respond
  }
}
