// How does a thread wait until another has changed a value?

/// A value that one thread at a time may touch, and that a thread can wait for.
package final class Signalled<Value>: @unchecked Sendable {
  private var value: Value
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>

  package init(_ value: sending Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    condition.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Wakes a thread that waits.
  package func signal() { pthread_cond_signal(condition) }

  package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body(&value)
  }

  /// Waits while `isWaiting` holds, asked anew after each signal, and then runs `body`.
  ///
  /// - Parameter limit: the longest wait, by the time of day, which may be set meanwhile.
  package func withLock<Result>(
    waitingAtMost limit: Duration, while isWaiting: (Value) -> Bool, body: (inout Value) -> Result
  ) -> Result {
    let end = (WallClock.now + limit).components
    var due = timespec()
    due.tv_sec = time_t(clamping: end.seconds)
    due.tv_nsec = Int(end.attoseconds / 1_000_000_000)
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while isWaiting(value) {
      guard pthread_cond_timedwait(condition, mutex, &due) == 0 else { break }
    }
    return body(&value)
  }
}
