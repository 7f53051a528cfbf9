// How is something waited for that may come too late, or never?

/// How a wait with a deadline ended.
package enum OffLoopOutcome<Value: Sendable>: Sendable {
  case finished(Value)
  case failed(any Error)
  case deadlineExceeded
}

/// Starts something and waits for its outcome, until the deadline.
///
/// At the deadline, or when the calling task is cancelled (`failed(CancellationError())`), what was started is called
/// off and no longer waited for; an outcome that still comes is dropped.
///
/// - Parameters:
///   - limit: the longest wait; zero or less gives no time at all.
///   - timer: what measures it. On a loop: that loop.
///   - start: called once, on the caller's thread. It is given what takes the outcome, from any thread and as often as
///     one likes: the first counts. It returns what calls off that which it has started, which is called once, also
///     after an outcome.
package func outcome<Value: Sendable>(
  within limit: Duration, timer: any OneShotTimer,
  of start: (@escaping @Sendable (OffLoopOutcome<Value>) -> Void) -> @Sendable () -> Void
) async -> OffLoopOutcome<Value> {
  let race = DeadlineRace<Value>()
  // What resumes may come before what waits is asleep, and only a lock orders the two then for whoever has to see it.
  defer { race.passed() }
  return await withTaskCancellationHandler {
    await withUnsafeContinuation { continuation in
      race.begin(continuation)
      race.started(
        callOff: start { race.end($0) }, token: timer.schedule(after: limit) { race.end(.deadlineExceeded) })
    }
  } onCancel: {
    race.end(.failed(CancellationError()))
  }
}

/// Lets the first outcome through, and calls off what has lost.
private final class DeadlineRace<Value: Sendable>: @unchecked Sendable {
  private let lock = PlatformMutex()
  /// Held while who waits is resumed. Not the other one: a task that is being cancelled is locked by the system, which
  /// asks for that one then, and resuming asks for the task's.
  private let resuming = PlatformMutex()
  private var continuation: UnsafeContinuation<OffLoopOutcome<Value>, Never>?
  private var outcome: OffLoopOutcome<Value>?
  private var callOff: (@Sendable () -> Void)?
  private var token: (any OneShotTimerToken)?

  deinit {
    lock.destroy()
    resuming.destroy()
  }

  /// Hands over who waits; resumes at once when a cancellation has come first.
  func begin(_ continuation: UnsafeContinuation<OffLoopOutcome<Value>, Never>) {
    let early = lock.withLock { () -> OffLoopOutcome<Value>? in
      if outcome == nil { self.continuation = continuation }
      return outcome
    }
    if let early { continuation.resume(returning: early) }
  }

  /// Keeps what is to be called off at the end, or calls it off when that has been.
  func started(callOff: @escaping @Sendable () -> Void, token: any OneShotTimerToken) {
    let isOver = lock.withLock { () -> Bool in
      if outcome == nil {
        self.callOff = callOff
        self.token = token
      }
      return outcome != nil
    }
    if isOver {
      callOff()
      token.cancel()
    }
  }

  func end(_ result: OffLoopOutcome<Value>) {
    lock.lock()
    guard outcome == nil else { return lock.unlock() }
    outcome = result
    let (continuation, callOff, token) = (continuation, callOff, token)
    (self.continuation, self.callOff, self.token) = (nil, nil, nil)
    lock.unlock()
    token?.cancel()
    callOff?()
    if let continuation { resuming.withLock { continuation.resume(returning: result) } }
  }

  /// Who waited goes on, after whoever has resumed it.
  func passed() { resuming.withLock {} }
}
