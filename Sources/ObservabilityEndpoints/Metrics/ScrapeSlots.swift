// How many scrapes may be under way, and which of them makes room for another?

import ObservabilityPlatform

/// The scrapes that hold one of a limited number of slots: a pure state machine, which is told what happens and when.
///
/// A slot is held while values are gathered and encoded. A scrape whose reader is slow holds it longer, because the rest
/// is encoded as it is read; the slowest of these is let go when another scrape finds no free slot, so that patient
/// readers deny nobody the metrics.
struct ScrapeSlots {
  /// What becomes of a scrape that wants a slot.
  enum Entry: Hashable {
    /// It has one.
    case granted
    /// It has that of another scrape, which is to be let go.
    case grantedInPlace(of: UInt64)
    /// Every slot is held by a scrape that is not waiting for its reader.
    case refused
  }

  private struct Holder {
    let number: UInt64
    /// Since when the reader has been given parts; nil before the first.
    var writingSince: ContinuousClock.Instant?
    var bytesTaken = 0

    /// Bytes a second.
    func rate(at now: ContinuousClock.Instant) -> Double {
      guard let writingSince else { return .infinity }
      return Double(bytesTaken) / (now - writingSince).seconds
    }
  }

  /// How long a reader is left alone, whatever comes: what the system takes at once says nothing of his speed.
  static let grace = Duration.milliseconds(250)

  private let limit: Int
  private var holders: [Holder] = []

  init(limit: Int) { self.limit = limit }

  var count: Int { holders.count }

  /// A scrape comes.
  ///
  /// - Parameter number: what tells it from every other.
  mutating func enter(_ number: UInt64, at now: ContinuousClock.Instant) -> Entry {
    var entry = Entry.granted
    if holders.count >= limit {
      guard let slowest = slowest(at: now) else { return .refused }
      entry = .grantedInPlace(of: holders.remove(at: slowest).number)
    }
    holders.append(Holder(number: number))
    return entry
  }

  /// A scrape that is not encoded to its end has its first part ready for its reader.
  mutating func beginWriting(_ number: UInt64, at now: ContinuousClock.Instant) {
    guard let index = holders.firstIndex(where: { $0.number == number }) else { return }
    holders[index].writingSince = now
  }

  /// A scrape's reader has taken so many bytes more.
  mutating func took(_ bytes: Int, by number: UInt64) {
    guard let index = holders.firstIndex(where: { $0.number == number }) else { return }
    holders[index].bytesTaken += bytes
  }

  /// A scrape needs its slot no longer. Nothing happens when it has none.
  mutating func leave(_ number: UInt64) { holders.removeAll { $0.number == number } }

  private func slowest(at now: ContinuousClock.Instant) -> Int? {
    holders.indices
      .filter { index in holders[index].writingSince.map { now - $0 >= ScrapeSlots.grace } ?? false }
      .min { holders[$0].rate(at: now) < holders[$1].rate(at: now) }
  }
}
