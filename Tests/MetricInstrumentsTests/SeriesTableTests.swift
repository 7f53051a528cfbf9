// Does the table find what is in it, whatever was put in and taken out before?

@testable import MetricInstruments
import TestSupport
import Testing

@Suite("A table of series")
struct SeriesTableTests {
  private func insert(_ hash: UInt64, at position: Int, into table: inout SeriesTable) {
    if table.needsRoom { table.grow(into: table.makeRoom()) }
    table.insert(hash, at: position)
    if let emptied = table.takeEmptied() { emptied.discard() }
  }

  /// Hashes of so few kinds that entries lie in each other's way.
  private func hash(_ position: Int, kinds: UInt64) -> UInt64 {
    (UInt64(position) &* 0x9E37_79B9_7F4A_7C15 >> 33) % kinds << 32
  }

  @Test("agrees with a dictionary over random operations", arguments: [1, 7, 40, 1 << 20])
  func model(kinds: UInt64) {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    var table = SeriesTable()
    var model: Set<Int> = []
    for _ in 0..<4000 {
      let position = Int.random(in: 0..<250, using: &generator)
      let hash = hash(position, kinds: kinds)
      if Int.random(in: 0..<5, using: &generator) < 3 {
        if model.insert(position).inserted { insert(hash, at: position, into: &table) }
      } else {
        let isRemoved = table.remove(hash, at: position)
        #expect(isRemoved == (model.remove(position) != nil), "seed \(seed)")
      }
      let probe = Int.random(in: 0..<250, using: &generator)
      let found = table.position(of: self.hash(probe, kinds: kinds)) { $0 == probe }
      #expect((found == probe) == model.contains(probe), "seed \(seed)")
    }
    let count = table.count
    #expect(count == model.count, "seed \(seed)")
    for position in 0..<250 {
      let found = table.position(of: hash(position, kinds: kinds)) { $0 == position }
      #expect((found == position) == model.contains(position), "seed \(seed)")
    }
  }

  @Test("touches few entries with each change, however large it is, while it grows too")
  func steps() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    var table = SeriesTable()
    let hashes = (0..<100_000).map { _ in UInt64.random(in: .min ... .max, using: &generator) }
    for (position, hash) in hashes.enumerated() { insert(hash, at: position, into: &table) }
    for (position, hash) in hashes.enumerated() {
      let found = table.position(of: hash) { $0 == position }
      #expect(found == position, "seed \(seed)")
    }
    for (position, hash) in hashes.enumerated() where !position.isMultiple(of: 3) {
      let isRemoved = table.remove(hash, at: position)
      #expect(isRemoved, "seed \(seed)")
    }
    let (count, mostTouched) = (table.count, table.mostTouched)
    #expect(count == 33_334)
    #expect(mostTouched <= 256, "seed \(seed)")
  }
}
