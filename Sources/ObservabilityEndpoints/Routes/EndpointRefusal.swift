// How does a route of the host refuse a request?

import ObservabilityPlatform

/// What a route of the host throws to answer with a status and a reason, in place of what was asked for.
///
/// ```swift
/// guard let target = request.query["target"] else { throw EndpointRefusal(400, "missing target") }
/// ```
///
/// It is sent as one line of plain text and not logged: whoever asks learns the reason, so it must not tell what he
/// may not know.
public struct EndpointRefusal: Error, Sendable, Hashable, CustomStringConvertible {
  /// The status: from 400 to 599.
  public let status: Int
  /// The reason: one line, of at most 1,024 bytes.
  public let reason: String

  /// A refusal.
  ///
  /// - Parameters:
  ///   - status: from 400 to 599; anything else becomes 500.
  ///   - reason: what was wrong. What would end the line or steer a terminal is escaped, and the rest of a long one
  ///     left out.
  public init(_ status: Int, _ reason: String) {
    self.status = 400...599 ~= status ? status : 500
    self.reason = reason.oneLine(atMost: 1024)
  }

  /// The reason.
  public var description: String { reason }
}
