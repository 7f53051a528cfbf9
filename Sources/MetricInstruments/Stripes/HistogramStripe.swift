// What is one stripe of a histogram, on cache lines of its own?

import ObservabilityPlatform

/// A view of raw memory laid out as
/// lock (4 bytes) · removed flag (4) · sum of the observations (8) · one count (8) a bucket.
struct HistogramStripe: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  let buckets: Int

  private static let header = 16
  /// No stripe's sum passes it, so that the sum of all, of which there are at most 65, is finite.
  static let limit = 0x1p1017

  // There are at most 501 buckets.
  @inline(__always)
  private static func stride(buckets: Int) -> Int {
    (header &+ buckets &* 8 &+ Stripes.stride &- 1) & ~(Stripes.stride &- 1)
  }

  /// A lone stripe takes only the bytes it needs; stripes side by side are kept apart.
  static func allocate(buckets: Int, stripes: Int) -> HistogramStripe {
    let size = stripes == 1 ? header + buckets * 8 : stride(buckets: buckets) * stripes
    let pointer = UnsafeMutableRawPointer.allocate(
      byteCount: size, alignment: stripes == 1 ? 16 : Stripes.stride)
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    let all = HistogramStripe(pointer: pointer, buckets: buckets)
    for index in 0..<stripes { all[index].word.initialize(to: WordLock()) }
    return all
  }

  subscript(index: Int) -> HistogramStripe {
    @inline(__always) get {
      HistogramStripe(
        pointer: pointer + index &* HistogramStripe.stride(buckets: buckets), buckets: buckets)
    }
  }

  private var word: UnsafeMutablePointer<WordLock> {
    @inline(__always) get { pointer.assumingMemoryBound(to: WordLock.self) }
  }
  private var removed: UnsafeMutablePointer<UInt32> {
    @inline(__always) get { (pointer + 4).assumingMemoryBound(to: UInt32.self) }
  }
  private var sum: UnsafeMutablePointer<Double> {
    @inline(__always) get { (pointer + 8).assumingMemoryBound(to: Double.self) }
  }
  private var counts: UnsafeMutablePointer<UInt64> {
    @inline(__always) get { (pointer + HistogramStripe.header).assumingMemoryBound(to: UInt64.self) }
  }

  @inline(__always) func tryLock() -> Bool { word.pointee.tryLock() }
  func lock() { word.pointee.lock() }
  @inline(__always) func unlock() { word.pointee.unlock() }

  // What follows is only done with the lock held.

  var isRemoved: Bool { removed.pointee != 0 }

  func markRemoved() { removed.pointee = 1 }

  /// Adds one observation, or says why not.
  @inline(__always)
  func add(_ value: Double, bucket: Int) -> RejectionReason? {
    guard removed.pointee == 0 else { return .removedSeries }
    let total = sum.pointee + value
    guard total <= HistogramStripe.limit else { return .tooLarge }
    sum.pointee = total
    counts[bucket] &+= 1
    return nil
  }

  func copy(to snapshot: inout HistogramSnapshot) {
    lock()
    defer { unlock() }
    snapshot.add(sum: sum.pointee, counts: UnsafeBufferPointer(start: counts, count: buckets))
  }
}
