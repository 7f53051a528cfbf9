// What went wrong with an address, a socket or a wait?

import ObservabilityPlatform
import CObservabilityShims

/// A failure of an address, a socket or a wait, with the value concerned and the reason in words.
package struct SocketError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure a caller may want to tell apart.
  package struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: String {
      case invalidAddress, invalidSignal, systemCall, deadlineExceeded, closed, busy
    }
    private let kind: Kind
    private init(_ kind: Kind) { self.kind = kind }

    /// The text is no address this library understands.
    package static let invalidAddress = Code(.invalidAddress)
    /// The number is that of no signal that can be watched.
    package static let invalidSignal = Code(.invalidSignal)
    /// The operating system refused a call; `errno` says why.
    package static let systemCall = Code(.systemCall)
    /// The wait lasted until its deadline.
    package static let deadlineExceeded = Code(.deadlineExceeded)
    /// The socket, or its loop, was closed on this side.
    package static let closed = Code(.closed)
    /// Another task is already waiting for the same direction of the same socket.
    package static let busy = Code(.busy)

    package var description: String { kind.rawValue }
  }

  package let code: Code
  package let message: String
  /// The system's error number, 0 where no system call failed.
  package let errno: Int32

  package init(_ code: Code, _ message: String, errno: Int32 = 0) {
    self.code = code
    self.message = message
    self.errno = errno
  }

  /// The failure of a system call: what was being done, and the system's words for the number.
  package static func systemCall(_ doing: String, errno: Int32) -> SocketError {
    SocketError(.systemCall, "\(doing): \(SystemError.text(errno)) (errno \(errno))", errno: errno)
  }

  package var description: String { message }
}
