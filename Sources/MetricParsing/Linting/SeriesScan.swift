// Which series does a family have, and do they fit together?

/// Which sets of labels the series of a family have.
struct LabelSets {
  /// Labels by their place in the scan, and a sum of hashes by which most are told apart.
  struct Set: Sendable {
    private(set) var members: [Int] = []
    private(set) var hash = 0

    mutating func insert(_ member: Int) {
      members.append(member)
      hash &+= Set.hash(member)
    }

    private static func hash(_ member: Int) -> Int {
      var hasher = Hasher()
      hasher.combine(member)
      return hasher.finalize()
    }
  }

  /// The first sets that were seen, which are compared with each new one.
  private static let mostKept = 8

  private var known: Swift.Set<Int> = []
  private var kept: [Swift.Set<Int>] = []
  private var last: Int?
  /// The line of the first sample that has other labels than one before.
  private(set) var different: Int?
  /// The line of the first sample whose labels are among those of another, or the other way round.
  private(set) var nested: Int?

  mutating func note(_ set: Set, _ line: Int) {
    guard nested == nil, set.hash != last else { return }
    last = set.hash
    guard known.insert(set.hash).inserted else { return }
    let members = Swift.Set(set.members)
    if !kept.isEmpty, different == nil { different = line }
    if kept.contains(where: { $0.isSubset(of: members) || members.isSubset(of: $0) }) { nested = line }
    if kept.count < LabelSets.mostKept { kept.append(members) }
  }
}

/// The series of a family, told apart by hashes whose seed nobody outside knows.
struct SeriesScan {
  /// The first sample of each line's name, labels and time.
  private var samples: [Int: Int] = [:]
  private var series: Set<Int> = []
  /// The line of the first sample that was there already.
  private(set) var duplicate: Int?

  /// A histogram or a summary counts as one.
  var count: Int { series.count }

  /// - Parameters:
  ///   - identity: a hash of the labels, without those that name a part.
  ///   - part: one of those.
  mutating func note(
    _ identity: Int, _ part: Int, _ number: Int, _ sample: ExpositionStore.Sample, _ family: LintedFamily
  ) {
    series.insert(identity)
    guard duplicate == nil else { return }
    var hasher = Hasher()
    hasher.combine(identity)
    hasher.combine(part)
    hasher.combine(sample.role)
    hasher.combine(sample.timestamp)
    let hash = hasher.finalize()
    guard let other = samples[hash] else {
      samples[hash] = number
      return
    }
    if isSame(family.store.samples[other], sample, family.store) { duplicate = Int(sample.line) }
  }

  private func isSame(
    _ one: ExpositionStore.Sample, _ other: ExpositionStore.Sample, _ store: ExpositionStore
  ) -> Bool {
    guard one.timestamp == other.timestamp, store.isSame(one.name, other.name) else { return false }
    func pairs(_ sample: ExpositionStore.Sample) -> [[UInt8]: [UInt8]] {
      var pairs: [[UInt8]: [UInt8]] = [:]
      for label in store.labels[store.labels(of: sample)] where !label.value.isEmpty {
        pairs[store.withBytes(label.name) { Array($0) }] = store.withBytes(label.value) { Array($0) }
      }
      return pairs
    }
    return pairs(one) == pairs(other)
  }
}
