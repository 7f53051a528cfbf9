// What did a histogram hold at one moment?

/// A consistent copy of a histogram: it never holds half an observation.
public struct HistogramSnapshot: Sendable, Hashable {
  /// The upper bounds of the buckets, in the histogram's unit; the bucket after them has none.
  public private(set) var bounds: BucketBounds
  /// Observations of each bucket, not cumulative, one more than there are bounds; the last is the one without an upper
  /// bound.
  public private(set) var counts: [UInt64]
  /// The sum of all observations, in the histogram's unit.
  public private(set) var sum: Double

  /// A snapshot to compare others with.
  ///
  /// - Parameters:
  ///   - bounds: the upper bounds; they are not checked.
  ///   - counts: observations of each bucket, one more than there are bounds. Those that are missing are 0, and what is
  ///     beyond them is left out.
  ///   - sum: the sum of all observations.
  public init(bounds: BucketBounds, counts: [UInt64], sum: Double) {
    self.bounds = bounds
    self.counts = Array(counts.prefix(bounds.count + 1))
    self.counts.append(contentsOf: repeatElement(0, count: bounds.count + 1 - self.counts.count))
    self.sum = sum
  }

  /// A snapshot to read a histogram into.
  package init() { self.init(bounds: [], counts: [], sum: 0) }

  /// How many values were observed.
  public var count: UInt64 { counts.reduce(0, &+) }

  /// Empties the snapshot, keeping its memory.
  mutating func reset(bounds: BucketBounds) {
    self.bounds = bounds
    sum = 0
    counts.removeAll(keepingCapacity: true)
    counts.append(contentsOf: repeatElement(0, count: bounds.count + 1))
  }

  mutating func add(sum: Double, counts: UnsafeBufferPointer<UInt64>) {
    self.sum += sum
    self.counts.withUnsafeMutableBufferPointer { own in
      for index in 0..<min(own.count, counts.count) { own[index] &+= counts[index] }
    }
  }
}
