// Which value does a scrape show under a sample's name and labels?

package import MetricInstruments

extension GatheredMetrics {
  /// The value of the sample with this name and these labels, whatever their order; nil when there is none. An empty label
  /// is none.
  ///
  /// - Parameter constants: labels that every sample has, and of which nothing need be said.
  package func value(
    of sample: String, labels: [(name: String, value: String)], constants: ConstantLabels = .none
  ) -> Double? {
    for item in items {
      guard let wanted = WantedSample(sample, labels, constants, of: item.descriptor) else { continue }
      let value =
        switch item {
        case .registered(let family): family.value(of: wanted)
        case .collected(let family): family.value(of: wanted)
        }
      if let value { return value }
    }
    return nil
  }
}

extension GatheredMetrics.Item {
  fileprivate var descriptor: FamilyDescriptor {
    switch self {
    case .registered(let family): family.descriptor
    case .collected(let family): family.descriptor
    }
  }
}

/// A sample of a family, by what it shows and its labels.
private struct WantedSample {
  enum Part {
    case number, count, sum
    /// What is not above a bound.
    case bucket(le: Double)
  }

  let part: Part
  private let labels: [LabelText: LabelText]
  private let constants: [LabelText: LabelText]

  /// Nil when the family has no sample of the name.
  init?(
    _ name: String, _ labels: [(name: String, value: String)], _ constants: ConstantLabels,
    of family: FamilyDescriptor
  ) {
    self.constants = WantedSample.index(constants.pairs)
    // With all constant labels, so that one which was given and differs is of no sample.
    var labels = WantedSample.index(labels + constants.pairs)
    let name = LabelText(name)
    func isNamed(_ suffix: String) -> Bool { name == LabelText(family.baseName + suffix) }
    switch family.type {
    case .histogram where isNamed("_count"): part = .count
    case .histogram where isNamed("_sum"): part = .sum
    case .histogram where isNamed("_bucket"):
      guard let bound = labels.removeValue(forKey: LabelText("le")), let bound = Double(bound.text) else {
        return nil
      }
      part = .bucket(le: bound)
    case .counter, .gauge, .info, .stateset, .unknown:
      guard name == LabelText(family.name) else { return nil }
      part = .number
    case .histogram: return nil
    }
    self.labels = labels
  }

  /// Whether these are the labels; of two labels of one name the first counts.
  func has(_ labels: [(name: String, value: String)]) -> Bool {
    self.labels == WantedSample.index(labels).merging(constants) { own, _ in own }
  }

  private static func index(_ labels: [(name: String, value: String)]) -> [LabelText: LabelText] {
    let pairs = labels.filter { !$0.value.isEmpty }.map { (LabelText($0.name), LabelText($0.value)) }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  func value(of snapshot: HistogramSnapshot) -> Double? {
    switch part {
    case .number: return nil
    case .count: return Double(snapshot.count)
    case .sum: return snapshot.sum
    case .bucket(let bound):
      guard bound == .infinity || snapshot.bounds.values.contains(bound) else { return nil }
      let counts = zip(Array(snapshot.bounds.values) + [.infinity], snapshot.counts)
      return Double(counts.reduce(0 as UInt64) { $1.0 <= bound ? $0 &+ $1.1 : $0 })
    }
  }
}

extension FamilyCore {
  fileprivate func value(of wanted: WantedSample) -> Double? {
    func first<Child>(_ reading: SeriesReading<Child>, _ value: (Child) -> Double?) -> Double? {
      var found: Double?
      reading.forEach { series in
        if found == nil, wanted.has(descriptor.labels(of: series)) { found = value(series) }
      }
      return found
    }
    switch read() {
    case .counters(let all): return first(all) { $0.value }
    case .gauges(let all): return first(all) { $0.isSet ? $0.value : nil }
    case .variables(let all): return first(all) { $0.number.double }
    case .histograms(let all):
      return first(all) { histogram in
        let snapshot = histogram.snapshot
        return descriptor.isPlain || snapshot.count > 0 ? wanted.value(of: snapshot) : nil
      }
    case .info(let info): return wanted.has(info.facts) ? 1 : nil
    case .stateSet(let set):
      let states = zip(set.names, set.current)
      return states.first { wanted.has([(name: descriptor.baseName, value: $0.0)]) }.map { $0.1 ? 1 : 0 }
    }
  }
}

extension CheckedFamily {
  fileprivate func value(of wanted: WantedSample) -> Double? {
    guard let index = shape.labels.firstIndex(where: { wanted.has($0.pairs) }) else { return nil }
    return distributions.isEmpty ? numbers[index] : wanted.value(of: distributions[index])
  }
}

extension CollectedShape.Labels {
  fileprivate var pairs: [(name: String, value: String)] { zip(names, values).map { (name: $0, value: $1) } }
}
