// What does a published number hold?

/// What a published number holds: an exact integer until a floating-point amount arrives.
package enum VariableNumber: Sendable, Hashable {
  case integer(Int64)
  case double(Double)
}
