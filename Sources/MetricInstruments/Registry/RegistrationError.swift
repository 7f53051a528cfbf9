// What is wrong with what was registered?

/// A mistake in a registration: found when the program starts, and thrown, because the programmer can mend it.
public struct RegistrationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String { case invalidName, invalidLabels, invalidBounds, invalidUnit, conflict }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// The name of a metric cannot be used.
    public static let invalidName = Code(.invalidName)
    /// A label's name or value cannot be used, or comes twice.
    public static let invalidLabels = Code(.invalidLabels)
    /// The bounds of a histogram are unsorted, infinite, negative or too many.
    public static let invalidBounds = Code(.invalidBounds)
    /// The unit is not the end of the name.
    public static let invalidUnit = Code(.invalidUnit)
    /// Something else is registered under the name, or under one that its samples would have.
    public static let conflict = Code(.conflict)

    /// The code's name.
    public var description: String { kind.rawValue }
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The full name of the metric.
  public let metric: String
  /// What is wrong, and what would be right.
  public let message: String

  package init(_ code: Code, of metric: String, _ message: String) {
    self.code = code
    self.metric = metric
    self.message = message
  }

  /// The metric and what is wrong with it.
  public var description: String { "\(metric): \(message)" }
}
