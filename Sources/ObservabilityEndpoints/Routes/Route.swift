// What is an endpoint: where is it, for whom, how is it counted and shown, and what answers?

import EndpointMessages

/// One row of the table of routes.
final class Route: Sendable {
  /// A link to the route on the page for people.
  struct Link: Sendable {
    /// What follows the path.
    var query = ""
    let text: String
  }

  /// The name that its requests are counted under.
  let name: String
  /// Where it is, below the prefix of all routes.
  let path: String
  /// Whether what lies below the path, such as `/ready/storage`, belongs to the route as well.
  let hasPathsBelow: Bool
  /// Whether it is a probe: those are never refused because of a limit.
  let isProbe: Bool
  /// Whether it is one of the debugging pages.
  var isDebugPage: Bool { name == "debug" || (name.hasPrefix("debug/") && name != "debug/vars") }
  let access: AccessRule
  let links: [Link]
  /// The answer to the bare path, when it needs no waiting; nil leaves the request to `answer`.
  let knownAnswer: (@Sendable (ObservabilityEndpoints) -> EndpointResponse?)?
  /// The answer from what is known of the checks, whatever should be asked first; nil where there is none.
  let storedAnswer: (@Sendable (ObservabilityEndpoints, EndpointRequest) -> EndpointResponse)?
  let answer: @Sendable (ObservabilityEndpoints, EndpointRequest) async -> EndpointResponse
  private let pathBytes: [UInt8]

  init(
    _ name: String, at path: String, hasPathsBelow: Bool = false, isProbe: Bool = false,
    for access: AccessRule = .everybody, links: [Link] = [],
    knownAnswer: (@Sendable (ObservabilityEndpoints) -> EndpointResponse?)? = nil,
    storedAnswer: (@Sendable (ObservabilityEndpoints, EndpointRequest) -> EndpointResponse)? = nil,
    answer: @escaping @Sendable (ObservabilityEndpoints, EndpointRequest) async -> EndpointResponse
  ) {
    self.name = name
    self.path = path
    self.hasPathsBelow = hasPathsBelow
    self.isProbe = isProbe
    self.access = access
    self.links = links
    self.knownAnswer = knownAnswer
    self.storedAnswer = storedAnswer
    self.answer = answer
    pathBytes = Array(path.utf8)
  }

  /// The same route for others.
  func limited(to access: AccessRule) -> Route {
    Route(
      name, at: path, hasPathsBelow: hasPathsBelow, isProbe: isProbe, for: access, links: links,
      knownAnswer: knownAnswer, storedAnswer: storedAnswer, answer: answer)
  }

  // Byte by byte: texts are equal that are written differently, and what stands before this server and looks at
  // paths would not take one for the other.

  /// Whether a path is the route's own.
  func isAt(_ other: RequestTarget.Bytes) -> Bool {
    other.count == pathBytes.count && other.elementsEqual(pathBytes)
  }

  /// Whether a path lies below the route's.
  func isAbove(_ other: RequestTarget.Bytes) -> Bool {
    hasPathsBelow && other.count > pathBytes.count && other[pathBytes.count] == UInt8(ascii: "/")
      && other.part(0, pathBytes.count).elementsEqual(pathBytes)
  }
}
