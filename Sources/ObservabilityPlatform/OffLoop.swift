// How does work that is not moving bytes leave the loop, and come back in time?
// What a loop's task calls, it runs on the loop's thread. So everything of the host's (checks,
// collectors, hashing) goes through this one function, and nothing waits for it beyond
// a deadline that does not depend on the pool the work runs in.

/// Runs `work` on the global pool, in a task of its own, and waits for it until the deadline.
///
/// At the deadline, or when the calling task is cancelled (`failed(CancellationError())`), the work is
/// cancelled and no longer waited for; a result that still comes is dropped. Work that ignores its
/// cancellation keeps its thread, not the caller.
///
/// - Parameters:
///   - limit: the longest wait; zero or less gives the work no time at all.
///   - timer: what measures it. On a loop: that loop.
///   - owner: whose work it is: what one does when it is cancelled holds up no other.
package func offLoop<Value: Sendable>(
  within limit: Duration, timer: any OneShotTimer, of owner: String = "",
  _ work: @escaping @Sendable () async throws -> Value
) async -> OffLoopOutcome<Value> {
  await outcome(within: limit, timer: timer) { end in
    let isOver = OnceSet()
    let task = Task.detached {
      let outcome: OffLoopOutcome<Value>
      do { outcome = .finished(try await work()) } catch { outcome = .failed(error) }
      // What ends by itself is not cancelled at its end.
      isOver.set()
      end(outcome)
    }
    return { if !isOver.isSet { task.cancelElsewhere(of: owner) } }
  }
}
