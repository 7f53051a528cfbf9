// Which names came most often lately?

import MetricInstruments

/// Summaries of the parts of a window that slides on by one part at a time.
///
/// What is counted belongs to the part of its moment; a part that the window has left is emptied for the next. The errors
/// of the parts add up, so that over the window as over each of them no error exceeds the total divided by the number of
/// counters in a part.
///
/// Source: P. Agarwal et al., "Mergeable summaries" (PODS 2012), section 3, for the sum of summaries.
struct SlidingCounts {
  private struct Part {
    /// Which part of time it is.
    var number: UInt64
    var counts: SpaceSaving
  }

  /// How many parts a window has: it covers the time of the last to this many parts.
  static let parts = 6

  private let partLength: UInt64
  private var ring: [Part]
  /// The newest part; a clock that goes back stays in it.
  private var newest: UInt64 = 0

  /// - Parameters:
  ///   - window: the longest time that is covered, in nanoseconds.
  ///   - capacity: the counters of a part.
  init(window: UInt64, capacity: Int) {
    partLength = max(1, window / UInt64(SlidingCounts.parts))
    ring = (0..<SlidingCounts.parts).map { _ in Part(number: 0, counts: SpaceSaving(capacity: capacity)) }
  }

  mutating func add(_ name: LabelText, _ amount: UInt64, at nanoseconds: UInt64) {
    let slot = advance(to: nanoseconds)
    ring[slot].counts.add(name, amount)
  }

  /// The summaries of the parts that the window has now, but for those in which nothing came.
  mutating func current(at nanoseconds: UInt64) -> [SpaceSaving] {
    _ = advance(to: nanoseconds)
    return ring.compactMap {
      newest - $0.number < UInt64(SlidingCounts.parts) && $0.counts.total > 0 ? $0.counts : nil
    }
  }

  /// The names that have a counter in one of the parts, those that came most often first.
  static func ranking(of parts: [SpaceSaving]) -> [(name: LabelText, atLeast: UInt64, error: UInt64)] {
    var sums: [LabelText: (atLeast: UInt64, error: UInt64, unseen: UInt64)] = [:]
    let unseen = parts.reduce(0 as UInt64) { $0.clampedAdding($1.floor) }
    for part in parts {
      for (name, atLeast, error) in part.counts {
        let sum = sums[name] ?? (0, 0, unseen)
        sums[name] = (
          sum.atLeast.clampedAdding(atLeast), sum.error.clampedAdding(error),
          sum.unseen - min(sum.unseen, part.floor)
        )
      }
    }
    return sums.map { ($0.key, $0.value.atLeast, $0.value.error.clampedAdding($0.value.unseen)) }
      .sorted { left, right in
        left.atLeast != right.atLeast ? left.atLeast > right.atLeast : left.name < right.name
      }
  }

  /// The slot of the part of a moment, emptied if it was that of an older part.
  private mutating func advance(to nanoseconds: UInt64) -> Int {
    // Counted from one window after the clock's beginning, so that the parts of an unused ring are in the past.
    newest = max(newest, (nanoseconds / partLength).clampedAdding(UInt64(SlidingCounts.parts)))
    let slot = Int(newest % UInt64(SlidingCounts.parts))
    if ring[slot].number != newest {
      ring[slot].number = newest
      ring[slot].counts.removeAll()
    }
    return slot
  }
}
