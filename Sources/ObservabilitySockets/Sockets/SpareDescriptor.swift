// How can a connection be accepted when no descriptor is left?

import ObservabilityPlatform
import CObservabilityShims

/// A descriptor kept for nothing, given up when the process has no other, so that one more connection can
/// be accepted and answered. Confined to its loop.
package final class SpareDescriptor: @unchecked Sendable {
  private var fd: Int32 = -1

  package init() { acquire() }

  deinit { release() }

  package var isHeld: Bool { fd >= 0 }

  /// Takes a descriptor, if there is one and none is held.
  package func acquire() {
    if fd < 0 { fd = open("/dev/null", O_RDONLY | O_CLOEXEC) }
  }

  /// Gives the descriptor up.
  package func release() {
    if fd >= 0 { systemClose(fd) }
    fd = -1
  }
}
