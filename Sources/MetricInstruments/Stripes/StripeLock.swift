// How is one stripe locked, for a few stores and never across a call?

import CObservabilityShims
import ObservabilityPlatform
import Synchronization

/// One word, taken with one atomic operation and given back with a plain store.
///
/// A writer that finds it taken goes to another stripe rather than wait (see `Histogram`), so it spins only when
/// every stripe is taken, and then yields the processor: the holder may have been preempted.
enum StripeLock {
  typealias Word = Atomic<UInt32>

  // An exchange cannot fail and costs less than a compare-and-exchange; over a taken lock it writes what is there.
  @inline(__always)
  static func tryLock(_ word: UnsafeMutablePointer<Word>) -> Bool {
    word.pointee.exchange(1, ordering: .acquiring) == 0
  }

  static func lock(_ word: UnsafeMutablePointer<Word>) {
    var spins = 0
    while !tryLock(word) {
      // Looked at and not written while it is taken, or its line would go back and forth.
      while word.pointee.load(ordering: .relaxed) != 0 {
        spins &+= 1
        if spins & 63 == 0 { sched_yield() } else { mailobs_spin_hint() }
      }
    }
  }

  @inline(__always)
  static func unlock(_ word: UnsafeMutablePointer<Word>) {
    word.pointee.store(0, ordering: .releasing)
  }
}
