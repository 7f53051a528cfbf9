// Where does a host's closure run that may block, so that it holds up nothing but itself?

/// An executor of tasks on a thread of its own, which lives for as long as there is something to run.
///
/// The cooperative pool has as many threads as the machine has processors, so a few closures that block would stop the
/// whole process. Here one blocks only what is run by the same executor. Where the system gives no thread, the pool runs
/// the tasks.
package final class OwnThreadExecutor: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var hasThread = false
  }

  private let name: String
  private let state = Locked(State())

  /// - Parameter name: what debuggers call the thread.
  package init(name: String) { self.name = name }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let needsThread = state.withLock { state in
      state.jobs.append(job)
      defer { state.hasThread = true }
      return !state.hasThread
    }
    guard needsThread else { return }
    do throws(SystemError) {
      try SystemThread.start(name: name) { [self] in
        while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
      }.detach()
    } catch {
      while let job = next() { globalConcurrentExecutor.enqueue(job) }
    }
  }

  /// The next job; nil ends the thread.
  private func next() -> UnownedJob? {
    state.withLock { state in
      guard !state.jobs.isEmpty else {
        state.hasThread = false
        return nil
      }
      return state.jobs.removeFirst()
    }
  }
}
