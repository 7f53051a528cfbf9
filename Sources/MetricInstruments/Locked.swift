// A value behind a lock, for everything off the hot path.

#if canImport(Darwin)
  internal import Darwin
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif

/// A value that one thread at a time may touch.
///
/// It is a `pthread_mutex_t` and not `Synchronization.Mutex`, because the thread sanitizer understands the one
/// and reports false races for the other on Linux.
package final class Locked<State>: @unchecked Sendable {
  // The mutex comes first: an empty state shares its address with what follows it, and the thread sanitizer would take
  // reading the one for an access to the other.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var state: State

  package init(_ state: State) {
    self.state = state
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deinitialize(count: 1)
    mutex.deallocate()
  }

  package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state)
  }
}
