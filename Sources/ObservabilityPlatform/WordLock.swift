// How is a small thing guarded, for a few stores and never across a call, without an object of its own?

import CObservabilityShims
package import Synchronization

/// A lock of one word, taken with one atomic operation and given back with a plain store.
///
/// Whoever finds it taken goes elsewhere if there is another (see `Histogram`), or spins, and then yields the
/// processor: the holder may have been preempted. Where more than a few stores are guarded, or threads often
/// meet, there are ``Lock`` and ``Locked``.
package struct WordLock: ~Copyable, Sendable {
  @usableFromInline let word = Atomic<UInt32>(0)

  @inlinable package init() {}

  // An exchange cannot fail and costs less than a compare-and-exchange; over a taken lock it writes what is there.
  @inlinable @inline(__always)
  package func tryLock() -> Bool { word.exchange(1, ordering: .acquiring) == 0 }

  @inlinable @inline(__always)
  package func lock() { if !tryLock() { wait() } }

  @inlinable @inline(__always)
  package func unlock() { word.store(0, ordering: .releasing) }

  @inlinable @inline(__always)
  package func withLock<Result>(_ body: () -> Result) -> Result {
    lock()
    defer { unlock() }
    return body()
  }

  @usableFromInline @inline(never)
  func wait() {
    var spins = 0
    repeat {
      // Looked at and not written while it is taken, or its line would go back and forth.
      while word.load(ordering: .relaxed) != 0 {
        spins &+= 1
        if spins & 63 == 0 { sched_yield() } else { mailobs_spin_hint() }
      }
    } while !tryLock()
  }
}
