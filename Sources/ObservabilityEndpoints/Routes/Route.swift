// What is an endpoint: where is it, for whom, how is it counted and shown, and what answers?

import EndpointMessages

/// One row of the table of routes.
final class Route: Sendable {
  /// Who is answered.
  enum Audience: Sendable {
    case everybody
    /// Trusted requests. Strangers are turned away whatever credentials they have.
    case trusted
  }

  /// A link to the route on the page for people.
  struct Link: Sendable {
    /// What follows the path.
    var query = ""
    let text: String
  }

  /// The name that its requests are counted under.
  let name: String
  let path: String
  /// Whether what lies below the path, such as `/ready/storage`, belongs to the route as well.
  let hasPathsBelow: Bool
  /// Whether it is a probe: those are never refused because of a limit.
  let isProbe: Bool
  let audience: Audience
  let links: [Link]
  /// The answer to the bare path, when it needs no waiting; nil leaves the request to `answer`.
  let knownAnswer: (@Sendable (ObservabilityEndpoints) -> EndpointResponse?)?
  let answer: @Sendable (ObservabilityEndpoints, EndpointRequest) async -> EndpointResponse

  init(
    _ name: String, at path: String, hasPathsBelow: Bool = false, isProbe: Bool = false,
    for audience: Audience = .everybody, links: [Link] = [],
    knownAnswer: (@Sendable (ObservabilityEndpoints) -> EndpointResponse?)? = nil,
    answer: @escaping @Sendable (ObservabilityEndpoints, EndpointRequest) async -> EndpointResponse
  ) {
    self.name = name
    self.path = path
    self.hasPathsBelow = hasPathsBelow
    self.isProbe = isProbe
    self.audience = audience
    self.links = links
    self.knownAnswer = knownAnswer
    self.answer = answer
  }

  /// Whether a path lies below the route's.
  func isAbove(_ other: String) -> Bool { hasPathsBelow && other.hasPrefix(path + "/") }
}
