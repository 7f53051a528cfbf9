// Which series of a family does a reader see who takes his time while series come and go?

import ObservabilityPlatform

/// One reading of a family's series, in parts: those that were there when it began, each once.
///
/// What is younger is left out: a series that is removed and made again behind a slow reader would otherwise come twice
/// in one exposition. What is removed meanwhile is kept aside with its last value for as long as the reading may still
/// come to it, so a reading holds at most the series that there were at its beginning.
///
/// One thread at a time reads. The reading ends when all is read or nobody holds it.
package final class SeriesReading<Child: MetricInstrument>: @unchecked Sendable {
  private enum Source {
    case fixed([Child])
    case list(SeriesList, KeptSeries)
  }

  private let source: Source
  private let end: Int
  private var position = 0

  /// A reading of series that neither come nor go.
  init(_ series: [Child]) {
    source = .fixed(series)
    end = series.count
  }

  /// A reading of a list whose series are all of this type.
  init(_ list: SeriesList) {
    let (kept, end) = list.beginReading()
    source = .list(list, kept)
    self.end = end
  }

  deinit { if case .list(let list, let kept) = source { list.endReading(kept) } }

  /// Whether every series was read.
  package var isComplete: Bool { position >= end }

  /// Hands the next series to `body`, in the order in which they appeared, without holding a lock.
  package func readPart(_ body: (Child) throws -> Void) rethrows {
    let part = position..<min(position + KeptSeries.part, end)
    position = part.upperBound
    switch source {
    case .fixed(let series): for index in part { try body(series[index]) }
    case .list(let list, let kept): try read(part, of: list, kept, body)
    }
  }

  /// Hands every series to `body`, in the order in which they appeared, without holding a lock.
  package func forEach(_ body: (Child) throws -> Void) rethrows {
    while !isComplete { try readPart(body) }
  }

  private func read(
    _ part: Range<Int>, of list: SeriesList, _ kept: KeptSeries, _ body: (Child) throws -> Void
  ) rethrows {
    var missing: UInt128 = 0
    for index in part {
      if let series = list.series(index, bornBy: kept.beginning, as: Child.self) {
        try series._withUnsafeGuaranteedRef(body)
      } else {
        missing |= 1 << (index - part.lowerBound)
      }
    }
    // What was seen above stays alive up to here, even if it was removed meanwhile.
    for entry in kept.take(through: part.upperBound)
    where missing & (1 << (entry.position - part.lowerBound)) != 0 {
      try body(unsafeDowncast(entry.series, to: Child.self))
    }
    if isComplete { list.endReading(kept) }
  }
}

/// What was removed while one reading was under way and is yet to be read by it.
final class KeptSeries: Sendable {
  /// How many positions are read between two looks at what was kept aside: one for each bit of `missing`.
  static let part = 128

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
      state.entries[position / KeptSeries.part, default: []].append(
        Entry(position: position, series: series))
    }
  }

  /// What was kept of the part that ends at `end`, which is read now.
  func take(through end: Int) -> [Entry] {
    state.withLock { state in
      state.read = end
      return state.entries.removeValue(forKey: (end - 1) / KeptSeries.part) ?? []
    }
  }
}
