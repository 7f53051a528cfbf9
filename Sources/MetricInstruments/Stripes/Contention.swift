// Do several threads fight over one word?

import CObservabilityShims
import ObservabilityPlatform
import Synchronization

/// Notices contention by asking, at a few of many additions, whether the one before was made by another thread.
///
/// A plain addition never fails, unlike an exchange, so nothing else would show it. Threads that merely follow one another
/// now and then are no contention: only ``limit`` changes of hands within a window are, which at one look in 256 additions
/// means more than some 30,000 additions a second. What a slower word loses on the way between processors is less than
/// one in 200 parts of their time, and a cell for each thread would not be worth its memory.
struct Contention: ~Copyable, Sendable {
  // A guess: loads and stores that race lose a look at the worst. The thread (32 bits), the window (24), the changes of
  // hands in it (8).
  private let word = Atomic<UInt64>(0)

  static let limit: UInt64 = 16
  /// Binary digits of a window's nanoseconds: 134 ms.
  private static let windowDigits: UInt64 = 27

  /// Notes that the calling thread was here; true when the word is contended.
  func isFound() -> Bool {
    let thread = UInt32(truncatingIfNeeded: mailobs_thread_identity() >> 4)
    return isFound(by: thread, at: MonotonicClock.systemNanoseconds)
  }

  /// Notes a thread; the time is only asked for when another one was here before.
  func isFound(by thread: UInt32, at now: () -> UInt64) -> Bool {
    let old = word.load(ordering: .relaxed)
    guard old >> 32 != UInt64(thread) else { return false }
    let window = now() >> Contention.windowDigits & 0xFF_FFFF
    let changes = old >> 8 & 0xFF_FFFF == window ? old & 0xFF &+ 1 : 1
    let isFound = changes >= Contention.limit
    word.store(UInt64(thread) << 32 | window << 8 | (isFound ? 0 : changes), ordering: .relaxed)
    return isFound
  }
}
