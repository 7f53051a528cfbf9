// How does a test tell another thread that something has happened?

import ObservabilityPlatform
import Synchronization

/// Something that has happened, or not yet. From any thread.
package final class Flag: Sendable {
  private let value = Atomic<Bool>(false)

  package init() {}

  package var isSet: Bool { value.load(ordering: .acquiring) }
  package func set() { value.store(true, ordering: .releasing) }

  /// Blocks the calling thread until it has happened, within ``patience``. On a thread of the pool, the flag has to
  /// be set by a thread that is none of the pool's, which may have no other.
  package func waitBlocking() {
    let end = ContinuousClock.now + patience
    while !isSet, ContinuousClock.now < end { usleep(1000) }
  }
}

/// How often something has happened. From any thread.
package final class FlagCount: Sendable {
  private let count = Atomic<Int>(0)

  package init() {}

  package var value: Int { count.load(ordering: .acquiring) }
  package func add() { count.add(1, ordering: .acquiringAndReleasing) }
}
