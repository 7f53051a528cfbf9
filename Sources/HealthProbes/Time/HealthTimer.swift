// Who wakes a registry up at a deadline?

/// Something that calls back later, on a thread that does not depend on the cooperative pool: an event loop.
package protocol HealthTimer: Sendable {
  /// Calls `fire` once, not before `after` has passed. Never calls it from within `schedule` itself, because
  /// the caller may hold a lock. Zero and negative durations mean as soon as possible.
  func schedule(after: Duration, _ fire: @escaping @Sendable () -> Void) -> any HealthTimerToken
}

/// A call that has been asked for.
package protocol HealthTimerToken: Sendable {
  /// Forgets the call. Without effect when it has been made or is being made. Does not wait.
  func cancel()
}

/// A timer for use without an event loop.
///
/// It sleeps in a task, so it fires late when the cooperative pool is exhausted: answers then come late too,
/// and the executor heartbeat cannot tell a stuck pool from a stopped process. A server uses its event loop.
package struct TaskSleepHealthTimer: HealthTimer {
  private struct Token: HealthTimerToken {
    let task: Task<Void, Never>
    func cancel() { task.cancel() }
  }

  package init() {}

  package func schedule(
    after delay: Duration, _ fire: @escaping @Sendable () -> Void
  ) -> any HealthTimerToken {
    Token(
      task: Task.detached {
        do { try await Task.sleep(for: max(delay, .zero)) } catch { return }
        fire()
      })
  }
}
