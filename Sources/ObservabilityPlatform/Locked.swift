// How do threads share one value?

/// A value that one thread at a time may touch. For a section without a value there is ``Lock``: an empty value shares
/// its address with something else, and the thread sanitizer takes the one for the other.
package final class Locked<Value>: @unchecked Sendable {
  @usableFromInline let mutex: PlatformMutex
  // Whoever has the mutex has it alone; the checks of the language would cost as much as the mutex.
  @exclusivity(unchecked) @usableFromInline var value: Value

  @inlinable
  package init(_ value: sending Value) {
    self.value = value
    mutex = PlatformMutex()
  }

  deinit { mutex.destroy() }

  /// Runs `body` with the value while no other thread has it.
  ///
  /// Not recursive: `body` must not lock it again, nor call anything that belongs to a host. Keep it short, others
  /// wait meanwhile.
  @inlinable
  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    mutex.lock()
    defer { mutex.unlock() }
    return try body(&value)
  }
}
