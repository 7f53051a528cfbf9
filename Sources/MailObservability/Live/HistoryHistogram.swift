// How is a histogram kept in the history, and what are its quantiles?

import MetricInstruments

/// Some histograms of the same bounds, of which the sum of their buckets is kept.
struct HistoryHistogram: Sendable {
  /// The most bounds that are kept: the memory of the history does not grow with what a host has chosen.
  static let mostBounds = 24

  let members: [Histogram]
  /// The bounds that are kept, ascending: all, or every second, third and so on, and the last.
  let bounds: [Double]
  /// For each bucket of the members the bucket that it is counted in.
  let places: [Int]
  /// The column of the first bucket; the others follow.
  let column: Int

  init(_ members: [Histogram], at column: Int) {
    self.members = members
    self.column = column
    let all = members.first.map { Array($0.snapshot.bounds.values) } ?? []
    let stride = max(1, (all.count + HistoryHistogram.mostBounds - 1) / HistoryHistogram.mostBounds)
    var kept: [Double] = []
    var places: [Int] = []
    for (index, bound) in all.enumerated() {
      places.append(kept.count)
      if (all.count - 1 - index).isMultiple(of: stride) { kept.append(bound) }
    }
    bounds = kept
    self.places = places + [kept.count]
  }

  /// How many columns it has.
  var buckets: Int { bounds.count + 1 }

  /// Adds up the buckets, not cumulative.
  func read(_ snapshot: inout HistogramSnapshot, into sample: UnsafeMutableBufferPointer<Double>) {
    for bucket in 0..<buckets { sample[column + bucket] = 0 }
    for member in members {
      member.read(into: &snapshot)
      for (place, count) in zip(places, snapshot.counts) where count > 0 {
        sample[column + place] += Double(count)
      }
    }
  }

  /// The value below which a share of the observations lies, as `histogram_quantile()` of Prometheus has it: within a
  /// bucket they are taken for evenly spread, and what lies beyond the last bound for that bound. NaN without any.
  ///
  /// Source: Prometheus 2.42, `promql/quantile.go`, `bucketQuantile`.
  ///
  /// - Parameter count: of a bucket, not cumulative; NaN counts as none.
  func quantile(_ share: Double, _ count: (Int) -> Double) -> Double {
    guard let lastBound = bounds.last else { return .nan }
    var total = 0.0
    for bucket in 0..<buckets where count(bucket) > 0 { total += count(bucket) }
    guard total > 0 else { return .nan }
    let rank = share * total
    var below = 0.0
    for (bucket, bound) in bounds.enumerated() {
      let own = max(count(bucket), 0)
      let inBucket = own.isNaN ? 0 : own
      if below + inBucket >= rank {
        let start = bucket > 0 ? bounds[bucket - 1] : 0
        if bucket == 0, bound <= 0 { return bound }
        return inBucket > 0 ? start + (bound - start) * (rank - below) / inBucket : start
      }
      below += inBucket
    }
    return lastBound
  }
}
