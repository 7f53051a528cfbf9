// Where does an instrument keep its exemplars, and at which cost before the first?

import ObservabilityPlatform
import Synchronization

/// Where an instrument keeps its exemplars: nothing but a word until the first.
package struct ExemplarSlot: ~Copyable, Sendable {
  private let storage = LazyReference<Storage>()
  private var held: Unmanaged<Storage>? { Unmanaged(address: storage.address) }

  // Not private: what other files hold in a slot names it.
  final class Storage: Sendable {
    // None until the first: most series are asked for and never have one.
    let exemplars = Locked<[Exemplar?]>([])
    // The tick at which each position was last asked for.
    nonisolated(unsafe) let ticks: UnsafeMutableBufferPointer<Atomic<UInt32>>

    init(count: Int) {
      ticks = .allocate(capacity: count)
      for index in 0..<count { ticks.initializeElement(at: index, to: Atomic(0)) }
    }

    deinit { ticks.deallocate() }
  }

  /// Keeps an exemplar at a position of `count`.
  func store(_ exemplar: Exemplar, at index: Int, of count: Int) {
    storage.value { Storage(count: count) }.exemplars.withLock {
      if $0.isEmpty { $0 = [Exemplar?](repeating: nil, count: count) }
      if $0.indices.contains(index) { $0[index] = exemplar }
    }
  }

  /// Whether an exemplar at a position of `count` was not asked for in this tick yet; true for one caller a
  /// tick.
  @inline(__always)
  func isDue(at index: Int, of count: Int, in tick: UInt32) -> Bool {
    guard let storage = held else { return beginAsking(at: index, of: count, in: tick) }
    return storage._withUnsafeGuaranteedRef { storage in
      guard storage.ticks.indices.contains(index) else { return false }
      if storage.ticks[index].load(ordering: .relaxed) == tick { return false }
      return storage.ticks[index].exchange(tick, ordering: .relaxed) != tick
    }
  }

  @inline(never)
  private func beginAsking(at index: Int, of count: Int, in tick: UInt32) -> Bool {
    _ = storage.value { Storage(count: count) }
    return isDue(at: index, of: count, in: tick)
  }

  /// The exemplars, or an empty array when there never was one.
  package var all: [Exemplar?] {
    guard let storage = held else { return [] }
    return storage._withUnsafeGuaranteedRef { $0.exemplars.withLock { $0 } }
  }
}
