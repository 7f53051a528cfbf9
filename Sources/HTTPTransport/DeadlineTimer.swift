// Which clock ends a wait for work that runs elsewhere?

package import SocketIO

/// A pending timer that can be called off, from any thread.
package protocol DeadlineToken: Sendable {
  /// Calls the timer off. Nothing happens when it has fired.
  func cancel()
}

/// Something that runs an action after a while: an `EventLoop`, or the runtime where there is no loop.
package protocol DeadlineTimer: Sendable {
  associatedtype Token: DeadlineToken

  func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token
}

extension LoopTimer: DeadlineToken {}
extension EventLoop: DeadlineTimer {}

/// Timers by `Task.sleep`, for endpoints mounted in a server that has no loop of ours. They are late
/// when the cooperative pool is exhausted, which a loop's timers are not.
package struct TaskSleepTimer: DeadlineTimer {
  package struct Token: DeadlineToken {
    let task: Task<Void, Never>
    package func cancel() { task.cancel() }
  }

  package init() {}

  package func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token {
    Token(
      task: Task.detached {
        do { try await Task.sleep(for: max(.zero, delay)) } catch { return }
        fire()
      })
  }
}
