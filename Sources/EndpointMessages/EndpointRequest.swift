// What does a handler learn of a request?

/// A request, complete and checked: a plain value.
public struct EndpointRequest: Sendable {
  /// The method as it was sent; methods are case-sensitive.
  public var method: String
  /// The path, percent-decoded: it begins with `/`, has no `.` or `..` segment and no control byte.
  public var path: String
  /// The parameters of the query.
  public var query: EndpointQuery
  /// The header fields.
  public var headers: EndpointFields
  /// The body, without any transfer coding.
  public var body: [UInt8]
  /// The version that the client speaks.
  package var version: HTTPVersion
  /// Who sent it.
  public var peer: EndpointPeer
  /// The row of a table of routes that the request belongs to, as its server decided once; `nil` when none has. What
  /// the number means is known to whoever has the table.
  package var routeTag: UInt8?
  /// The place of the listener that it came by, among those of its server.
  package var listener: UInt8 = 0

  /// A request for a handler that is mounted in another server, or tested.
  ///
  /// - Parameter target: in origin-form (`/metrics?name[]=a`) or absolute-form, still encoded; with at most 128
  ///   parameters.
  /// - Throws: `EndpointRequestError` when the target or the method is not valid, for which the answer is 400.
  public init(
    method: String = "GET", target: String, headers: EndpointFields = [:], body: [UInt8] = [],
    peer: EndpointPeer = .unknown
  ) throws(EndpointRequestError) {
    guard !method.isEmpty, method.utf8.allSatisfy({ ByteSet.token.contains($0) }) else {
      throw EndpointRequestError(.invalidMethod, "the method is not a token")
    }
    let bytes = Array(target.utf8)
    let parsed = bytes.withUnsafeBufferPointer { RequestTarget.parse($0, isOptions: method == "OPTIONS") }
    switch parsed {
    case .failure(let error): throw error
    case .success(let target):
      self.init(
        method: method, path: target.path, query: target.query, headers: headers, body: body,
        version: .http11, peer: peer)
      if let authority = target.authority { self.headers.set("Host", authority) }
    }
  }

  /// How long the scraper waits for the answer, less half a second for the way back, by what Prometheus says in
  /// `X-Prometheus-Scrape-Timeout-Seconds`: from 10 milliseconds to an hour. Nil when it is not said or makes no sense.
  ///
  /// What is asked for a scrape is not worth asking for longer.
  public var scrapeTimeout: Duration? {
    guard let text = headers["X-Prometheus-Scrape-Timeout-Seconds"], let seconds = Double(text),
      seconds.isFinite, seconds > 0
    else { return nil }
    return max(.milliseconds(10), .seconds(min(seconds, 3600) - 0.5))
  }

  package init(
    method: String, path: String, query: EndpointQuery, headers: EndpointFields, body: [UInt8],
    version: HTTPVersion, peer: EndpointPeer
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.version = version
    self.peer = peer
  }
}
