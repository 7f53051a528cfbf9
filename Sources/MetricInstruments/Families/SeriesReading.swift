// Which series of a family does a reader see who takes his time while series come and go?

import ObservabilityPlatform

/// One reading of a family's series, in parts: those that were there when it began, each once.
///
/// What is younger is left out: a series that is removed and made again behind a slow reader would otherwise come twice
/// in one exposition. What is removed meanwhile is kept aside with its last value for as long as the reading may still
/// come to it, so a reading holds at most the series that there were at its beginning.
///
/// One thread at a time reads. The reading ends when all is read or nobody holds it.
package struct SeriesReading<Child: MetricInstrument>: Sendable {
  private enum Source {
    case fixed([Child])
    case list(ListReading)
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
    // What comes now is too young to be read.
    let reading = list.endIndex > 0 ? ListReading(list) : nil
    source = reading.map { .list($0) } ?? .fixed([])
    end = reading?.end ?? 0
  }

  /// Whether every series was read.
  package var isComplete: Bool { position >= end }

  /// Hands the next series to `body`, in the order in which they appeared, without holding a lock.
  package mutating func readPart(_ body: (Child) throws -> Void) rethrows {
    let part = position..<min(position + KeptSeries.part, end)
    position = part.upperBound
    switch source {
    case .fixed(let series): for index in part { try body(series[index]) }
    case .list(let reading):
      try read(part, of: reading, body)
      if isComplete { reading.complete() }
    }
  }

  /// Hands every series to `body`, in the order in which they appeared, without holding a lock.
  package consuming func forEach(_ body: (Child) throws -> Void) rethrows {
    while !isComplete { try readPart(body) }
  }

  private func read(
    _ part: Range<Int>, of reading: ListReading, _ body: (Child) throws -> Void
  ) rethrows {
    let (list, kept) = (reading.list, reading.kept)
    var missing: UInt128 = 0
    for index in part {
      if let series = list.series(index, bornBy: kept.beginning, as: Child.self) {
        try series._withUnsafeGuaranteedRef(body)
      } else {
        missing |= 1 << (index - part.lowerBound)
      }
    }
    // What was seen above stays alive up to here, even if it was removed meanwhile.
    for entry in list.take(from: kept, through: part.upperBound)
    where missing & (1 << (entry.position - part.lowerBound)) != 0 {
      try body(unsafeDowncast(entry.series, to: Child.self))
    }
  }
}

/// The part of a reading that its list has to know of: it ends when all is read or nobody holds it.
private final class ListReading: Sendable {
  let list: SeriesList
  let kept: KeptSeries
  let end: Int

  init(_ list: SeriesList) {
    self.list = list
    (kept, end) = list.beginReading()
  }

  deinit { complete() }

  func complete() { list.endReading(kept) }
}

/// What was removed while one reading was under way and is yet to be read by it. Guarded by its list's lock on readers.
final class KeptSeries: @unchecked Sendable {
  /// How many positions are read between two looks at what was kept aside: one for each bit of `missing`.
  static let part = 128

  struct Entry: Sendable {
    let position: Int
    let series: MetricInstrument
  }

  /// The moment at which the reading began, in births and removals of the list.
  let beginning: UInt64
  /// How many positions are read; what is removed there is not needed.
  private var read = 0
  /// By a part of the positions, so that growing is cheap and taking out needs no search.
  private var entries: [Int: [Entry]] = [:]

  init(beginning: UInt64) { self.beginning = beginning }

  func keep(_ series: MetricInstrument, at position: Int) {
    guard position >= read else { return }
    entries[position / KeptSeries.part, default: []].append(Entry(position: position, series: series))
  }

  /// What was kept of the part that ends at `end`, which is read now.
  func take(through end: Int) -> [Entry] {
    read = end
    return entries.removeValue(forKey: (end - 1) / KeptSeries.part) ?? []
  }
}
