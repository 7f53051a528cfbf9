// Which facts about the program are exported as labels?

import ObservabilityPlatform

/// A set of facts that rarely change, exported as labels of a series whose value is 1: version, revision.
///
/// The facts can be replaced as a whole at any time, from any thread.
public final class InfoMetric: Sendable {
  private struct State {
    var facts: [(name: String, value: String)]
    var isRemoved = false
  }

  private let state: Locked<State>
  private let context: InstrumentContext

  init(_ facts: [(name: String, value: String)], context: InstrumentContext) {
    state = Locked(State(facts: facts))
    self.context = context
  }

  /// The current facts, in order.
  package var facts: [(name: String, value: String)] { state.withLock { $0.facts } }

  /// Replaces the values of the facts that are named; names that were not registered are ignored. Once the metric was
  /// unregistered this is refused, and counted as `removed_series`.
  public func set(_ facts: KeyValuePairs<String, String>) {
    let isRefused = state.withLock { state in
      guard !state.isRemoved else { return true }
      for (name, value) in facts {
        guard let index = state.facts.firstIndex(where: { LabelText($0.name) == LabelText(name) }) else {
          continue
        }
        state.facts[index].value = value
      }
      return false
    }
    if isRefused { context.reject(.removedSeries) }
  }

  func close() { state.withLock { $0.isRemoved = true } }
}
