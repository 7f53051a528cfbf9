// Which thread moves the bytes, and how does work get onto it?
// One loop is one thread. As a SerialExecutor it is an actor's; as a TaskExecutor it is preferred by
// that actor's tasks; so a request is served without a hop through the cooperative pool, and is still
// served when the host has blocked every thread of that pool.

import ObservabilityPlatform
import CObservabilityShims
import Synchronization

/// One thread that waits in `poll(2)` for descriptors, timers and jobs, and runs what becomes ready.
///
/// The loop must be ended with `shutdown()`: its thread keeps it. Everything is callable from any
/// thread; what is `confined` to the loop in this module's comments runs on its thread only.
package final class EventLoop: SerialExecutor, TaskExecutor, OneShotTimer, @unchecked Sendable {
  /// The name of the thread.
  package let name: String

  // Shared, guarded by `lock`.
  let lock = Lock()
  var submitted: [LoopWork] = []
  var isWakeSignalled = false
  var stage = Stage.running
  var isDrainerRunning = false
  var thread: SystemThread?
  var wakeEnds: (read: Int32, write: Int32) = (-1, -1)

  // Readable from any thread.
  private let currentThread = Atomic<UInt>(0)
  let isStopping = Atomic<Bool>(false)
  let clockOffset = Atomic<Int64>(0)
  /// How long the loop works, in nanoseconds, before it looks at its descriptors again.
  let slice: Int64
  let actors = ActorExecutor()
  let counters = LoopCounters()

  // Confined to the loop.
  var queue: [LoopWork] = []
  var spare: [LoopWork] = []
  /// What comes before all that waits in the queue.
  var urgent: [LoopWork] = []
  private var isUrgent = false
  /// Who has given up a turn, in that order.
  var turns: [UnsafeContinuation<Void, Never>] = []
  var timers = TimerHeap()
  let pollSet = PollSet()
  /// Set at the loop's end: no wait may begin any more.
  var isFinishing = false
  /// The loop's clock as it was when the present iteration began, in nanoseconds.
  package internal(set) var time: Int64 = 0

  enum Stage { case running, stopping, stopped }

  /// Starts the thread.
  ///
  /// - Parameter slice: how long the loop works before it looks at its descriptors again.
  /// - Throws: `SocketError` when the system gives no pipe or no thread.
  package init(name: String, slice: Duration = .milliseconds(1)) throws(SocketError) {
    self.name = name
    self.slice = slice.clampedNanoseconds
    var ends: [Int32] = [-1, -1]
    let status = mailobs_pipe(&ends)
    guard status == 0 else {
      throw .systemCall("making the wake-up pipe of the event loop \"\(name)\"", errno: -status)
    }
    wakeEnds = (ends[0], ends[1])
    pollSet.watchWakeUps(of: ends[0])
    time = clock()
    actors.loop = self
    do throws(SystemError) {
      try lock.withLock { () throws(SystemError) in try startThread { $0.runUntilStopped() } }
    } catch {
      closeWakeEnds()
      throw .systemCall(error.action, errno: error.code)
    }
  }

  // MARK: Executor

  /// Takes a job of a task that prefers this executor.
  package func enqueue(_ job: consuming ExecutorJob) { enqueue(.job(UnownedJob(job))) }

  /// The executor of actors on this loop: the same thread, told apart by where its jobs come in. A job of
  /// a nonisolated function, run as if it were an actor's, would be queued anew at every call of a
  /// further nonisolated function.
  package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: actors)
  }

  func enqueue(_ work: LoopWork) {
    guard isCurrent else { return submit(work) }
    if isUrgent { urgent.append(work) } else { queue.append(work) }
  }

  /// Lets what `body` queues come before all that waits already, however much that is. Whoever uses it bounds how much
  /// that comes to. Confined to the loop.
  package func urgently(_ body: () -> Void) {
    let before = isUrgent
    isUrgent = true
    body()
    isUrgent = before
  }

  // MARK: Work

  /// Whether the caller runs on the loop's thread.
  package var isCurrent: Bool { currentThread.load(ordering: .relaxed) == SystemThread.current }

  /// Runs `action` on the loop, after what is queued already. Work handed to a loop that has stopped
  /// still runs, on a thread of its own, one after the other: no task hangs because its loop ended.
  package func execute(_ action: @escaping @Sendable () -> Void) {
    enqueue(.action(action))
  }

  /// Runs `action` on the loop once `delay` has passed (at once for zero and below), unless cancelled.
  ///
  /// A timer still pending when the loop stops never fires.
  @discardableResult
  package func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> LoopTimer {
    let due = clock().clampedAdding(max(0, delay.clampedNanoseconds))
    let timer = LoopTimer(loop: self, due: due, action: action)
    if isCurrent {
      timers.schedule(timer.entry, due: due)
    } else {
      execute { [self] in
        if !timer.isSettled { timers.schedule(timer.entry, due: due) }
      }
    }
    return timer
  }

  /// The time by the clock that deadlines are given in.
  package var now: ContinuousClock.Instant {
    .now.advanced(by: .nanoseconds(clockOffset.load(ordering: .relaxed)))
  }

  /// Moves the loop's clock on, as if the time had passed: for tests of deadlines.
  package func advanceClock(by duration: Duration) {
    clockOffset.wrappingAdd(duration.clampedNanoseconds, ordering: .relaxed)
    execute {}
  }

  /// Nanoseconds of the loop's clock, read now.
  package func clock() -> Int64 {
    mailobs_continuous_nanoseconds().clampedAdding(clockOffset.load(ordering: .relaxed))
  }

  /// A deadline of the callers' clock in nanoseconds of the loop's.
  package func nanoseconds(of instant: ContinuousClock.Instant?) -> Int64 {
    guard let instant else { return .max }
    return clock().clampedAdding(now.duration(to: instant).clampedNanoseconds)
  }

  // MARK: Threads

  /// Starts a thread that runs `body` as the loop's. The caller holds `lock`.
  func startThread(_ body: @escaping @Sendable (EventLoop) -> Void) throws(SystemError) {
    thread = try SystemThread.start(name: name) { [self] in
      beCurrent { body(self) }
    }
  }

  /// Makes the calling thread the loop's for the length of `body`.
  func beCurrent(_ body: () -> Void) {
    currentThread.store(SystemThread.current, ordering: .relaxed)
    body()
    currentThread.store(0, ordering: .relaxed)
  }
}

/// What is run on a loop.
enum LoopWork {
  case job(UnownedJob)
  case actorJob(UnownedJob)
  case action(@Sendable () -> Void)
  /// Bytes have come for somebody who may take them without being resumed.
  case readable(Descriptor)
}

/// Where the jobs of a loop's actors come in. It lives as long as its loop, which sets itself here
/// before anything else can know of either.
final class ActorExecutor: SerialExecutor, @unchecked Sendable {
  unowned(unsafe) fileprivate var loop: EventLoop?

  func enqueue(_ job: consuming ExecutorJob) { loop?.enqueue(.actorJob(UnownedJob(job))) }

  func checkIsolated() {
    precondition(loop?.isCurrent == true, "not on the thread of the event loop")
  }
}
