// How is a list of series read without a lock while it grows and shrinks?

import ObservabilityPlatform
import Synchronization

/// A list that is read without a lock while it grows and shrinks.
///
/// Segments double in size and never move, so an index is an address for good. A removed series leaves a hole that
/// a later one fills.
///
/// Births and removals are numbered. A reader announces itself with the number of that moment and looks at nothing
/// younger, so a remover gives what is younger than every reader back at once, and hands the rest to the readers that
/// may be looking at it or are yet to come to it (``SeriesReading``).
final class SeriesList: @unchecked Sendable {
  struct Slot: ~Copyable {
    /// The number of the birth of the series here; written before `series` is.
    let birth = Atomic<UInt64>(0)
    /// The series' address, or 0 for a hole.
    let series = Atomic<UInt>(0)
    /// 0 when the series was looked up since the last sweep for idle ones; else when it was last seen in use.
    let lastUse = Atomic<UInt64>(0)
    /// The series' fingerprint at the last sweep. Only a sweep looks at it; atomic because a change of the property
    /// would count as one of the whole slot, which others read.
    let fingerprint = Atomic<UInt64>(0)
  }

  private static let firstSegment = 16
  private static let maximumSegments = 32

  private let segments: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
  private let used = Atomic<Int>(0)
  // Counted up with the family's lock held.
  private let moment = Atomic<UInt64>(0)
  private let readers = Locked<[KeptSeries]>([])
  // Under the lock of the family.
  private var holes: [Int] = []

  init() {
    segments = .allocate(capacity: SeriesList.maximumSegments)
    for index in 0..<SeriesList.maximumSegments { (segments + index).initialize(to: Atomic(nil)) }
  }

  deinit {
    for index in 0..<used.load(ordering: .relaxed) {
      let address = slot(index).pointee.series.load(ordering: .relaxed)
      if let pointer = UnsafeRawPointer(bitPattern: address) {
        Unmanaged<MetricInstrument>.fromOpaque(pointer).release()
      }
    }
    for index in 0..<SeriesList.maximumSegments {
      segments[index].load(ordering: .relaxed)?.deallocate()
    }
    segments.deallocate()
  }

  /// One past the highest index in use.
  var endIndex: Int { used.load(ordering: .acquiring) }

  @inline(__always)
  func slot(_ index: Int) -> UnsafeMutablePointer<Slot> {
    let position = index &+ SeriesList.firstSegment
    let segment = (Int.bitWidth &- 1 &- position.leadingZeroBitCount) &- 4
    let start = SeriesList.firstSegment << segment
    // The segment of an index that has been handed out is there.
    let base = segments[segment].load(ordering: .acquiring).unsafelyUnwrapped
    return base.assumingMemoryBound(to: Slot.self) + (position &- start)
  }

  /// Appends a series or fills a hole; with the family's lock held.
  func insert(_ series: MetricInstrument) -> Int {
    let index: Int
    if let hole = holes.popLast() {
      index = hole
      slot(index).pointee.fingerprint.store(0, ordering: .relaxed)
      slot(index).pointee.lastUse.store(0, ordering: .relaxed)
    } else {
      index = used.load(ordering: .relaxed)
      allocateSegment(of: index)
    }
    let address = UInt(bitPattern: Unmanaged.passRetained(series).toOpaque())
    let birth = moment.add(1, ordering: .relaxed).newValue
    // Not before the hole that a removal left is seen: a reader compares the two.
    slot(index).pointee.birth.store(birth, ordering: .releasing)
    slot(index).pointee.series.store(address, ordering: .releasing)
    if index == used.load(ordering: .relaxed) { used.store(index + 1, ordering: .releasing) }
    return index
  }

  private func allocateSegment(of index: Int) {
    let position = index + SeriesList.firstSegment
    let segment = Int.bitWidth - 1 - position.leadingZeroBitCount - 4
    guard segments[segment].load(ordering: .relaxed) == nil else { return }
    let size = SeriesList.firstSegment << segment
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: size)
    for index in 0..<size { (slots + index).initialize(to: Slot()) }
    segments[segment].store(UnsafeMutableRawPointer(slots), ordering: .releasing)
  }

  /// Takes the series out; with the family's lock held.
  func remove(_ index: Int) {
    let slot = slot(index)
    let birth = slot.pointee.birth.load(ordering: .relaxed)
    // Who begins to read after the lock is given back finds the hole.
    let removed = readers.withLock { readers -> Unmanaged<MetricInstrument>? in
      moment.add(1, ordering: .relaxed)
      let address = slot.pointee.series.exchange(0, ordering: .acquiringAndReleasing)
      guard let pointer = UnsafeRawPointer(bitPattern: address) else { return nil }
      let series = Unmanaged<MetricInstrument>.fromOpaque(pointer)
      for reader in readers where birth <= reader.beginning {
        reader.keep(series.takeUnretainedValue(), at: index)
      }
      return series
    }
    guard let removed else { return }
    holes.append(index)
    removed.release()
  }

  // MARK: - Reading

  /// What is kept for a reader that begins now, and where the list ends for it.
  func beginReading() -> (KeptSeries, end: Int) {
    readers.withLock { readers in
      let reader = KeptSeries(beginning: moment.load(ordering: .relaxed))
      readers.append(reader)
      return (reader, endIndex)
    }
  }

  /// What was kept for a reader of the part that ends at `end`, which it reads now.
  func take(from reader: KeptSeries, through end: Int) -> [KeptSeries.Entry] {
    readers.withLock { _ in reader.take(through: end) }
  }

  func endReading(_ reader: KeptSeries) {
    readers.withLock { $0.removeAll { $0 === reader } }
  }

  /// The series at an index, unless it is a hole or was born after a reader began. It stays alive until that reader has
  /// taken what was kept of this part of the list.
  @inline(__always)
  func series<Child: MetricInstrument>(
    _ index: Int, bornBy beginning: UInt64, as type: Child.Type
  ) -> Unmanaged<Child>? {
    let slot = slot(index)
    let address = slot.pointee.series.load(ordering: .acquiring)
    let birth = slot.pointee.birth.load(ordering: .acquiring)
    // The same address again: the number between the two looks belongs to it. An address that another series has got
    // meanwhile is that of a younger one, since what a reader may look at is not given back.
    guard birth <= beginning, let pointer = UnsafeRawPointer(bitPattern: address),
      slot.pointee.series.load(ordering: .acquiring) == address
    else { return nil }
    return Unmanaged<Child>.fromOpaque(pointer)
  }

  /// The series at an index, unless it is a hole; with the family's lock held, or one of those that look up.
  @inline(__always)
  func series(_ index: Int) -> Unmanaged<MetricInstrument>? {
    let address = slot(index).pointee.series.load(ordering: .acquiring)
    guard let pointer = UnsafeRawPointer(bitPattern: address) else { return nil }
    return Unmanaged<MetricInstrument>.fromOpaque(pointer)
  }
}
