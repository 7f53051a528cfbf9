// Are calls that block kept to a bounded number of threads?

import TestSupport
@testable import HealthProbes
import ObservabilityPlatform
import Testing

@Suite("Threads for blocking calls")
struct BlockingThreadsTests {
  /// Holds threads, not tasks.
  final class Latch: Sendable {
    private let isOpen = Locked(false)
    let held = Locked(0)

    func hold() {
      held.withLock { $0 += 1 }
      while !isOpen.withLock({ $0 }) { blockThread(milliseconds: 1) }
    }

    func open() { isOpen.withLock { $0 = true } }
  }

  #if os(Linux)
    @Test("may have a lower priority, which is that of no other thread")
    func priority() {
      let found = Locked<[Int]>([])
      onThreads(1) { _ in
        found.withLock { $0.append(SystemThread.niceness) }
        SystemThread.lowerPriority()
        found.withLock { $0.append(SystemThread.niceness) }
      }
      onThreads(1) { _ in found.withLock { $0.append(SystemThread.niceness) } }
      let values = found.withLock { $0 }
      #expect(values.count == 3 && values[1] > values[0] && values[2] == values[0], "\(values)")
    }
  #endif

  @Test("are as many as the limit and no more, and end when the work is done")
  func limit() async throws {
    let threads = BlockingThreads(limit: 3, queueLimit: 100)
    let latch = Latch()
    let done = Locked(0)
    for _ in 0..<20 {
      try threads.submit {
        latch.hold()
        done.withLock { $0 += 1 }
      }
    }
    #expect(await eventually { latch.held.withLock { $0 } == 3 })
    #expect(threads.threadCount == 3)
    latch.open()
    #expect(await eventually { done.withLock { $0 } == 20 })
    #expect(await eventually { threads.threadCount == 0 })
  }

  @Test("refuse work when the queue is full")
  func queueLimit() async throws {
    let threads = BlockingThreads(limit: 1, queueLimit: 2)
    let latch = Latch()
    try threads.submit { latch.hold() }
    #expect(await eventually { latch.held.withLock { $0 } == 1 })
    try threads.submit {}
    try threads.submit {}
    #expect(throws: BlockingThreads.Refusal.queueIsFull) { try threads.submit {} }
    await #expect(throws: BlockingThreads.Refusal.queueIsFull) { try await threads.run {} }
    latch.open()
    #expect(await eventually { threads.threadCount == 0 })
  }

  @Test("return values and errors to the waiting task")
  func results() async throws {
    let threads = BlockingThreads(limit: 2, queueLimit: 10)
    #expect(try await threads.run { 42 } == 42)
    await #expect(throws: Broken.self) {
      try await threads.run { throw Broken(description: "no") }
    }
  }

  @Test("let go of a cancelled call that has not begun, and keep one that has")
  func cancellation() async throws {
    let threads = BlockingThreads(limit: 1, queueLimit: 10)
    let latch = Latch()
    let begun = Task {
      try await threads.run {
        latch.hold()
        return 1
      }
    }
    #expect(await eventually { latch.held.withLock { $0 } == 1 })
    let queued = Task { try await threads.run { 2 } }
    queued.cancel()
    await #expect(throws: CancellationError.self) { try await queued.value }
    begun.cancel()
    latch.open()
    #expect(try await begun.value == 1)
  }

  @Test("run work in the order of submission when there is one thread")
  func order() async throws {
    let threads = BlockingThreads(limit: 1, queueLimit: 1000)
    let seen = Locked<[Int]>([])
    for number in 0..<500 { try threads.submit { seen.withLock { $0.append(number) } } }
    #expect(await eventually { seen.withLock { $0.count } == 500 })
    #expect(seen.withLock { $0 } == Array(0..<500))
  }

  @Test("give no key more than its share, however many of its calls hang, and lose none of them")
  func shares() async throws {
    let threads = BlockingThreads(limit: 8, shareLimit: 2, queueLimit: 100)
    let latch = Latch()
    let done = Locked(0)
    for key in ["a", "b"] {
      for _ in 0..<20 {
        try threads.submit(key: key) {
          latch.hold()
          done.withLock { $0 += 1 }
        }
      }
    }
    #expect(await eventually { latch.held.withLock { $0 } == 4 })
    #expect(try await threads.run(key: "c") { 1 } == 1)
    #expect(latch.held.withLock { $0 } == 4)
    latch.open()
    #expect(await eventually { done.withLock { $0 } == 40 })
    #expect(await eventually { threads.threadCount == 0 })
  }

  @Test("are not taken from a check by those that hang, and one without a thread says so")
  func sharesOfChecks() async throws {
    let threads = BlockingThreads(limit: 3, shareLimit: 1, queueLimit: 100)
    let clock = ManualClock()
    let health = makeRegistry(clock)
    let latch = Latch()
    func add(_ name: String, key: String, hangs: Bool) throws {
      try health.add(
        HealthCheck(
          name, HealthCheck.Settings(), on: threads, key: key,
          blocking: {
            if hangs { latch.hold() }
            return HealthObservation(.pass)
          }))
    }
    for number in 0..<16 { try add("hanging\(number)", key: "mount", hangs: true) }
    try add("innocent", key: "disk", hangs: false)
    health.start(timer: clock)
    #expect(await eventually { latch.held.withLock { $0 } == 1 })
    #expect(await eventually { health.report().checks.last?.state == .pass })
    clock.advance(by: .seconds(1))
    let reasons = health.report().checks.filter { $0.state == .fail }.compactMap(\.reason)
    let plain = "no result within its deadline of 1 s"
    #expect(reasons.filter { $0 == plain }.count == 1, "the one that has a thread")
    #expect(reasons.filter { $0 == plain + ": waited for a free thread" }.count == 15)
    latch.open()
    #expect(await eventually { health.statistics.tasksInFlight == 0 })
  }
}
