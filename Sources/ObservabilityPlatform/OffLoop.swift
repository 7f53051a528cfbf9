// How does work that is not moving bytes leave the loop, and come back in time?
// What a loop's task calls, it runs on the loop's thread. So everything of the host's (checks,
// collectors, encoding, hashing) goes through this one function, and nothing waits for it beyond
// a deadline that does not depend on the pool the work runs in.

/// How work off the loop ended.
package enum OffLoopOutcome<Value: Sendable>: Sendable {
  case finished(Value)
  case failed(any Error)
  case deadlineExceeded
}

/// Runs `work` on the global pool, in a task of its own, and waits for it until the deadline.
///
/// At the deadline, or when the calling task is cancelled (`failed(CancellationError())`), the work is
/// cancelled and no longer waited for; a result that still comes is dropped. Work that ignores its
/// cancellation keeps its thread, not the caller.
///
/// - Parameters:
///   - limit: the longest wait; zero or less gives the work no time at all.
///   - timer: what measures it. On a loop: that loop.
package func offLoop<Value: Sendable>(
  within limit: Duration, timer: any OneShotTimer,
  _ work: @escaping @Sendable () async throws -> Value
) async -> OffLoopOutcome<Value> {
  let race = Race<Value>()
  return await withTaskCancellationHandler {
    await withUnsafeContinuation { continuation in
      race.begin(continuation)
      race.started(
        work: Task.detached {
          do {
            race.end(.finished(try await work()))
          } catch {
            race.end(.failed(error))
          }
        },
        token: timer.schedule(after: limit) { race.end(.deadlineExceeded) })
    }
  } onCancel: {
    race.end(.failed(CancellationError()))
  }
}

/// Lets the first outcome through, and calls off what has lost.
private final class Race<Value: Sendable>: @unchecked Sendable {
  private let lock = Lock()
  private var continuation: UnsafeContinuation<OffLoopOutcome<Value>, Never>?
  private var outcome: OffLoopOutcome<Value>?
  private var work: Task<Void, Never>?
  private var token: (any OneShotTimerToken)?

  /// Hands over who waits; resumes at once when a cancellation has come first.
  func begin(_ continuation: UnsafeContinuation<OffLoopOutcome<Value>, Never>) {
    let early = lock.withLock { () -> OffLoopOutcome<Value>? in
      if outcome == nil { self.continuation = continuation }
      return outcome
    }
    if let early { continuation.resume(returning: early) }
  }

  /// Keeps what is to be called off at the end, or calls it off when that has been.
  func started(work: Task<Void, Never>, token: any OneShotTimerToken) {
    let isOver = lock.withLock { () -> Bool in
      if outcome == nil {
        self.work = work
        self.token = token
      }
      return outcome != nil
    }
    if isOver {
      work.cancel()
      token.cancel()
    }
  }

  func end(_ result: OffLoopOutcome<Value>) {
    typealias Loser = (
      UnsafeContinuation<OffLoopOutcome<Value>, Never>?, Task<Void, Never>?, (any OneShotTimerToken)?
    )
    let (continuation, work, token) = lock.withLock { () -> Loser in
      guard outcome == nil else { return (nil, nil, nil) }
      outcome = result
      defer { (self.continuation, self.work, self.token) = (nil, nil, nil) }
      return (self.continuation, self.work, self.token)
    }
    token?.cancel()
    work?.cancel()
    continuation?.resume(returning: result)
  }
}
