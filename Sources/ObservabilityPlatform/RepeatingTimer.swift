// Who looks again and again until it is told to stop?

/// Calls an action every so often, on its timer's thread, until ``stop()``.
package final class RepeatingTimer: Sendable {
  private let interval: Duration
  private let timer: any OneShotTimer
  private let action: @Sendable () -> Void
  /// Nil when it has been stopped.
  private let token = Locked<Pending?>(.notYet)

  private enum Pending {
    case notYet
    case call(any OneShotTimerToken)
  }

  /// Calls `action` for the first time after `interval`. It stops by itself when nobody holds it any more.
  package init(every interval: Duration, on timer: any OneShotTimer, _ action: @escaping @Sendable () -> Void)
  {
    self.interval = interval
    self.timer = timer
    self.action = action
    schedule()
  }

  deinit { stop() }

  /// Calls the action no more. One call may still be on its way.
  package func stop() {
    let last = token.withLock { token in
      defer { token = nil }
      return token
    }
    if case .call(let token) = last { token.cancel() }
  }

  private func schedule() {
    let next = timer.schedule(after: interval) { [weak self] in
      self?.action()
      self?.schedule()
    }
    let isStopped = token.withLock { token in
      guard token != nil else { return true }
      token = .call(next)
      return false
    }
    if isStopped { next.cancel() }
  }
}
