// Which collectors has one scrape heard of, and which was it too late for?

import MetricExposition
import MetricInstruments
import ObservabilityPlatform

/// What collectors have answered to one scrape, until it waits no longer.
final class CollectorAnswers: Sendable {
  private struct State {
    var outcomes: [CollectorRun.Outcome?]
    var missing: Int
    var whenComplete: (@Sendable () -> Void)?
  }

  private let asked: [Registry.NamedCollector]
  private let start = ContinuousClock.now
  private let state: Locked<State>

  init(_ asked: [Registry.NamedCollector]) {
    self.asked = asked
    state = Locked(State(outcomes: Array(repeating: nil, count: asked.count), missing: asked.count))
  }

  /// - Parameter whenComplete: called once when all have answered, on the thread of the last.
  func begin(whenComplete: @escaping @Sendable () -> Void) {
    state.withLock { $0.whenComplete = whenComplete }
  }

  func add(_ result: Result<CollectorRun.Families, any Error>, at index: Int) {
    let outcome = outcome(result, at: index)
    let whenComplete = state.withLock { state -> (@Sendable () -> Void)? in
      guard state.outcomes[index] == nil else { return nil }
      state.outcomes[index] = outcome
      state.missing -= 1
      return state.missing == 0 ? state.whenComplete.take() : nil
    }
    whenComplete?()
  }

  /// How it went with each of them. What those answer now that have not answered is dropped.
  ///
  /// - Parameter reason: why those have not answered.
  func close(_ reason: CollectorFlights.Unanswered) -> [CollectorRun.Outcome] {
    state.withLock { state in
      state.whenComplete = nil
      for index in asked.indices where state.outcomes[index] == nil {
        state.outcomes[index] = outcome(.failure(reason), at: index)
      }
      return state.outcomes.compactMap(\.self)
    }
  }

  private func outcome(
    _ result: Result<CollectorRun.Families, any Error>, at index: Int
  ) -> CollectorRun.Outcome {
    CollectorRun.Outcome(
      collector: asked[index].name, hasClaims: asked[index].hasClaims, result: result,
      duration: ContinuousClock.now - start)
  }
}
