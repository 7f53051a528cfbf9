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
