// What did the operating system refuse, in words?

/// A system call that failed.
package struct SystemError: Error, Sendable, CustomStringConvertible {
  /// The error number.
  package let code: Int32
  /// What was being done.
  package let action: String

  package init(code: Int32, action: String) {
    self.code = code
    self.action = action
  }

  package var description: String { "\(action): \(SystemError.text(code))" }

  /// The C library's words for an error number.
  package static func text(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      buffer.initialize(repeating: 0)
      guard let base = buffer.baseAddress, strerror_r(code, base, buffer.count) == 0 else {
        return "error \(code)"
      }
      return String(cString: base)
    }
  }
}
