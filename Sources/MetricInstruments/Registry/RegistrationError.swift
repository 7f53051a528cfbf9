// What is wrong with what was registered.

/// A mistake in a registration: found when the program starts, and thrown, because the programmer can mend it.
public struct RegistrationError: Error, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Value: String { case name, labels, bounds, conflict, unit }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// The name of a metric cannot be used.
    public static let invalidName = Code(.name)
    /// A label's name or value cannot be used, or comes twice.
    public static let invalidLabels = Code(.labels)
    /// The bounds of a histogram are unsorted, infinite, negative or too many.
    public static let invalidBounds = Code(.bounds)
    /// Something else is registered under the name, or under one that its samples would have.
    public static let conflict = Code(.conflict)
    /// The unit is not the end of the name.
    public static let invalidUnit = Code(.unit)

    /// The code's name.
    public var description: String { value.rawValue }
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The full name of the metric.
  public let metric: String
  /// What is wrong, and what would be right.
  public let message: String

  /// The metric and what is wrong with it.
  public var description: String { "\(metric): \(message)" }
}
