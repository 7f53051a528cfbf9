// Can the buckets of a histogram say where its observations are?

/// The buckets of all series of a family, added up.
struct BucketScan {
  /// What one series has.
  private struct Bounds {
    var hash = 0
    var hasInfinity = false
    var line: Int
  }

  /// A bucket with this share of the observations has nearly all of them.
  private static let nearlyAll = 0.9
  /// A bucket whose upper bound is more than this many times its lower one says next to nothing.
  private static let widest = 10.0

  private var series: [Int: Int] = [:]
  private var bounds: [Bounds] = []
  /// What lies at or below each bound.
  private var counts: [Double: Double] = [:]
  private var sum = 0.0
  /// The line of the first bucket.
  private(set) var line = 0

  /// Takes the buckets and the sum; what is no number as they must be is left out.
  mutating func note(
    _ sample: ExpositionStore.Sample, _ identity: Int, _ label: TextSlice?, _ store: ExpositionStore
  ) {
    let value = Double(bitPattern: sample.value)
    if sample.role == .sum { sum += value }
    guard sample.role == .bucket, let label, let bound = store.withBytes(label, { DecimalNumber.value($0) }),
      !bound.isNaN
    else { return }
    if line == 0 { line = Int(sample.line) }
    let position: Int
    if let known = series[identity] {
      position = known
    } else {
      position = bounds.count
      series[identity] = position
      bounds.append(Bounds(line: Int(sample.line)))
    }
    if bound == .infinity { bounds[position].hasInfinity = true }
    var hasher = Hasher()
    hasher.combine(bound)
    bounds[position].hash &+= hasher.finalize()
    if value >= 0, value.isFinite { counts[bound, default: 0] += value }
  }

  /// The line of the first series that lacks the last bucket.
  var withoutInfinity: Int? { bounds.first { !$0.hasInfinity }?.line }

  /// The line of the first series that has other bounds than the first.
  var withOtherBounds: Int? { bounds.first { $0.hash != bounds[0].hash }?.line }

  /// Why the buckets say next to nothing; nil when they say enough, or there are too few observations.
  ///
  /// Whole numbers such as recipients are told apart by a bound of 1, and zeros by a bound of 0.
  func coarse(least: Double, isOfTime: Bool) -> String? {
    let ordered = counts.sorted { $0.key < $1.key }
    guard let total = ordered.last?.value, total >= least, let (first, small) = ordered.first else {
      return nil
    }
    if first == .infinity { return "there is no bucket but +Inf" }
    let isWhole =
      !isOfTime && sum == sum.rounded() && ordered.dropLast().allSatisfy { $0.key == $0.key.rounded() }
    func told(_ share: Double, _ place: String) -> String {
      "\(Int(share * 100)) % of \(Int(exactly: total).map(String.init) ?? "\(total)") observations are \(place)"
    }
    if small >= total * BucketScan.nearlyAll, first != 0, !(isWhole && first == 1) {
      return told(small / total, "in the first bucket, up to \(first)")
    }
    for (lower, upper) in zip(ordered, ordered.dropFirst()) {
      let inside = upper.value - lower.value
      guard inside >= total * BucketScan.nearlyAll else { continue }
      if upper.key == .infinity { return told(inside / total, "above the last bound, \(lower.key)") }
      if lower.key > 0, upper.key > lower.key * BucketScan.widest {
        return told(inside / total, "between \(lower.key) and \(upper.key)")
      }
    }
    return nil
  }
}
