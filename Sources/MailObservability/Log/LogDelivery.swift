// On which thread does the host hear of what the library would otherwise print, and how often?

import ObservabilityPlatform

/// Calls the host's log closure: one call at a time, in order, on a thread that belongs to neither the
/// cooperative pool nor a server's event loop, so that a logger which blocks delays nothing else. Messages
/// that are alike are limited by ``LogThrottle``; those for which there is no room any more are counted with
/// them.
final class LogDelivery: Sendable {
  /// The most messages that wait for the host.
  static let queueLimit = 256

  private struct State {
    var throttle = LogThrottle()
    var flush: (any OneShotTimerToken)?
    var isOver = false
  }

  private let log: @Sendable (LogMessage) -> Void
  private let timer: any OneShotTimer
  private let now: @Sendable () -> Duration
  // One thread: with more, the order would be lost.
  private let threads = BlockingThreads(limit: 1, queueLimit: LogDelivery.queueLimit)
  private let state = Locked(State())

  /// - Parameters:
  ///   - timer: what ends the windows of the throttle.
  ///   - now: a time that never goes back.
  init(
    to log: @escaping @Sendable (LogMessage) -> Void, timer: any OneShotTimer,
    now: @escaping @Sendable () -> Duration
  ) {
    self.log = log
    self.timer = timer
    self.now = now
  }

  convenience init(to log: @escaping @Sendable (LogMessage) -> Void, timer: any OneShotTimer) {
    let origin = ContinuousClock.now
    self.init(to: log, timer: timer, now: { origin.duration(to: .now) })
  }

  deinit { state.withLock { $0.flush }?.cancel() }

  /// Hands over a message, and returns at once.
  func send(_ level: LogMessage.Level, _ text: String) {
    let now = now()
    let message = LogMessage(level, text)
    state.withLock { state in
      deliver(state.throttle.take(message, at: now), &state, at: now)
      arm(&state, at: now)
    }
  }

  /// Hands over what is held back, and uses the timer no longer.
  func end() {
    let now = now()
    state.withLock { state in
      state.isOver = true
      state.flush?.cancel()
      state.flush = nil
      deliver(state.throttle.flush(at: nil), &state, at: now)
    }
  }

  private func deliver(_ messages: [LogMessage], _ state: inout State, at now: Duration) {
    for message in messages {
      do throws(BlockingThreads.Refusal) {
        try threads.submit { [log] in log(message) }
      } catch {
        state.throttle.count(lost: message, at: now)
      }
    }
  }

  private func arm(_ state: inout State, at now: Duration) {
    guard !state.isOver, state.flush == nil, let next = state.throttle.nextFlush else { return }
    state.flush = timer.schedule(after: max(next - now, .zero)) { [weak self] in self?.flush() }
  }

  private func flush() {
    let now = now()
    state.withLock { state in
      guard !state.isOver else { return }
      state.flush = nil
      deliver(state.throttle.flush(at: now), &state, at: now)
      arm(&state, at: now)
    }
  }
}
