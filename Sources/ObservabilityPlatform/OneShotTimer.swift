// Who calls back after a while, on a thread that no busy pool can hold up?

/// Something that runs an action once, later: an event loop, or the runtime where there is no loop.
package protocol OneShotTimer: Sendable {
  associatedtype Token: OneShotTimerToken

  /// Calls `fire` once, not before `delay` has passed; zero and negative delays mean as soon as possible.
  ///
  /// It is never called from within `schedule` itself, because the caller may hold a lock.
  func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token
}

/// A call that has been asked for.
package protocol OneShotTimerToken: Sendable {
  /// Calls it off, from any thread and without waiting. Nothing happens when it has been made or is being made.
  func cancel()
}

/// Timers by `Task.sleep`, for use without an event loop.
///
/// They are late when the cooperative pool is exhausted, which a loop's timers are not: answers then come late too,
/// and the executor heartbeat cannot tell a stuck pool from a stopped process.
package struct TaskSleepTimer: OneShotTimer {
  package struct Token: OneShotTimerToken {
    let task: Task<Void, Never>
    package func cancel() { task.cancel() }
  }

  /// The runtime adds a delay to its clock, and ends the process when that has no room: longer than this is for ever.
  private static let longest = Duration.seconds(100 * 365 * 86_400)

  package init() {}

  package func schedule(after delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Token {
    Token(
      task: Task.detached {
        do { try await Task.sleep(for: min(max(.zero, delay), Self.longest)) } catch { return }
        fire()
      })
  }
}
