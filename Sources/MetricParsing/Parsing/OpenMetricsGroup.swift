// What does OpenMetrics ask of the samples of one series?

/// The series of a family whose samples are being read, and those that were.
struct OpenMetricsGroup: Sendable {
  /// The first sample of this group; nil before there is one.
  var first: ExpositionStore.Sample?
  var firstSample = 0
  /// The first sample of each group of the family, by the group's hash.
  var seen: [Int: UInt32] = [:]
  var timestamp = ExpositionStore.none
  /// When the group was created.
  var created = ExpositionStore.none
  /// The histogram that is being read.
  var point = HistogramPoint()
}

/// What was read of a histogram at one moment.
struct HistogramPoint: Sendable {
  var isOpen = false
  var line = 0
  var bound: Double?
  var last: Double = 0
  var count: Double?
  var hasSum = false
  var hasGaugeSum = false
  var hasNegativeBounds = false
  var hasNegativeGaugeSum = false
}

extension ExpositionParser {
  /// Checks what a type says of each value.
  func checkValue(
    _ sample: inout ExpositionStore.Sample, _ value: Double, _ places: SamplePlaces
  ) throws(LineProblem) {
    let reader = places.reader
    let family = store.families[Int(sample.family)]
    switch (family.type, sample.role) {
    case (.info, _):
      guard value == 1 else { throw reader.problem("an info has the value 1", at: places.value) }
    case (.stateset, _):
      guard stateLabel(of: sample, family) != nil else {
        throw reader.problem("a state has the family's name as its label", at: places.name)
      }
      guard value == 0 || value == 1 else {
        throw reader.problem("a state has the value 0 or 1", at: places.value)
      }
    case (.summary, .value):
      guard let quantile = store.label("quantile", of: sample), let number = canonical(quantile),
        0...1 ~= number
      else { throw reader.problem("a quantile is from 0 to 1", at: places.name) }
      guard !(value < 0) else { throw reader.problem("a quantile has no negative value", at: places.value) }
    case (_, .bucket):
      guard let bound = store.label("le", of: sample), let number = canonical(bound), !number.isNaN else {
        throw reader.problem("a bucket has a number as its le", at: places.name)
      }
      try checkCount(value, places)
    case (_, .count): try checkCount(value, places)
    case (.gaugehistogram, .sum):
      guard !value.isNaN else { throw reader.problem("a sum cannot be NaN", at: places.value) }
    case (.counter, .value), (_, .sum):
      guard value >= 0 else {
        throw reader.problem("a counter and a sum are neither negative nor NaN", at: places.value)
      }
    default: break
    }
  }

  private func checkCount(_ value: Double, _ places: SamplePlaces) throws(LineProblem) {
    guard value >= 0, value.isFinite, value == value.rounded(.towardZero) else {
      throw places.reader.problem("a count is a whole number from 0", at: places.value)
    }
  }

  /// The label that names the state.
  private func stateLabel(
    of sample: ExpositionStore.Sample, _ family: ExpositionStore.Family
  ) -> Int? {
    store.labels(of: sample).first { store.isSame(store.labels[$0].name, family.name) }
  }

  /// A number in a label; an infinity only as `+Inf` or `-Inf`.
  private func canonical(_ text: TextSlice) -> Double? {
    store.withBytes(text) { bytes in
      guard let number = DecimalNumber.value(bytes) else { return nil }
      return number != .infinity || bytes.isSame(as: "+Inf") ? number : nil
    }
  }

  // MARK: - Groups

  /// Samples of a group stand together, and their timestamps go forward.
  mutating func addToGroup(
    _ sample: inout ExpositionStore.Sample, _ value: Double, _ places: SamplePlaces
  ) throws(LineProblem) {
    let reader = places.reader
    let type = store.families[Int(sample.family)].type
    let isHistogram = type == .histogram || type == .gaugehistogram
    let isSame = group.first.map { isGroup($0, sample) } ?? false
    if isSame {
      guard (sample.timestamp == ExpositionStore.none) == (group.timestamp == ExpositionStore.none) else {
        throw reader.problem("some samples of the series have a timestamp, others have none", at: places.name)
      }
      if sample.timestamp != ExpositionStore.none, type != .info,
        Double(bitPattern: group.timestamp) > Double(bitPattern: sample.timestamp)
      {
        throw reader.problem("the timestamps go backwards", at: places.name)
      }
      if isHistogram, sample.timestamp != group.timestamp { try finishPoint() }
    } else {
      try finishPoint()
      let hash = groupHash(sample)
      if let other = group.seen[hash] {
        guard !isGroup(store.samples[Int(other)], sample) else {
          throw reader.problem("the samples of the series do not stand together", at: places.name)
        }
      } else {
        group.seen[hash] = UInt32(truncatingIfNeeded: store.samples.count)
      }
      group.first = sample
      group.firstSample = store.samples.count
      group.created = ExpositionStore.none
    }
    group.timestamp = sample.timestamp
    if sample.role == .created {
      // Only the first one speaks of those before it: a group may have as many as it has timestamps.
      if group.created == ExpositionStore.none { store.markCreated(value, since: group.firstSample) }
      group.created = value.bitPattern
    }
    sample.created = group.created
    if isHistogram { try addToPoint(sample, value, places) }
  }

  /// Whether a label names a part of a series: a bound, a quantile or a state.
  private func isPart(_ label: ExpositionStore.Label, of sample: ExpositionStore.Sample) -> Bool {
    let family = store.families[Int(sample.family)]
    switch (family.type, sample.role) {
    case (.info, _): return true
    case (.summary, .value): return store.withBytes(label.name) { $0.isSame(as: "quantile") }
    case (.stateset, _): return store.isSame(label.name, family.name)
    case (_, .bucket): return store.withBytes(label.name) { $0.isSame(as: "le") }
    default: return false
    }
  }

  /// Whether two samples have the same labels, without those that name a part, in any order.
  private func isGroup(_ one: ExpositionStore.Sample, _ other: ExpositionStore.Sample) -> Bool {
    var matched = 0
    for index in store.labels(of: one) {
      let label = store.labels[index]
      guard !isPart(label, of: one) else { continue }
      let isThere = store.labels(of: other).contains {
        store.isSame(store.labels[$0].name, label.name) && store.isSame(store.labels[$0].value, label.value)
      }
      guard isThere else { return false }
      matched += 1
    }
    for index in store.labels(of: other) where !isPart(store.labels[index], of: other) { matched -= 1 }
    return matched == 0
  }

  /// The same for labels in another order; whose seed nobody outside knows.
  private func groupHash(_ sample: ExpositionStore.Sample) -> Int {
    var sum = 0
    for index in store.labels(of: sample) where !isPart(store.labels[index], of: sample) {
      var hasher = Hasher()
      store.withBytes(store.labels[index].name) { hasher.combine(bytes: $0) }
      hasher.combine(0xFF as UInt8)
      store.withBytes(store.labels[index].value) { hasher.combine(bytes: $0) }
      sum &+= hasher.finalize()
    }
    return sum
  }

  // MARK: - Histograms

  private mutating func addToPoint(
    _ sample: ExpositionStore.Sample, _ value: Double, _ places: SamplePlaces
  ) throws(LineProblem) {
    let reader = places.reader
    group.point.isOpen = true
    group.point.line = line
    switch sample.role {
    case .bucket:
      guard let text = store.label("le", of: sample), let bound = canonical(text) else { return }
      if bound < 0 { group.point.hasNegativeBounds = true }
      if let last = group.point.bound, bound <= last {
        throw reader.problem("the bounds of the buckets do not rise", at: places.name)
      }
      guard value >= group.point.last else {
        throw reader.problem("a bucket holds less than the one before", at: places.value)
      }
      group.point.bound = bound
      group.point.last = value
    case .count: group.point.count = value
    case .sum:
      if store.families[Int(sample.family)].type == .histogram {
        group.point.hasSum = true
      } else {
        group.point.hasGaugeSum = true
        if value < 0 { group.point.hasNegativeGaugeSum = true }
      }
    case .value, .created: break
    }
  }

  /// Checks a histogram of which all samples were read.
  mutating func finishPoint() throws(LineProblem) {
    let point = group.point
    guard point.isOpen else { return }
    group.point = HistogramPoint()
    func problem(_ reason: String) -> LineProblem { LineProblem(offset: 0, reason: reason, line: point.line) }
    guard point.bound == .infinity else { throw problem("the bucket +Inf is missing") }
    let hasSum = point.hasSum || point.hasGaugeSum
    if let count = point.count {
      guard count == point.last else { throw problem("the count is not that of the bucket +Inf") }
      guard hasSum else { throw problem("there is a count, but no sum") }
    } else if hasSum {
      throw problem("there is a sum, but no count")
    }
    guard !(point.hasNegativeBounds && point.hasSum) else {
      throw problem("with negative bounds there is no sum")
    }
    guard point.hasNegativeBounds || !point.hasNegativeGaugeSum else {
      throw problem("without negative bounds the sum is not negative")
    }
  }
}
