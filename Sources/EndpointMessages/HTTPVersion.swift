// Which version of HTTP does a client speak?

/// A version of HTTP that this library speaks.
package enum HTTPVersion: Sendable, Hashable {
  /// HTTP/1.0: one request a connection, unless asked otherwise.
  case http10
  /// HTTP/1.1.
  case http11
}
