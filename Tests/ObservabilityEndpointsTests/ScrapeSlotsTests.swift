// Which scrape gets a slot, and which has to make room?

import ObservabilityPlatform
import TestSupport
@testable import ObservabilityEndpoints
import Testing

@Suite("The slots for scrapes")
struct ScrapeSlotsTests {
  private let start = ContinuousClock.now

  private func time(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

  @Test("are as many as were asked for, and none when none were", arguments: [-1, 0, 1, 4])
  func limit(limit: Int) {
    var slots = ScrapeSlots(limit: limit)
    for number in 0..<6 as Range<UInt64> {
      #expect(slots.enter(number, at: start) == (number < max(0, limit) ? .granted : .refused))
    }
    slots.leave(0)
    #expect(slots.enter(7, at: start) == (limit > 0 ? .granted : .refused))
  }

  @Test("are taken from the slowest reader only, and from none that has just begun or is being encoded")
  func slowest() {
    var slots = ScrapeSlots(limit: 3)
    for number in 1...3 as ClosedRange<UInt64> { #expect(slots.enter(number, at: time(0)) == .granted) }
    #expect(slots.enter(4, at: time(10_000)) == .refused)
    slots.beginWriting(1, at: time(10_000))
    slots.beginWriting(2, at: time(10_000))
    slots.took(50_000, by: 1)
    slots.took(40_000, by: 2)
    #expect(slots.enter(4, at: time(10_249)) == .refused)
    #expect(slots.enter(4, at: time(10_250)) == .grantedInPlace(of: 2))
    // What takes bytes no more has a rate that falls.
    slots.beginWriting(4, at: time(11_000))
    slots.took(1000, by: 4)
    #expect(slots.enter(5, at: time(11_250)) == .grantedInPlace(of: 4))
    #expect(slots.enter(6, at: time(11_250)) == .grantedInPlace(of: 1))
    #expect(slots.enter(7, at: time(60_000)) == .refused)
  }

  @Test("keep to that in any order of events", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func anyOrder(seed: UInt64) {
    struct Reader {
      let number: UInt64
      var since: Int?
      var bytes = 0
    }
    var generator = SeededGenerator(seed: seed)
    let limit = Int.random(in: 1...5, using: &generator)
    var slots = ScrapeSlots(limit: limit)
    var (readers, now) = ([] as [Reader], 0)
    for number in 1...2000 as ClosedRange<UInt64> {
      now += Int.random(in: 0..<200, using: &generator)
      let index = readers.indices.randomElement(using: &generator)
      switch (Int.random(in: 0..<6, using: &generator), index) {
      case (0, let index?):
        slots.leave(readers[index].number)
        readers.remove(at: index)
      case (1, let index?) where readers[index].since == nil:
        slots.beginWriting(readers[index].number, at: time(now))
        readers[index].since = now
      case (2, let index?):
        let bytes = Int.random(in: 1...1_000_000, using: &generator)
        slots.took(bytes, by: readers[index].number)
        readers[index].bytes += bytes
      default:
        let slow = readers.filter { $0.since.map { now - $0 >= 250 } ?? false }
        func rate(_ reader: Reader) -> Double { Double(reader.bytes) / Double(now - (reader.since ?? now)) }
        switch slots.enter(number, at: time(now)) {
        case .granted: #expect(readers.count < limit, "seed \(seed)")
        case .refused: #expect(readers.count == limit && slow.isEmpty, "seed \(seed)")
        case .grantedInPlace(let other):
          let reader = slow.first { $0.number == other }
          #expect(readers.count == limit && reader != nil, "seed \(seed)")
          let least = slow.map(rate).min() ?? 0
          #expect(reader.map { rate($0) <= least * 1.000001 } ?? false, "seed \(seed)")
          readers.removeAll { $0.number == other }
        }
        if slots.count > readers.count { readers.append(Reader(number: number)) }
      }
      #expect(slots.count == readers.count && slots.count <= limit, "seed \(seed)")
    }
  }
}
