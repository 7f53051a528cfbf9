// How does the library start a thread of its own?

import CObservabilityShims

/// A thread outside of the cooperative pool.
///
/// Signals belong to the host's threads, so all are blocked on this one, but for those that a fault raises on the very
/// thread (SIGSEGV and the like) and SIGPROF: a crash in a host's code still reaches the host's handlers, and a profiler
/// sees the thread.
package struct SystemThread: Sendable {
  private let handle: UInt

  /// Starts a thread that runs `body` and ends. Exactly one of `join()` and `detach()` is to be called.
  ///
  /// - Parameters:
  ///   - name: what debuggers and `ps` call it; of which the system keeps the first 15 bytes.
  ///   - stackSize: bytes, nil for the system's own size.
  /// - Throws: `SystemError` when the system gives no thread.
  package static func start(
    name: String, stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) -> SystemThread {
    let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
    var created: UInt = 0
    let status = mailobs_start_thread(
      { context in
        guard let context else { return nil }
        let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
        mailobs_name_this_thread(start.name)
        start.body()
        return nil
      }, start.toOpaque(), stackSize ?? 0, &created)
    guard status == 0 else {
      start.release()
      throw SystemError(code: -status, action: "starting the thread \"\(name)\"")
    }
    return SystemThread(handle: created)
  }

  /// Waits until the thread has ended.
  package func join() { mailobs_join_thread(handle) }

  /// Lets the thread end by itself.
  package func detach() { mailobs_detach_thread(handle) }

  /// What tells the calling thread from every other one that runs.
  package static var current: UInt { mailobs_current_thread() }

  /// What the system calls the calling thread, as in `/proc/self/task`; 0 where it has no number for it.
  package static var currentNumber: Int { Int(mailobs_thread_number()) }

  /// Lets the threads that mail waits for go first, for the rest of the calling thread's life; where the system knows
  /// this of a thread.
  package static func lowerPriority() { mailobs_lower_thread_priority() }

  /// The nice value of the calling thread: 0 unless it was changed, higher for a lower priority.
  package static var niceness: Int { Int(mailobs_thread_priority()) }

  /// Whether this is the calling thread.
  package var isCurrent: Bool { handle == SystemThread.current }
}

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}
