// Can what a collector returned be shown, and as what?

package import MetricInstruments

extension CheckedFamily {
  /// Takes a collector's family whole, or says why not.
  ///
  /// - Parameter constants: what every sample has besides.
  package init(
    _ family: CollectedFamily, allowingUTF8: Bool, constants: ConstantLabels = .none
  ) throws(CollectedFamilyError) {
    do throws(SampleProblem) {
      try family.checkFailure()
      self.init(try CollectedShape(checking: family, allowingUTF8, constants))
      try takeValues(of: family)
    } catch {
      throw CollectedFamilyError(family.name, error.text)
    }
  }

  /// Takes another family of the same collector in the place of this one, by the same rules. The shape is used again if it
  /// is the same, the memory in any case. What has thrown is of no use any more.
  package mutating func update(
    to family: CollectedFamily, allowingUTF8: Bool, constants: ConstantLabels = .none
  ) throws(CollectedFamilyError) {
    do throws(SampleProblem) {
      try family.checkFailure()
      if !shape.isShape(of: family) { shape = try CollectedShape(checking: family, allowingUTF8, constants) }
      try takeValues(of: family)
    } catch {
      throw CollectedFamilyError(family.name, error.text)
    }
  }

  /// Takes the values of a family whose shape has been checked.
  private mutating func takeValues(of family: CollectedFamily) throws(SampleProblem) {
    numbers.removeAll(keepingCapacity: true)
    distributions.removeAll(keepingCapacity: true)
    timestamps.removeAll(keepingCapacity: true)
    if family.type == .histogram {
      distributions.reserveCapacity(shape.labels.count)
    } else {
      numbers.reserveCapacity(shape.labels.count)
    }
    let hasTimestamps = family.samples.contains { $0.timestamp != nil }
    for sample in family.samples {
      let timestamp = try sample.checkedTimestamp()
      let before = numbers.count + distributions.count
      switch (family.type, sample.value) {
      case (.counter, .number(let number)):
        guard number.isFinite, number >= 0 else { throw SampleProblem("a counter cannot be \(number)") }
        numbers.append(number)
      case (.gauge, .number(let number)), (.unknown, .number(let number)): numbers.append(number)
      case (.info, .info): numbers.append(1)
      case (.stateset, .states(let states)): for state in states { numbers.append(state.isOn ? 1 : 0) }
      case (.histogram, .distribution(let distribution, let sum)):
        distributions.append(try distribution.checked(sum: sum, bounds: shape.descriptor.bounds))
      case (let type, let value):
        throw SampleProblem("a sample of type \(type) cannot be \(value.kind)")
      }
      if hasTimestamps {
        let added = numbers.count + distributions.count - before
        timestamps.append(contentsOf: repeatElement(timestamp, count: added))
      }
    }
  }
}

extension CollectedFamily {
  /// What its collector could not read is not shown, whatever else has been set.
  fileprivate func checkFailure() throws(SampleProblem) {
    if let failure { throw SampleProblem(failure) }
  }
}

extension CollectedShape {
  fileprivate convenience init(
    checking family: CollectedFamily, _ allowingUTF8: Bool, _ constants: ConstantLabels
  ) throws(SampleProblem) {
    let descriptor = FamilyDescriptor(family)
    do throws(RegistrationError) {
      try descriptor.validated(allowingUTF8: allowingUTF8)
    } catch {
      throw SampleProblem(error.message)
    }
    var all: [Labels] = []
    var seen: Set<SeriesIdentity> = []
    for sample in family.samples {
      let labels = try Labels(sample, of: descriptor, allowingUTF8, constants)
      guard seen.insert(SeriesIdentity(labels)).inserted else {
        throw SampleProblem("two samples have the same labels, of which empty ones do not count")
      }
      guard family.type == .stateset, case .states(let states) = sample.value else {
        all.append(labels)
        continue
      }
      for state in try states.checked() {
        var labels = labels
        labels.names.append(descriptor.baseName)
        labels.values.append(state.name)
        all.append(labels)
      }
    }
    self.init(descriptor, all, from: family)
  }
}

private struct SampleProblem: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

/// What makes two series of a family one to a scraper, whatever the order of their labels: an empty label is none.
private struct SeriesIdentity: Hashable {
  private struct Pair: Hashable {
    let name: LabelText
    let value: LabelText
  }

  private let pairs: [Pair]

  init(_ labels: CollectedShape.Labels) {
    pairs = zip(labels.names, labels.values)
      .compactMap { $1.isEmpty ? nil : Pair(name: LabelText($0), value: LabelText($1)) }
      .sorted { $0.name < $1.name }
  }
}

extension FamilyDescriptor {
  fileprivate init(_ family: CollectedFamily) {
    var bounds = BucketBounds([])
    if case .distribution(let first, _) = family.samples.first?.value { bounds = BucketBounds(first.bounds) }
    // Every family without a sample has bounds as good as any.
    if family.type == .histogram, family.samples.isEmpty { bounds = .latency }
    self.init(
      name: family.name, type: family.type, help: family.help, unit: family.unit,
      labelNames: family.samples.first?.labels.map(\.name) ?? [], bounds: bounds, shape: .collected)
  }
}

extension CollectedShape.Labels {
  fileprivate init(
    _ sample: CollectedSample, of family: FamilyDescriptor, _ allowingUTF8: Bool, _ constants: ConstantLabels
  ) throws(SampleProblem) {
    names = sample.labels.map(\.name)
    values = sample.labels.map { LabelText($0.value).text }
    guard Set(names.map { LabelText($0) }).count == names.count else {
      throw SampleProblem("a label comes twice in \(names)")
    }
    let shown = family.type == .stateset ? names + [family.baseName] : names
    if let problem = LabelName.problemWhenEscaped(shown) { throw SampleProblem(problem) }
    for name in names {
      guard allowingUTF8 ? !name.isEmpty && !name.utf8.contains(0) : LabelName.isLegacy(name),
        !name.hasPrefix("__"), name != "quantile", name != LabelName.reservedForJSON,
        !(family.type == .histogram && name == "le"),
        !(family.type == .stateset && LabelText(name) == LabelText(family.baseName))
      else { throw SampleProblem("the label name \"\(name)\" cannot be used") }
    }
    guard values.allSatisfy({ $0.utf8.count <= LabelValue.maximumLength }) else {
      throw SampleProblem("a label value has more than \(LabelValue.maximumLength) bytes")
    }
    if let problem = constants.problem(beside: shown) { throw SampleProblem(problem) }
    names += constants.names
    values += constants.values
  }
}

extension CollectedSample {
  fileprivate func checkedTimestamp() throws(SampleProblem) -> SampleTimestamp? {
    guard let timestamp else { return nil }
    guard let checked = SampleTimestamp(seconds: timestamp) else {
      throw SampleProblem("a timestamp is in seconds, from 1970 to the year 9999, and was \(timestamp)")
    }
    return checked
  }
}

extension CollectedSample.Value {
  fileprivate var kind: String {
    switch self {
    case .number: "a number"
    case .distribution: "a distribution"
    case .states: "a set of states"
    case .info: "an info"
    }
  }
}

extension [CollectedSample.State] {
  fileprivate func checked() throws(SampleProblem) -> [CollectedSample.State] {
    let names = map { LabelText($0.name) }
    guard names.allSatisfy({ 1...LabelValue.maximumLength ~= $0.text.utf8.count }) else {
      throw SampleProblem("the name of a state has 1 to \(LabelValue.maximumLength) bytes")
    }
    guard Set(names).count == count else { throw SampleProblem("a state comes twice in \(names)") }
    return zip(self, names).map { CollectedSample.State($1.text, $0.isOn) }
  }
}

extension CollectedSample.Distribution {
  fileprivate func checked(
    sum: Double, bounds expected: BucketBounds
  ) throws(SampleProblem) -> HistogramSnapshot {
    guard BucketBounds(bounds) == expected else { throw SampleProblem("the buckets differ between samples") }
    guard counts.count == bounds.count + 1 else {
      throw SampleProblem("a histogram needs one count more than it has bounds")
    }
    var total: UInt64 = 0
    for count in counts {
      let (sum, overflow) = total.addingReportingOverflow(count)
      guard !overflow else { throw SampleProblem("the counts add up to more than 2^64 - 1") }
      total = sum
    }
    guard sum.isFinite, sum >= 0 else { throw SampleProblem("a sum cannot be \(sum)") }
    return HistogramSnapshot(bounds: expected, counts: counts, sum: sum)
  }
}
