// Where does the library's own work run that is too long for a loop and must not need the pool?

import Synchronization

/// One thread for short work of the library's own, in the order of submission. No host code runs on it: whatever blocks
/// it blocks everything that is submitted to it.
///
/// The thread starts with the first work, waits a moment for more when there is none left, and ends.
package final class WorkerThread: Sendable {
  /// A closure as it is, which costs less to put into a list than one alone.
  private struct Work: Sendable {
    let run: @Sendable () -> Void
  }

  private struct State {
    var work: [Work] = []
    var isRunning = false
    var isStopped = false
  }

  private let linger: Duration
  private let state = Signalled(State())
  private let start: @Sendable (@escaping @Sendable () -> Void) throws(SystemError) -> Void

  /// - Parameters:
  ///   - name: what debuggers and `ps` call the thread; of which the system keeps the first 15 bytes.
  ///   - linger: how long it waits for further work before it ends. By the time of day, since nothing depends on it.
  package convenience init(name: String, linger: Duration = .seconds(1)) {
    self.init(linger: linger) { body throws(SystemError) in
      try SystemThread.start(name: name, body).detach()
    }
  }

  /// - Parameter start: starts a thread that runs its argument.
  init(
    linger: Duration, start: @escaping @Sendable (@escaping @Sendable () -> Void) throws(SystemError) -> Void
  ) {
    self.linger = linger
    self.start = start
  }

  /// Runs `work` after what was submitted before.
  ///
  /// - Throws: `SystemError` when there is no thread and the system gives none; the work is dropped then.
  package func submit(_ work: @escaping @Sendable () -> Void) throws(SystemError) {
    // The thread is started with the lock held, so that nobody relies on one which then does not come.
    let problem = state.withLock { state -> SystemError? in
      if !state.isRunning {
        do throws(SystemError) {
          try start { [self] in run() }
        } catch {
          return error
        }
        state.isRunning = true
      }
      state.work.append(Work(run: work))
      return nil
    }
    if let problem { throw problem }
    state.signal()
  }

  /// Has the thread end as soon as nothing is left to do, now and after everything that is submitted later.
  package func stop() {
    state.withLock { $0.isStopped = true }
    state.signal()
  }

  private func run() {
    while let work = next() { work.run() }
  }

  /// The next work; nil when the thread is to end.
  private func next() -> Work? {
    state.withLock(waitingAtMost: linger) { state in
      state.work.isEmpty && !state.isStopped
    } body: { state in
      guard state.work.isEmpty else { return state.work.removeFirst() }
      state.isRunning = false
      return nil
    }
  }
}

/// Runs `work` on a thread of the library's own and waits for it until the deadline.
///
/// Work whose deadline comes before its turn is not begun; a result that comes after it is dropped.
///
/// - Parameters:
///   - limit: the longest wait; zero or less gives the work no time at all.
///   - timer: what measures it. On a loop: that loop.
package func outcome<Value: Sendable>(
  of work: @escaping @Sendable () -> Value, on thread: WorkerThread, within limit: Duration,
  timer: any OneShotTimer
) async -> OffLoopOutcome<Value> {
  await outcome(within: limit, timer: timer) { end in
    let isOver = OnceSet()
    do {
      try thread.submit {
        if !isOver.isSet { end(.finished(work())) }
      }
    } catch {
      end(.failed(error))
    }
    return { isOver.set() }
  }
}

/// Something that has happened, or not yet.
final class OnceSet: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
