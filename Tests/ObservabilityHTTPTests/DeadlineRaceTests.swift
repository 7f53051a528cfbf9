// Can the end of a wait, its cancellation and its deadline come in each other's way?

import ObservabilityPlatform
import Synchronization
import TestSupport
import Testing

@Suite("A wait with a deadline", .timeLimit(.minutes(30)))
struct DeadlineRaceTests {
  private typealias End = @Sendable (OffLoopOutcome<Int>) -> Void

  @Test("ends when it is over and cancelled at the same moment, and so does whoever ends and cancels it")
  func overAndCancelled() async {
    let rounds = 3000
    let clock = ManualClock()
    let done = Atomic<Int>(0)
    await onThread {
      for _ in 0..<rounds {
        let end = Locked<End?>(nil)
        let task = Task.detached {
          await outcome(within: .seconds(3600), timer: clock) { (take: @escaping End) in
            end.withLock { $0 = take }
            return {}
          }
        }
        while end.withLock({ $0 == nil }) { usleep(10) }
        let arrived = Atomic<Int>(0)
        onThreads(2) { index in
          let take = end.withLock { $0 }
          arrived.wrappingAdd(1, ordering: .sequentiallyConsistent)
          while arrived.load(ordering: .sequentiallyConsistent) < 2 {}
          if index == 0 { take?(.finished(1)) } else { task.cancel() }
        }
        _ = waiting { await task.value }
        done.wrappingAdd(1, ordering: .relaxed)
      }
    }
    #expect(done.load(ordering: .relaxed) == rounds)
  }
}
