// What does a handler answer?

/// A response: a plain value. The transport adds the framing (`Content-Length` or
/// `Transfer-Encoding`, `Connection`), and leaves out the body for `HEAD`.
public struct EndpointResponse: Sendable {
  /// From 200 to 599; anything else is sent as 500.
  public var status: Int
  /// The header fields, without framing; fields that are framing are left out.
  public var headers: EndpointFields
  /// The body.
  public var body: EndpointBody

  /// A response.
  public init(status: Int, headers: EndpointFields = [:], body: EndpointBody = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A response of plain text.
  public static func text(_ status: Int, _ text: String, headers: EndpointFields = [:]) -> EndpointResponse {
    var headers = headers
    headers.set("Content-Type", "text/plain; charset=utf-8")
    return EndpointResponse(status: status, headers: headers, body: .bytes(Array(text.utf8)))
  }
}

/// The body of a response.
public enum EndpointBody: Sendable {
  /// All of it, in memory.
  case bytes([UInt8])
  /// Produced while it is sent.
  case stream(EndpointBodyStream)
}

/// A body produced piece by piece, each when the one before has been sent.
public struct EndpointBodyStream: Sendable {
  /// Gives the next piece, `nil` at the end. It runs off the event loop, one call at a time, under the
  /// write deadline. An error cuts the connection, so that the client does not take the part for the
  /// whole.
  public var next: @Sendable () async throws -> [UInt8]?
  /// Called once when no piece will be asked for any more, whatever the reason; also for `HEAD`.
  public var finished: (@Sendable () -> Void)?

  /// A streamed body.
  public init(
    next: @escaping @Sendable () async throws -> [UInt8]?, finished: (@Sendable () -> Void)? = nil
  ) {
    self.next = next
    self.finished = finished
  }
}
