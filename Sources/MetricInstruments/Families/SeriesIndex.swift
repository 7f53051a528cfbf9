// How are the series of a bounded family found by their label values, and their number bounded?

import ObservabilityPlatform
import Synchronization

/// The series of a family whose label values come from outside.
///
/// A lookup takes one of several locks, each on a cache line of its own: a thread stays on its own lock, so lookups
/// do not meet. A change takes all of them. Past the limit, a new combination is recorded under `other` in every
/// label, and the overflow is counted.
///
/// The table is open-addressed, of one word a slot: the upper half of a series' hash, and its index in the list + 1.
@usableFromInline
package final class SeriesIndex: @unchecked Sendable {
  private let list = SeriesList()
  private let labelNames: [String]
  private let limit: Int
  private let make: @Sendable (SeriesLabels) -> MetricInstrument
  private let context: InstrumentContext
  private let overflow: Counter?
  private let hashing = LabelHash()

  private let locks: UnsafeMutableRawPointer
  // One writer at a time, before it takes the locks of the readers.
  private let writing = Lock()
  // Read with any of `locks` held, changed with all of them.
  private var table: UnsafeMutablePointer<UInt64>
  private var mask: Int
  private var live = 0
  private var tombstones = 0
  private var other: (MetricInstrument)?

  private static let tombstone: UInt64 = 0xFFFF_FFFF
  private static let indexBits: UInt64 = 0xFFFF_FFFF

  init(
    labelNames: [String], limit: Int, context: InstrumentContext, overflow: Counter?,
    make: @escaping @Sendable (SeriesLabels) -> MetricInstrument
  ) {
    self.labelNames = labelNames
    self.limit = max(0, min(limit, 1 << 28))
    self.context = context
    self.overflow = overflow
    self.make = make
    locks = .allocate(byteCount: Stripes.count * Stripes.stride, alignment: Stripes.stride)
    table = SeriesIndex.emptyTable(16)
    mask = 15
    for stripe in 0..<Stripes.count { lock(stripe).initialize(to: Atomic(0)) }
  }

  deinit {
    locks.deallocate()
    table.deallocate()
  }

  private static func emptyTable(_ size: Int) -> UnsafeMutablePointer<UInt64> {
    let table = UnsafeMutablePointer<UInt64>.allocate(capacity: size)
    table.initialize(repeating: 0, count: size)
    return table
  }

  @inline(__always)
  private func lock(_ stripe: Int) -> UnsafeMutablePointer<StripeLock.Word> {
    (locks + stripe &* Stripes.stride).assumingMemoryBound(to: StripeLock.Word.self)
  }

  /// How many series there are, `other` included.
  var count: Int { reading { live + (other == nil ? 0 : 1) } }

  private func reading<Result>(_ body: () -> Result) -> Result {
    let own = lock(Stripes.current())
    StripeLock.lock(own)
    defer { StripeLock.unlock(own) }
    return body()
  }

  private func writing<Result>(_ body: () -> Result) -> Result {
    writing.withLock {
      for stripe in 0..<Stripes.count { StripeLock.lock(lock(stripe)) }
      defer { for stripe in 0..<Stripes.count { StripeLock.unlock(lock(stripe)) } }
      return body()
    }
  }

  // MARK: - Lookup

  // One function for each number of labels, so that the generic one is specialised here and callers in other
  // modules need not be.
  @usableFromInline
  func find(_ first: String) -> MetricInstrument { first.withUTF8Bytes { find(Key1(first: $0)) } }

  @usableFromInline
  func find(_ first: String, _ second: String) -> MetricInstrument {
    first.withUTF8Bytes { first in
      second.withUTF8Bytes { second in find(Key2(first: first, second: second)) }
    }
  }

  @usableFromInline
  func find(_ first: String, _ second: String, _ third: String) -> MetricInstrument {
    first.withUTF8Bytes { first in
      second.withUTF8Bytes { second in
        third.withUTF8Bytes { third in find(Key3(pair: Key2(first: first, second: second), third: third)) }
      }
    }
  }

  @usableFromInline
  func find(_ first: String, _ second: String, _ third: String, _ fourth: String) -> MetricInstrument {
    first.withUTF8Bytes { first in
      second.withUTF8Bytes { second in
        third.withUTF8Bytes { third in
          fourth.withUTF8Bytes { fourth in
            find(Key4(triple: Key3(pair: Key2(first: first, second: second), third: third), fourth: fourth))
          }
        }
      }
    }
  }

  private func find(_ values: [String]) -> MetricInstrument {
    switch values.count {
    case 1: find(values[0])
    case 2: find(values[0], values[1])
    case 3: find(values[0], values[1], values[2])
    case 4: find(values[0], values[1], values[2], values[3])
    default: overflowing(counted: false)
    }
  }

  @inline(__always)
  private func find(_ key: some LabelKey) -> MetricInstrument {
    let hash = key.hash(hashing)
    let own = lock(Stripes.current())
    StripeLock.lock(own)
    if let found = held(key, hash: hash) {
      StripeLock.unlock(own)
      return found.takeRetainedValue()
    }
    StripeLock.unlock(own)
    return create(key, hash: hash)
  }

  /// The series of a key, retained, with one of the locks held.
  @inline(__always)
  private func held(_ key: some LabelKey, hash: UInt64) -> Unmanaged<MetricInstrument>? {
    var slot = Int(truncatingIfNeeded: hash) & mask
    let tag = hash & ~SeriesIndex.indexBits
    while true {
      let entry = table[slot]
      if entry == 0 { return nil }
      if entry & ~SeriesIndex.indexBits == tag, entry & SeriesIndex.indexBits != SeriesIndex.tombstone {
        let index = Int(entry & SeriesIndex.indexBits) &- 1
        if let series = list.series(index, as: MetricInstrument.self),
          series._withUnsafeGuaranteedRef({ key.equals($0.labels) })
        {
          let lastUse = list.slot(index)
          if lastUse.pointee.lastUse.load(ordering: .relaxed) != 0 {
            lastUse.pointee.lastUse.store(0, ordering: .relaxed)
          }
          return series.retain()
        }
      }
      slot = (slot &+ 1) & mask
    }
  }

  // MARK: - Change

  @inline(never)
  private func create(_ key: some LabelKey, hash: UInt64) -> MetricInstrument {
    guard key.longest <= LabelValue.maximumLength else {
      context.reject(.invalidLabel)
      return overflowing(counted: false)
    }
    if isFull { return overflowing(counted: true) }
    let values = key.values
    // A NUL is shown as U+FFFD, and what is shown alike must be one series.
    if values.contains(where: { $0.utf8.contains(0) }) {
      context.reject(.invalidLabel)
      return find(values.map { LabelValue.withoutNUL($0) })
    }
    // The same holds for what would look like the series of the overflow.
    if values.allSatisfy({ $0 == LabelValue.other }) { return overflowing(counted: false) }
    let made: MetricInstrument? = writing {
      // Another thread may have been faster.
      if let found = held(key, hash: hash) { return found.takeRetainedValue() }
      guard live < limit else { return nil }
      let series = make(SeriesLabels(names: labelNames, values: values, hash: hash))
      insert(series, hash: hash)
      return series
    }
    return made ?? overflowing(counted: true)
  }

  private var isFull: Bool { reading { live >= limit } }

  /// The series that takes what has no series of its own.
  private func overflowing(counted: Bool) -> MetricInstrument {
    if counted { overflow?.increment() }
    if let other = reading({ other }) { return other }
    return writing {
      if let other { return other }
      let series = make(
        SeriesLabels(
          names: labelNames, values: [String](repeating: LabelValue.other, count: labelNames.count)))
      _ = list.insert(series)
      other = series
      return series
    }
  }

  private func insert(_ series: MetricInstrument, hash: UInt64) {
    if (live + tombstones + 1) * 4 > (mask + 1) * 3 { rehash() }
    let index = list.insert(series)
    place(hash, index)
    live += 1
  }

  private func place(_ hash: UInt64, _ index: Int) {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while table[slot] != 0 { slot = (slot &+ 1) & mask }
    table[slot] = hash & ~SeriesIndex.indexBits | UInt64(index &+ 1)
  }

  /// A table with room for twice the live series, without tombstones.
  private func rehash() {
    var size = 16
    while size * 3 < (live + 1) * 8 { size *= 2 }
    table.deallocate()
    table = SeriesIndex.emptyTable(size)
    mask = size - 1
    tombstones = 0
    for index in 0..<list.endIndex {
      guard let series = list.series(index, as: MetricInstrument.self)?.takeUnretainedValue(),
        series !== other
      else {
        continue
      }
      place(series.labels.hash, index)
    }
  }

  private func discard(_ index: Int) {
    guard let series = list.series(index, as: MetricInstrument.self)?.takeUnretainedValue() else { return }
    series.markRemoved()
    var slot = Int(truncatingIfNeeded: series.labels.hash) & mask
    while table[slot] & SeriesIndex.indexBits != UInt64(index &+ 1) {
      if table[slot] == 0 { return }
      slot = (slot &+ 1) & mask
    }
    table[slot] = SeriesIndex.tombstone
    live -= 1
    tombstones += 1
    list.remove(index)
  }

  /// Takes out the series with these values; false when there is none. `other` stays.
  func remove(_ values: [String]) -> Bool {
    writing {
      let end = list.endIndex
      for index in 0..<end {
        guard let series = list.series(index, as: MetricInstrument.self)?.takeUnretainedValue(),
          series !== other,
          series.labels.values == values
        else { continue }
        discard(index)
        return true
      }
      return false
    }
  }

  /// Takes out what was neither looked up nor changed for as long as `age`, and says how many series that was.
  func expireIdle(after age: Duration) -> Int {
    let now = max(1, context.clock.nanoseconds)
    let limit = UInt64(clamping: Int64(clamping: Int128(max(0, age.seconds) * 1e9)))
    return writing {
      var expired = 0
      for index in 0..<list.endIndex {
        guard let series = list.series(index, as: MetricInstrument.self)?.takeUnretainedValue(),
          series !== other
        else {
          continue
        }
        let slot = list.slot(index)
        let fingerprint = series.fingerprint
        let lastUse = slot.pointee.lastUse.load(ordering: .relaxed)
        if lastUse == 0 || fingerprint != slot.pointee.fingerprint {
          slot.pointee.fingerprint = fingerprint
          slot.pointee.lastUse.store(now, ordering: .relaxed)
        } else if now > lastUse, now - lastUse >= limit {
          discard(index)
          expired += 1
        }
      }
      return expired
    }
  }

  // MARK: - Reading it all

  /// Begins to read the series that there are now.
  package func read() -> SeriesReading { SeriesReading(list) }

  /// Hands every series to `body`, in the order in which they appeared, without holding a lock: series may come and
  /// go meanwhile, and one that goes stays readable until the end.
  package func forEach<Child: MetricInstrument>(
    as type: Child.Type, _ body: (Child) throws -> Void
  ) rethrows {
    let reading = read()
    while !reading.isComplete { try reading.readPart(as: type, body) }
  }
}
