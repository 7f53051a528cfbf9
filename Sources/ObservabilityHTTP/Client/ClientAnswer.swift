// What does a client get for its request?

package import EndpointMessages

/// The final answer to a request.
package struct ClientAnswer: Sendable {
  /// 200 to 599.
  package let status: Int
  package let fields: EndpointFields
  /// The body, decoded from chunks.
  package let body: [UInt8]
  /// Whether there was more of the body than the limit allows, or, where only the end of the connection ends it, may
  /// have been.
  package let isBodyCut: Bool
  /// How long the server asks to wait before the next request, by its first `Retry-After` that makes sense.
  package let retryAfter: Duration?
}
