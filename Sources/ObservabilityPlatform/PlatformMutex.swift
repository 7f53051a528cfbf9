// Which lock of the system is behind ours?

/// A POSIX mutex at an address of its own. Whoever holds it destroys it.
///
/// Not `Synchronization.Mutex`: on Linux the thread sanitizer does not see its operations and reports races that
/// are none, and its runs have to be meaningful.
@usableFromInline
struct PlatformMutex {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>

  @usableFromInline
  init() {
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
  }

  @usableFromInline
  func destroy() {
    pthread_mutex_destroy(mutex)
    mutex.deinitialize(count: 1)
    mutex.deallocate()
  }

  @usableFromInline
  func lock() { pthread_mutex_lock(mutex) }

  /// False, with nothing changed, while somebody has it.
  @usableFromInline
  func tryLock() -> Bool { pthread_mutex_trylock(mutex) == 0 }

  @usableFromInline
  func unlock() { pthread_mutex_unlock(mutex) }

  func withLock<Result>(_ body: () -> Result) -> Result {
    lock()
    defer { unlock() }
    return body()
  }
}
