// What did the system refuse, and why?

/// A call of the C library that failed. Its description is the reason a check fails with.
package struct SystemError: Error, CustomStringConvertible {
  package let action: String
  package let code: Int32

  package var description: String { "\(action): \(errorText(code))" }
}
