// How do threads share several values that are not in one place?

/// A mutual-exclusion lock, for values that live beside it. Where one value will do, use ``Locked``.
package final class Lock: @unchecked Sendable {
  @usableFromInline let mutex: PlatformMutex

  package init() { mutex = PlatformMutex() }

  deinit { mutex.destroy() }

  // Where what is locked and what is given back are not in one place.
  @inlinable package func lock() { mutex.lock() }
  @inlinable package func tryLock() -> Bool { mutex.tryLock() }
  @inlinable package func unlock() { mutex.unlock() }

  /// Runs `body` while no other thread is inside this lock. Not recursive.
  @inlinable
  package func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    mutex.lock()
    defer { mutex.unlock() }
    return try body()
  }
}
