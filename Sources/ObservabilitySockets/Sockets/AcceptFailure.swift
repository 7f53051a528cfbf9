// What does a failed accept mean for a server? None of these may end it.

import ObservabilityPlatform
import CObservabilityShims

/// What an error of `accept(2)` asks for.
package enum AcceptFailure: Sendable, Equatable {
  /// That connection is gone; the next may be accepted at once.
  case connectionGone
  /// The process or the system has run out of descriptors or memory: accept again after a pause.
  case outOfResources
  /// The listening socket itself cannot be used any more.
  case listenerUnusable
  /// Anything else: accept again after a pause.
  case other

  /// Classifies an error number by accept(2), whose list includes the pending network errors of the
  /// new connection itself.
  package init(errno: Int32) {
    switch errno {
    case ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, EOPNOTSUPP,
      ENETUNREACH, ETIMEDOUT, ECONNRESET:
      self = .connectionGone
    case EMFILE, ENFILE, ENOBUFS, ENOMEM:
      self = .outOfResources
    case EBADF, EINVAL, ENOTSOCK, EFAULT:
      self = .listenerUnusable
    default:
      self = .other
    }
  }
}
