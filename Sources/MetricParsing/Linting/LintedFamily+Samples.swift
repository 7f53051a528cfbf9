// What is wrong with the samples of a family, and with its labels?

/// What was seen of one label of a family.
struct LintedLabel {
  let name: [UInt8]
  /// The line of the first sample that has it.
  let line: Int
  /// Whether it is of the type: a bound, a quantile or a state.
  let isPart: Bool
  /// Whether its values are versions, of which some look like IP addresses.
  let isVersion: Bool
  /// Different values, as hashes; no more than are told.
  var values: Set<Int> = []
  /// The value before, which is often the same.
  var last: TextSlice?
  /// The first lines on which a value looks like something; nil for none.
  var address: (line: Int, kind: String)?
  var identifier: (line: Int, kind: String)?
  var total: (line: Int, value: String)?
  var unusualNumber: (line: Int, written: String)?
}

/// The labels and series of a family, gathered in one pass over its samples.
struct SampleScan {
  /// The most names of labels that are judged.
  static let mostNames = 1_000

  private(set) var labels: [LintedLabel] = []
  /// The line of the first sample that has a label of yet another name.
  private(set) var firstBeyond: Int?
  private var positions: [[UInt8]: Int] = [:]
  /// The places of the labels of the sample before in `labels`, by their order there, and their names'
  /// slices.
  private var lastNames: [(slice: TextSlice, position: Int)] = []

  /// Where the label is in `labels`; a negative number of its own for a name that is one too many.
  mutating func position(
    _ label: ExpositionStore.Label, at order: Int, _ line: Int, _ store: ExpositionStore,
    isPart: ([UInt8]) -> Bool
  ) -> Int {
    if order < lastNames.count, lastNames[order].slice == label.name { return lastNames[order].position }
    let name = store.withBytes(label.name) { Array($0) }
    let position: Int
    if let known = positions[name] {
      position = known
    } else {
      let isPart = isPart(name)
      if labels.count < SampleScan.mostNames || isPart {
        position = labels.count
        positions[name] = position
        labels.append(
          LintedLabel(name: name, line: line, isPart: isPart, isVersion: LabelText.isVersionName(name)))
      } else {
        if firstBeyond == nil { firstBeyond = line }
        var hasher = Hasher()
        hasher.combine(name)
        position = hasher.finalize() | .min
      }
    }
    if order < lastNames.count {
      lastNames[order] = (label.name, position)
    } else {
      lastNames.append((label.name, position))
    }
    return position
  }

  /// Notes a value.
  mutating func note(
    _ slice: TextSlice, of position: Int, _ line: Int, _ store: ExpositionStore, mostValues: Int, isInfo: Bool
  ) {
    guard position >= 0, labels[position].last != slice else { return }
    labels[position].last = slice
    store.withBytes(slice) { value in
      if labels[position].isPart {
        if labels[position].unusualNumber == nil, !LabelText.isCanonicalNumber(value) {
          labels[position].unusualNumber = (line, shown(value))
        }
        return
      }
      if labels[position].values.count <= mostValues {
        var hasher = Hasher()
        hasher.combine(bytes: value)
        labels[position].values.insert(hasher.finalize())
      }
      if labels[position].address == nil,
        let kind = LabelText.address(value, isVersion: isInfo || labels[position].isVersion)
      {
        labels[position].address = (line, kind)
      }
      if !isInfo, labels[position].identifier == nil, let kind = LabelText.identifier(value) {
        labels[position].identifier = (line, kind)
      }
      if labels[position].total == nil, LabelText.isTotal(value) {
        labels[position].total = (line, shown(value))
      }
    }
  }
}

extension LintedFamily {
  /// The most labels that are told for one rule.
  private static let mostLabels = 10

  func checkSamples(_ linter: MetricLinter, _ report: inout LintReport) {
    let record = store.families[index]
    guard record.samples > 0 else { return }
    let mostValues = max(linter.mostLabelValues, 1)
    var scan = SampleScan()
    var sets = LabelSets()
    var series = SeriesScan()
    var buckets = BucketScan()
    let first = Int(record.firstSample)
    for number in first..<first + Int(record.samples) {
      let sample = store.samples[number]
      let line = Int(sample.line)
      var names = LabelSets.Set()
      var identity = 0
      var part = 0
      var bound: TextSlice?
      for (order, label) in store.labels[store.labels(of: sample)].enumerated() {
        let position = scan.position(label, at: order, line, store) { isPart($0) }
        scan.note(
          label.value, of: position, line, store, mostValues: mostValues, isInfo: isInfo)
        // In Prometheus a label without a value is none.
        guard !label.value.isEmpty else { continue }
        var hasher = Hasher()
        hasher.combine(position)
        store.withBytes(label.value) { hasher.combine(bytes: $0) }
        if position >= 0, scan.labels[position].isPart {
          part &+= hasher.finalize()
          if sample.role == .bucket { bound = label.value }
        } else {
          identity &+= hasher.finalize()
          names.insert(position)
        }
      }
      if sample.role != .created {
        if !isInfo { sets.note(names, line) }
        series.note(identity, part, number, sample, self)
        if isHistogram { buckets.note(sample, identity, bound, store) }
      }
    }
    tell(scan, linter, mostValues, &report)
    tell(sets, &report)
    tell(series, linter, &report)
    if isHistogram { tell(buckets, linter, &report) }
  }

  /// Whether a label names a part of a series, in the families that have such.
  private func isPart(_ label: [UInt8]) -> Bool {
    switch type {
    case .histogram, .gaugehistogram: label.elementsEqual("le".utf8)
    case .summary: label.elementsEqual("quantile".utf8)
    case .stateset: store.withBytes(store.families[index].name) { label.elementsEqual($0) }
    default: false
    }
  }

  // MARK: - Labels

  private func tell(
    _ scan: SampleScan, _ linter: MetricLinter, _ mostValues: Int, _ report: inout LintReport
  ) {
    var told: [MetricFinding.Rule: Int] = [:]
    func add(
      _ rule: MetricFinding.Rule, _ severity: MetricFinding.Severity, _ label: LintedLabel, _ line: Int,
      _ message: String, _ advice: String
    ) {
      let count = told[rule, default: 0]
      guard count < LintedFamily.mostLabels else { return }
      told[rule] = count + 1
      report.add(rule, severity, self, label: label.name, line: line, message, advice)
    }
    if let line = scan.firstBeyond {
      report.add(
        .highCardinality, .warning, self, line: line,
        "the labels have more than \(SampleScan.mostNames) names, and only the first ones are judged",
        "make values of what the names say, and bound the number of those")
    }
    for label in scan.labels {
      if label.isPart {
        guard type != .stateset, let (line, written) = label.unusualNumber else { continue }
        add(
          .canonicalNumber, store.format == .text ? .info : .warning, label, line,
          "the number is written \(written)",
          "write 1.0, 0.25 or +Inf, as OpenMetrics does: a series is its text")
        continue
      }
      if isTyped {
        if label.name.elementsEqual("le".utf8), !isHistogram {
          add(
            .reservedLabel, .error, label, label.line, "the label is that of a histogram's buckets",
            "use a histogram, or another name")
        }
        if label.name.elementsEqual("quantile".utf8), type != .summary {
          add(
            .reservedLabel, .error, label, label.line, "the label is that of a summary's quantiles",
            "use a histogram, or another name")
        }
      }
      if label.name.hasCamelCase {
        add(.camelCase, .error, label, label.line, "the label's name is in camelCase", "use snake_case")
      }
      if label.values.count > mostValues {
        add(
          .highCardinality, .warning, label, label.line, "the label has more than \(mostValues) values",
          "put values together, or bound their number: each one is a series for good")
      }
      if let (line, kind) = label.address {
        add(
          .addressLabel, .warning, label, line, "a value looks like \(kind)",
          "drop the label, or use a class of it: there is no end to such values, and they may be personal")
      }
      if let (line, kind) = label.identifier {
        add(
          .identifierLabel, .warning, label, line, "a value looks like \(kind)",
          "drop the label; what has an identifier is for logs and traces")
      }
      if let (line, value) = label.total, label.values.count > 1 {
        add(
          .totalLabel, .warning, label, line, "the value \(value) stands beside others",
          "drop that series: a sum over the label counts twice")
      }
    }
  }

  private func tell(_ sets: LabelSets, _ report: inout LintReport) {
    if let line = sets.nested {
      report.add(
        .mixedLevels, .error, self, line: line, "a series has all labels of another, and more or fewer",
        "give each level a family of its own: a sum over this one counts twice")
    } else if let line = sets.different {
      report.add(
        .mixedLabels, .error, self, line: line, "the series have different labels",
        "give all of them the same labels, or families of their own")
    }
  }

  private func tell(_ series: SeriesScan, _ linter: MetricLinter, _ report: inout LintReport) {
    if let line = series.duplicate {
      report.add(
        .duplicateSeries, .error, self, line: line, "the series is there already",
        "expose it once; readers refuse all of the scrape, or take either value")
    }
    let most = max(linter.mostSeries, 1)
    if series.count > most {
      report.add(
        .highCardinality, .warning, self, "there are \(series.count) series, more than \(most)",
        "drop labels, or bound the number of their values")
    }
  }

  // MARK: - Buckets

  private func tell(_ buckets: BucketScan, _ linter: MetricLinter, _ report: inout LintReport) {
    if let line = buckets.withoutInfinity {
      report.add(
        .missingInfinity, .error, self, line: line, "the bucket +Inf is missing",
        "add it: without one there are no quantiles")
      return
    }
    if let line = buckets.decreasing {
      report.add(
        .decreasingBuckets, .error, self, line: line, "a bucket holds less than one with a lower bound",
        "count in each bucket all observations up to its bound: otherwise quantiles are wrong")
      return
    }
    if let line = buckets.withOtherBounds {
      report.add(
        .mixedBuckets, .warning, self, line: line, "the series have different bounds",
        "give all of them the same: otherwise they cannot be added up")
      return
    }
    let least = Double(max(linter.leastObservations, 1))
    guard let reason = buckets.coarse(least: least, isOfTime: name.hasWord("seconds")) else { return }
    report.add(
      .coarseBuckets, .warning, self, line: buckets.line, reason,
      "choose bounds where the observations are: quantiles are read between bounds")
  }
}

extension [UInt8] {
  fileprivate func hasWord(_ word: String) -> Bool {
    split(separator: UInt8(ascii: "_")).contains { $0.elementsEqual(word.utf8) }
  }
}
