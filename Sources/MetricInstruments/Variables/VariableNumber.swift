// What does a published number hold?

/// What a published number holds: an exact integer until a floating-point amount arrives.
package enum VariableNumber: Sendable, Hashable {
  case integer(Int64)
  case double(Double)

  /// The number; integers beyond 2^53 lose their last digits.
  package var double: Double {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    }
  }
}
