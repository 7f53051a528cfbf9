// Why can a request not be made from its parts?

/// Why a request could not be made from its parts.
public struct EndpointRequestError: Error, Sendable, CustomStringConvertible {
  /// The kinds of this error.
  public struct Code: Sendable, Hashable {
    private enum Kind { case invalidMethod, invalidTarget }
    private let kind: Kind

    /// The method is empty or has a byte that no method may have.
    public static let invalidMethod = Code(kind: .invalidMethod)
    /// The target is neither origin-form nor absolute-form, or is not encoded as it should be.
    public static let invalidTarget = Code(kind: .invalidTarget)
  }

  /// What kind of error it is.
  public let code: Code
  /// What is wrong, in words that name no part of the request.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
