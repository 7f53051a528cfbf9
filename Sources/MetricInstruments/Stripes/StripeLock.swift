// How is one stripe locked, for a few stores and never across a call?

import ObservabilityPlatform
import Synchronization

/// One word, taken with one atomic operation and given back with a plain store.
///
/// A writer that finds it taken goes to another stripe rather than wait (see `Histogram`), so it spins only when
/// every stripe is taken, and then yields the processor: the holder may have been preempted.
enum StripeLock {
  typealias Word = Atomic<UInt32>

  @inline(__always)
  static func tryLock(_ word: UnsafeMutablePointer<Word>) -> Bool {
    word.pointee.load(ordering: .relaxed) == 0
      && word.pointee.compareExchange(expected: 0, desired: 1, ordering: .acquiring).exchanged
  }

  static func lock(_ word: UnsafeMutablePointer<Word>) {
    var spins = 0
    while !tryLock(word) {
      spins &+= 1
      if spins & 63 == 0 { sched_yield() }
    }
  }

  @inline(__always)
  static func unlock(_ word: UnsafeMutablePointer<Word>) {
    word.pointee.store(0, ordering: .releasing)
  }
}
