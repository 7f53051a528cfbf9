// Which collectors has one scrape heard of, and how long does it wait for the others?

import MetricExposition
import MetricInstruments
import ObservabilityPlatform

/// What collectors have answered to one scrape, until it waits no longer.
final class CollectorAnswers: Sendable {
  private struct State {
    var outcomes: [CollectorRun.Outcome?]
    var missing: Int
    /// Whether nothing is waited for any more; what answers now is dropped.
    var isOver = false
    var waiter: UnsafeContinuation<Void, Never>?
    var timer: (any OneShotTimerToken)?
    /// How long it has been waited, by the timer.
    var waited = Duration.zero
  }

  private let asked: [Registry.NamedCollector]
  private let start = ContinuousClock.now
  private let state: Locked<State>

  init(_ asked: [Registry.NamedCollector]) {
    self.asked = asked
    state = Locked(State(outcomes: Array(repeating: nil, count: asked.count), missing: asked.count))
  }

  func add(_ result: Result<CollectorRun.Families, any Error>, at index: Int) {
    let outcome = outcome(result, at: index)
    let timer = state.withLock { state -> (any OneShotTimerToken)? in
      guard !state.isOver, state.outcomes[index] == nil else { return nil }
      state.outcomes[index] = outcome
      state.missing -= 1
      return state.missing == 0 ? Self.end(&state) : nil
    }
    timer?.cancel()
  }

  /// Waits until all have answered, the limit has passed, or the calling task is cancelled.
  ///
  /// - Parameters:
  ///   - interval: how often `look` is called meanwhile, on the timer's thread.
  ///   - look: gives up those whose answer is not worth waiting for.
  /// - Returns: how long it waited at the least, by the timer: in full when the limit has passed.
  func wait(
    within limit: Duration, timer: any OneShotTimer, every interval: Duration,
    look: @escaping @Sendable (CollectorAnswers) -> Void
  ) async -> Duration {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { waiter in
        let isOver = state.withLock { state in
          if !state.isOver { state.waiter = waiter }
          return state.isOver
        }
        if isOver { return waiter.resume() }
        schedule(within: limit, timer, every: interval, look)
      }
    } onCancel: {
      end()
    }
    return state.withLock { $0.waited }
  }

  /// How it went with each of them, at the end of the wait.
  ///
  /// - Parameter reason: why those have not answered.
  func close(_ reason: CollectorFlights.Unanswered) -> [CollectorRun.Outcome] {
    state.withLock { state in
      // Who waited goes on after whoever has resumed it, which only the lock says.
      state.isOver = true
      for index in asked.indices where state.outcomes[index] == nil {
        state.outcomes[index] = outcome(.failure(reason), at: index)
      }
      return state.outcomes.compactMap(\.self)
    }
  }

  private func schedule(
    within limit: Duration, _ timer: any OneShotTimer, every interval: Duration,
    _ look: @escaping @Sendable (CollectorAnswers) -> Void
  ) {
    let waited = state.withLock { $0.waited }
    let step = min(interval, limit - waited)
    let token = timer.schedule(after: step) { [self] in
      state.withLock { $0.waited = waited + step }
      guard waited + step < limit else { return end() }
      look(self)
      schedule(within: limit, timer, every: interval, look)
    }
    let isOver = state.withLock { state in
      if !state.isOver { state.timer = token }
      return state.isOver
    }
    if isOver { token.cancel() }
  }

  private func end() {
    let timer = state.withLock { state in state.isOver ? nil : Self.end(&state) }
    timer?.cancel()
  }

  /// Wakes who waits, and gives what is to be cancelled.
  private static func end(_ state: inout State) -> (any OneShotTimerToken)? {
    state.isOver = true
    state.waiter.take()?.resume()
    return state.timer.take()
  }

  private func outcome(
    _ result: Result<CollectorRun.Families, any Error>, at index: Int
  ) -> CollectorRun.Outcome {
    CollectorRun.Outcome(
      collector: asked[index].name, hasClaims: asked[index].hasClaims, result: result,
      duration: ContinuousClock.now - start)
  }
}
