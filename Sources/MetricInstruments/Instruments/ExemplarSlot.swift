// Where does an instrument keep its exemplars, and at which cost before the first?

import ObservabilityPlatform

/// Where an instrument keeps its exemplars: nothing but a word until the first.
package struct ExemplarSlot: ~Copyable, Sendable {
  private let storage = LazyReference<Storage>()

  private final class Storage: Sendable {
    let exemplars: Locked<[Exemplar?]>
    init(count: Int) { exemplars = Locked([Exemplar?](repeating: nil, count: count)) }
  }

  /// Keeps an exemplar at a position of `count`.
  func store(_ exemplar: Exemplar, at index: Int, of count: Int) {
    storage.value { Storage(count: count) }.exemplars.withLock {
      if $0.indices.contains(index) { $0[index] = exemplar }
    }
  }

  /// The exemplars, or an empty array when there never was one.
  package var all: [Exemplar?] {
    guard let storage = storage.unmanaged else { return [] }
    return storage._withUnsafeGuaranteedRef { $0.exemplars.withLock { $0 } }
  }
}
