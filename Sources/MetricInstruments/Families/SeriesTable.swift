// At which position is the series of a hash, and how does the table that knows grow without a long pause?

/// An open-addressed table from hashes to positions, one word an entry: the upper half of the hash, and the position + 1.
///
/// It knows nothing of series and takes no lock. An entry's place follows from the word alone, so entries are moved
/// without a look at what they stand for, and a removal closes the gap behind it (D. Knuth, The Art of Computer
/// Programming, 6.4, algorithm R) instead of leaving a mark. A table that grows keeps the old words beside the new ones
/// and moves a few of them with each change: no step touches more than ``step`` entries, but for a removal that meets a
/// longer row of neighbours, which a hash with a secret seed does not have.
struct SeriesTable: ~Copyable {
  /// The words of one size, which whoever holds them gives back.
  fileprivate struct Words {
    let words: UnsafeMutablePointer<UInt64>
    let mask: Int

    init(size: Int) {
      words = .allocate(capacity: size)
      words.initialize(repeating: 0, count: size)
      mask = size - 1
    }

    @inline(__always)
    func home(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word >> 32) & mask }

    /// The first position of the hash that is `wanted`.
    @inline(__always)
    func position(of hash: UInt64, where wanted: (Int) -> Bool) -> Int? {
      var slot = home(hash)
      while true {
        let word = words[slot]
        if word == 0 { return nil }
        if (word ^ hash) >> 32 == 0, word != SeriesTable.moved(word) {
          let position = Int(word & SeriesTable.positionBits) &- 1
          if wanted(position) { return position }
        }
        slot = (slot &+ 1) & mask
      }
    }

    func slot(of word: UInt64) -> Int? {
      var slot = home(word)
      while words[slot] != word {
        if words[slot] == 0 { return nil }
        slot = (slot &+ 1) & mask
      }
      return slot
    }

    func place(_ word: UInt64) {
      var slot = home(word)
      while words[slot] != 0 { slot = (slot &+ 1) & mask }
      words[slot] = word
    }

    /// Closes the gap at a slot; how many entries were looked at.
    func vacate(_ gap: Int) -> Int {
      var (gap, slot, touched) = (gap, gap, 1)
      while true {
        slot = (slot &+ 1) & mask
        let word = words[slot]
        if word == 0 { break }
        touched += 1
        // An entry may go to the gap unless its home lies between the gap and itself.
        if (slot &- home(word)) & mask >= (slot &- gap) & mask {
          words[gap] = word
          gap = slot
        }
      }
      words[gap] = 0
      return touched
    }
  }

  static let positionBits: UInt64 = 0xFFFF_FFFF
  /// How many old words are looked at with each change while the table grows.
  static let step = 64
  private static let smallest = 16

  private var current: Words
  private var old: Words?
  /// The old words before this one are moved.
  private var movedTo = 0
  /// How many entries there are.
  private(set) var count = 0
  /// The most entries that one change has touched.
  private(set) var mostTouched = 0

  /// An empty table.
  init() { current = Words(size: SeriesTable.smallest) }

  deinit {
    current.words.deallocate()
    old?.words.deallocate()
  }

  /// What is left at the place of an old entry that was moved or removed, so that others are still found behind it.
  private static func moved(_ word: UInt64) -> UInt64 { word | positionBits }

  // MARK: - Looking up

  /// The position that has the hash and is `wanted`; nil when there is none.
  @inline(__always)
  func position(of hash: UInt64, where wanted: (Int) -> Bool) -> Int? {
    if let found = current.position(of: hash, where: wanted) { return found }
    guard let old else { return nil }
    return old.position(of: hash, where: wanted)
  }

  /// Whether the entry of a hash at a position is there.
  func contains(_ hash: UInt64, at position: Int) -> Bool {
    self.position(of: hash) { $0 == position } != nil
  }

  // MARK: - Change

  /// Memory that a table needs or needs no more, so that it is asked for and given back where that delays nobody.
  struct Room {
    fileprivate let words: Words
    func discard() { words.words.deallocate() }
  }

  /// Whether the table is so full that the next entry needs a larger one.
  var needsRoom: Bool { old == nil && (count + 1) * 8 > (current.mask + 1) * 5 }

  /// Room for twice as much.
  func makeRoom() -> Room { Room(words: Words(size: (current.mask + 1) * 2)) }

  /// Takes the room: entries move into it from now on.
  mutating func grow(into room: Room) {
    old = current
    movedTo = 0
    current = room.words
  }

  /// Adds an entry that is not there. The table must not need room.
  mutating func insert(_ hash: UInt64, at position: Int) {
    let touched = moveSome()
    current.place(hash & ~SeriesTable.positionBits | UInt64(position + 1))
    count += 1
    mostTouched = max(mostTouched, touched + 1)
  }

  /// Takes out the entry of a hash at a position; false when there is none.
  @discardableResult
  mutating func remove(_ hash: UInt64, at position: Int) -> Bool {
    var touched = moveSome()
    let word = hash & ~SeriesTable.positionBits | UInt64(position + 1)
    if let slot = current.slot(of: word) {
      touched += current.vacate(slot)
    } else if let old, let slot = old.slot(of: word) {
      old.words[slot] = SeriesTable.moved(word)
      touched += 1
    } else {
      return false
    }
    count -= 1
    mostTouched = max(mostTouched, touched)
    return true
  }

  /// The words of an old table that nothing is in any more, to be freed where it delays nobody.
  mutating func takeEmptied() -> Room? {
    guard let emptied = old, movedTo > emptied.mask else { return nil }
    old = nil
    return Room(words: emptied)
  }

  private mutating func moveSome() -> Int {
    guard let old, movedTo <= old.mask else { return 0 }
    let end = min(movedTo + SeriesTable.step, old.mask + 1)
    var touched = 0
    for slot in movedTo..<end {
      let word = old.words[slot]
      guard word != 0, word != SeriesTable.moved(word) else { continue }
      current.place(word)
      old.words[slot] = SeriesTable.moved(word)
      touched += 1
    }
    movedTo = end
    return touched
  }
}
