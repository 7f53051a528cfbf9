// How is one span guarded, for a few stores, without an object or a system call of its own?

import CObservabilityShims
import ObservabilityPlatform
import Synchronization

/// A lock of one word. What is done with it held is short and calls nothing of a host's; a span is seldom
/// changed by two threads at once.
struct SpanLock: ~Copyable, Sendable {
  private let word = Atomic<UInt32>(0)

  @inline(__always)
  func withLock<Result>(_ body: () -> Result) -> Result {
    if word.exchange(1, ordering: .acquiring) != 0 { wait() }
    defer { word.store(0, ordering: .releasing) }
    return body()
  }

  @inline(never)
  private func wait() {
    var spins = 0
    repeat {
      // Looked at and not written while it is taken, or its line would go back and forth.
      while word.load(ordering: .relaxed) != 0 {
        spins &+= 1
        // The holder may have been preempted.
        if spins & 63 == 0 { sched_yield() } else { mailobs_spin_hint() }
      }
    } while word.exchange(1, ordering: .acquiring) != 0
  }
}
