// Which facts about the program are exported as labels?

import ObservabilityPlatform

/// A set of facts that rarely change, exported as labels of a series whose value is 1: version, revision.
///
/// The facts can be replaced as a whole at any time, from any thread.
public final class InfoMetric: Sendable {
  private let state: Locked<[(name: String, value: String)]>

  init(_ facts: [(name: String, value: String)]) { state = Locked(facts) }

  /// The current facts, in order.
  package var facts: [(name: String, value: String)] { state.withLock { $0 } }

  /// Replaces the values of the facts that are named; names that were not registered are ignored.
  public func set(_ facts: KeyValuePairs<String, String>) {
    state.withLock { current in
      for (name, value) in facts {
        guard let index = current.firstIndex(where: { $0.name == name }) else { continue }
        current[index].value = value
      }
    }
  }
}
