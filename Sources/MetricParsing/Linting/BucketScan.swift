// Can the buckets of a histogram say where its observations are?

/// The buckets of all series of a family, added up.
struct BucketScan {
  /// What one series has.
  private struct Bounds {
    var hash = 0
    var hasInfinity = false
    var line: UInt32
    /// The bucket before.
    var lastBound = Double.nan
    var lastCount = Double.nan
    var lastTimestamp = ExpositionStore.none
    /// What the bucket +Inf of that time holds; NaN when it has not come yet.
    var infinityCount = Double.nan
  }

  /// A bucket with this share of the observations has nearly all of them.
  private static let nearlyAll = 0.9
  /// A bucket whose upper bound is more than this many times its lower one says next to nothing.
  private static let widest = 10.0

  private var series: [Int: Int] = [:]
  private var bounds: [Bounds] = []
  /// Which bounds each series has, as hashes: one that comes again, at another time, says nothing new.
  private var seen: Set<Int> = []
  /// What lies at or below each bound.
  private var counts: [Double: Double] = [:]
  private var sum = 0.0
  /// The line of the first bucket.
  private(set) var line = 0
  /// The line of the first bucket that holds less than one with a lower bound.
  private(set) var decreasing: Int?

  /// Takes the buckets and the sum; what is no number as they must be is left out. Any sample says that there
  /// is a series, which has to have buckets.
  mutating func note(
    _ sample: ExpositionStore.Sample, _ identity: Int, _ label: TextSlice?, _ store: ExpositionStore
  ) {
    let value = Double(bitPattern: sample.value)
    if sample.role == .sum { sum += value }
    let position: Int
    if let known = series[identity] {
      position = known
    } else {
      position = bounds.count
      series[identity] = position
      bounds.append(Bounds(line: sample.line))
    }
    guard sample.role == .bucket, let label, let bound = store.withBytes(label, { DecimalNumber.value($0) }),
      !bound.isNaN
    else { return }
    if line == 0 { line = Int(sample.line) }
    if decreasing == nil, BucketScan.isLess(sample, bound, value, &bounds[position]) {
      decreasing = Int(sample.line)
    }
    var hasher = Hasher()
    hasher.combine(position)
    hasher.combine(bound)
    guard seen.insert(hasher.finalize()).inserted else { return }
    if bound == .infinity { bounds[position].hasInfinity = true }
    hasher = Hasher()
    hasher.combine(bound)
    bounds[position].hash &+= hasher.finalize()
    if value >= 0, value.isFinite { counts[bound, default: 0] += value }
  }

  /// Compares a bucket with the one before, in whatever order they come, and with the last bucket, which comes
  /// first where bounds are sorted as text: of one moment, none holds less than one with a lower bound.
  private static func isLess(
    _ sample: ExpositionStore.Sample, _ bound: Double, _ value: Double, _ series: inout Bounds
  ) -> Bool {
    defer { (series.lastBound, series.lastCount, series.lastTimestamp) = (bound, value, sample.timestamp) }
    if series.lastTimestamp != sample.timestamp { series.infinityCount = .nan }
    guard bound < .infinity else {
      series.infinityCount = value
      return series.lastTimestamp == sample.timestamp && bound > series.lastBound && value < series.lastCount
    }
    guard series.lastTimestamp == sample.timestamp else { return false }
    return bound > series.lastBound && value < series.lastCount
      || bound < series.lastBound && value > series.lastCount || value > series.infinityCount
  }

  /// The line of the first series that lacks the last bucket.
  var withoutInfinity: Int? { bounds.first { !$0.hasInfinity }.map { Int($0.line) } }

  /// The line of the first series that has other bounds than the first.
  var withOtherBounds: Int? { bounds.first { $0.hash != bounds[0].hash }.map { Int($0.line) } }

  /// Why the buckets say next to nothing; nil when they say enough, or there are too few observations.
  ///
  /// Whole numbers such as recipients are told apart by a bound of 1, and zeros by a bound of 0.
  func coarse(least: Double, isOfTime: Bool) -> String? {
    let ordered = counts.sorted { $0.key < $1.key }
    guard let total = ordered.last?.value, total >= least, total.isFinite, let (first, small) = ordered.first
    else { return nil }
    if first == .infinity { return "there is no bucket but +Inf" }
    let isWhole =
      !isOfTime && sum == sum.rounded() && ordered.dropLast().allSatisfy { $0.key == $0.key.rounded() }
    /// nil for what no buckets hold that rise.
    func told(_ share: Double, _ place: String) -> String? {
      guard 0...1 ~= share else { return nil }
      let count = Int(exactly: total).map(String.init) ?? "\(total)"
      return "\(Int(share * 100)) % of \(count) observations are \(place)"
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
