// How is a list of series read without a lock while it grows and shrinks?

import Synchronization

/// A list that is read without a lock while it grows and shrinks.
///
/// Segments double in size and never move, so an index is an address for good. A removed series leaves a hole that
/// a later one fills. Memory of a removed series is given back once no reader can still be looking at it: a reader
/// announces itself before its first look, and a remover that sees a reader leaves the series to the last of them.
final class SeriesList: @unchecked Sendable {
  struct Slot: ~Copyable {
    /// The series' address, or 0 for a hole.
    let series = Atomic<UInt>(0)
    /// 0 when the series was looked up since the last sweep for idle ones; else when it was last seen in use.
    let lastUse = Atomic<UInt64>(0)
    /// The series' fingerprint at the last sweep. Only a sweep touches it.
    var fingerprint: UInt64 = 0
  }

  private static let firstSegment = 16
  private static let maximumSegments = 32

  private let segments: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
  private let used = Atomic<Int>(0)
  private let readers = Atomic<Int>(0)
  // Under the lock of the family.
  private var holes: [Int] = []
  private var graveyard: [Unmanaged<AnyObject>] = []

  init() {
    segments = .allocate(capacity: SeriesList.maximumSegments)
    for index in 0..<SeriesList.maximumSegments { (segments + index).initialize(to: Atomic(nil)) }
  }

  deinit {
    for index in 0..<used.load(ordering: .relaxed) {
      let address = slot(index).pointee.series.load(ordering: .relaxed)
      if let pointer = UnsafeRawPointer(bitPattern: address) {
        Unmanaged<AnyObject>.fromOpaque(pointer).release()
      }
    }
    for series in graveyard { series.release() }
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
  func insert(_ series: AnyObject) -> Int {
    let index: Int
    if let hole = holes.popLast() {
      index = hole
      slot(index).pointee.fingerprint = 0
      slot(index).pointee.lastUse.store(0, ordering: .relaxed)
    } else {
      index = used.load(ordering: .relaxed)
      allocateSegment(of: index)
    }
    let address = UInt(bitPattern: Unmanaged.passRetained(series).toOpaque())
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
    let address = slot(index).pointee.series.exchange(0, ordering: .sequentiallyConsistent)
    guard let pointer = UnsafeRawPointer(bitPattern: address) else { return }
    holes.append(index)
    graveyard.append(Unmanaged<AnyObject>.fromOpaque(pointer))
    buryIfUnseen()
  }

  /// With the family's lock held.
  func buryIfUnseen() {
    guard !graveyard.isEmpty, readers.load(ordering: .sequentiallyConsistent) == 0 else { return }
    for series in graveyard { series.release() }
    graveyard.removeAll()
  }

  func beginReading() { readers.add(1, ordering: .sequentiallyConsistent) }
  func endReading() { readers.subtract(1, ordering: .sequentiallyConsistent) }

  /// The series at an index, unless it is a hole. It stays alive until `endReading()`.
  @inline(__always)
  func series<Child: AnyObject>(_ index: Int, as type: Child.Type) -> Unmanaged<Child>? {
    let address = slot(index).pointee.series.load(ordering: .sequentiallyConsistent)
    guard let pointer = UnsafeRawPointer(bitPattern: address) else { return nil }
    return Unmanaged<Child>.fromOpaque(pointer)
  }
}
