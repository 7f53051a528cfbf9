// Where does the library's own work run that is too long for a loop and must not need the pool?

/// One thread for short work of the library's own, in the order of submission. No host code runs on it: whatever blocks
/// it blocks everything that is submitted to it.
///
/// The thread starts with the first work, waits a moment for more when there is none left, and ends.
package final class WorkerThread: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var isRunning = false
    var isStopped = false
  }

  private let name: String
  private let linger: Duration
  private let state = Signalled(State())

  /// - Parameters:
  ///   - name: what debuggers and `ps` call the thread; of which the system keeps the first 15 bytes.
  ///   - linger: how long it waits for further work before it ends. By the time of day, since nothing depends on it.
  package init(name: String, linger: Duration = .seconds(1)) {
    self.name = name
    self.linger = linger
  }

  /// Runs `work` after what was submitted before.
  ///
  /// - Throws: `SystemError` when there is no thread and the system gives none; the work is dropped then.
  package func submit(_ work: @escaping @Sendable () -> Void) throws(SystemError) {
    let needsThread = state.withLock { state in
      state.work.append(work)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    guard needsThread else { return state.signal() }
    do throws(SystemError) {
      try SystemThread.start(name: name) { [self] in run() }.detach()
    } catch {
      state.withLock { state in
        state.isRunning = false
        state.work = []
      }
      throw error
    }
  }

  /// Has the thread end as soon as nothing is left to do, now and after everything that is submitted later.
  package func stop() {
    state.withLock { $0.isStopped = true }
    state.signal()
  }

  private func run() {
    while let work = next() { work() }
  }

  /// The next work; nil when the thread is to end.
  private func next() -> (@Sendable () -> Void)? {
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
    let isOver = Locked(false)
    do {
      try thread.submit {
        if !isOver.withLock({ $0 }) { end(.finished(work())) }
      }
    } catch {
      end(.failed(error))
    }
    return { isOver.withLock { $0 = true } }
  }
}
