// Which series does a reader see who takes his time while series come and go?

import ObservabilityPlatform

/// One reading of a list, in parts: the series that were there when it began, each once.
///
/// What is younger is left out: a series that is removed and made again behind a slow reader would otherwise come twice
/// in one exposition. What is removed meanwhile is kept aside with its last value for as long as the reading may still
/// come to it, so a reading holds at most the series that there were at its beginning.
///
/// One thread at a time reads. The reading ends when all is read or nobody holds it.
package final class SeriesReading: @unchecked Sendable {
  /// How many positions are read between two looks at what was kept aside: one for each bit of `missing`.
  static let part = 128

  private let list: SeriesList
  private let kept: KeptSeries
  private let end: Int
  private var position = 0

  init(_ list: SeriesList) {
    self.list = list
    (kept, end) = list.beginReading()
  }

  deinit { list.endReading(kept) }

  /// Whether every series was read.
  package var isComplete: Bool { position >= end }

  /// Hands the next series to `body`, in the order in which they appeared, without holding a lock.
  package func readPart<Child: MetricInstrument>(as type: Child.Type, _ body: (Child) throws -> Void) rethrows
  {
    let part = position..<min(position + SeriesReading.part, end)
    position = part.upperBound
    var missing: UInt128 = 0
    for index in part {
      if let series = list.series(index, bornBy: kept.beginning, as: type) {
        try series._withUnsafeGuaranteedRef(body)
      } else {
        missing |= 1 << (index - part.lowerBound)
      }
    }
    // What was seen above stays alive up to here, even if it was removed meanwhile.
    for entry in kept.take(through: part.upperBound)
    where missing & (1 << (entry.position - part.lowerBound)) != 0 {
      try body(unsafeDowncast(entry.series, to: type))
    }
    if isComplete { list.endReading(kept) }
  }
}

/// What was removed while one reading was under way and is yet to be read by it.
final class KeptSeries: Sendable {
  struct Entry: Sendable {
    let position: Int
    let series: MetricInstrument
  }

  /// The moment at which the reading began, in births and removals of the list.
  let beginning: UInt64

  private struct State {
    /// How many positions are read; what is removed there is not needed.
    var read = 0
    /// By a part of the positions, so that growing is cheap and taking out needs no search.
    var entries: [Int: [Entry]] = [:]
  }

  private let state = Locked(State())
  init(beginning: UInt64) { self.beginning = beginning }

  func keep(_ series: MetricInstrument, at position: Int) {
    state.withLock { state in
      guard position >= state.read else { return }
      state.entries[position / SeriesReading.part, default: []].append(
        Entry(position: position, series: series))
    }
  }

  /// What was kept of the part that ends at `end`, which is read now.
  func take(through end: Int) -> [Entry] {
    state.withLock { state in
      state.read = end
      return state.entries.removeValue(forKey: (end - 1) / SeriesReading.part) ?? []
    }
  }
}
