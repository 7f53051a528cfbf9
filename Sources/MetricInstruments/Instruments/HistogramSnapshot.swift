// What did a histogram hold at one moment?

/// A consistent copy of a histogram: it never holds half an observation.
public struct HistogramSnapshot: Sendable, Hashable {
  /// Observations of each bucket, not cumulative; the last is the one without an upper bound.
  public private(set) var counts: [UInt64]
  /// The sum of all observations, in the histogram's unit.
  public private(set) var sum: Double

  /// A snapshot with the given counts, one for each bound and a last one for what lies above them all.
  package init(counts: [UInt64] = [], sum: Double = 0) {
    self.counts = counts
    self.sum = sum
  }

  /// How many values were observed.
  public var count: UInt64 { counts.reduce(0, &+) }

  /// Empties the snapshot, keeping its memory.
  mutating func reset(buckets: Int) {
    sum = 0
    counts.removeAll(keepingCapacity: true)
    counts.append(contentsOf: repeatElement(0, count: buckets))
  }

  mutating func add(sum: Double, counts: UnsafeBufferPointer<UInt64>) {
    self.sum += sum
    self.counts.withUnsafeMutableBufferPointer { own in
      for index in 0..<min(own.count, counts.count) { own[index] &+= counts[index] }
    }
  }
}
