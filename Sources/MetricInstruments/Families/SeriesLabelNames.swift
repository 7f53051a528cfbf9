// Which labels do the series of a family have, when their names are known only at run time?

import ObservabilityPlatform

/// The names of a family's labels, by position.
package enum SeriesLabelNames: Sendable {
  /// Every series has them all.
  case fixed([String])
  /// A series has some of them; the others have an empty value.
  case sparse(SparseLabelNames)

  package var current: [String] {
    switch self {
    case .fixed(let names): names
    case .sparse(let names): names.current
    }
  }

  package var isSparse: Bool {
    if case .sparse = self { true } else { false }
  }
}

/// The names that the series of a sparse family have had so far, in the order in which they came. None goes, so a position
/// is a name for good.
package final class SparseLabelNames: Sendable {
  /// More would make each look-up, and each series that has the last of them, slow.
  static let limit = 64

  private struct State {
    var names: [String] = []
    var positions: [LabelText: Int] = [:]
  }

  private let state = Locked(State())
  private let isUsable: @Sendable (String) -> Bool

  /// - Parameter isUsable: whether a name may be that of a label of the family.
  init(isUsable: @escaping @Sendable (String) -> Bool) { self.isUsable = isUsable }

  package var current: [String] { state.withLock { $0.names } }

  /// The values by the positions of their names, without empty ones at the end; nil when a name cannot be used or there are
  /// too many. Of two values of one name the last counts.
  ///
  /// - Parameter adding: whether names that are new are given a position; one that is not has no series.
  func values(of labels: [(String, String)], adding: Bool) -> [String]? {
    state.withLock { state in
      var values: [String] = []
      for (name, value) in labels {
        guard let position = position(of: name, hasValue: !value.isEmpty, adding: adding, &state) else {
          return nil
        }
        guard position < state.names.count else { continue }
        if position >= values.count {
          values.append(contentsOf: repeatElement("", count: position + 1 - values.count))
        }
        values[position] = value
      }
      while values.last?.isEmpty == true { values.removeLast() }
      return values
    }
  }

  /// The position of a name, past the end for one that is new and has no value.
  private func position(
    of name: String, hasValue: Bool, adding: Bool, _ state: inout State
  ) -> Int? {
    let key = LabelText(name)
    if let position = state.positions[key] { return position }
    guard isUsable(name) else { return nil }
    guard hasValue else { return state.names.count }
    guard adding, state.names.count < SparseLabelNames.limit else { return nil }
    state.names.append(name)
    state.positions[key] = state.names.count - 1
    return state.names.count - 1
  }
}
