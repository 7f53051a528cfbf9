// What is known of a family before anything is recorded, and what of it is refused?

/// A family's name, type, help, unit and label names.
package struct FamilyDescriptor: Sendable {
  /// With the namespace, and with `_total` or `_info` where the type has it.
  package let name: String
  package let type: MetricType
  package let help: String
  /// Empty when there is none.
  package let unit: String
  package let labelNames: [String]
  /// Empty unless it is a histogram.
  package let bounds: BucketBounds
  let shape: FamilyShape
  /// Whether a gauge is left out until something is recorded.
  let isAbsentUntilSet: Bool
  /// The names of labels that its series have had, where they have names of their own.
  package let sparseNames: SparseLabelNames?
  /// Whether another library gave it its name, which may end in what belongs to samples of another type.
  let isNamedElsewhere: Bool
  /// What every series has besides.
  package var constantLabels = ConstantLabels.none

  package init(
    name: String, type: MetricType, help: String, unit: String, labelNames: [String], bounds: BucketBounds,
    shape: FamilyShape, isAbsentUntilSet: Bool = false, sparseNames: SparseLabelNames? = nil,
    isNamedElsewhere: Bool = false
  ) {
    self.name = name
    self.type = type
    self.help = help
    self.unit = unit
    self.labelNames = labelNames
    self.bounds = bounds
    self.shape = shape
    self.isAbsentUntilSet = isAbsentUntilSet
    self.sparseNames = sparseNames
    self.isNamedElsewhere = isNamedElsewhere
  }

  /// The name without the suffix that the type adds to it: OpenMetrics calls this the family's name.
  package var baseName: String {
    switch type {
    case .counter where name.hasSuffix("_total"): String(name.dropLast("_total".count))
    case .info where name.hasSuffix("_info"): String(name.dropLast("_info".count))
    default: name
    }
  }

  /// Whether there is one series from the start, which is shown while it is empty.
  package var isPlain: Bool { shape == .plain }

  /// The names and values of a series' labels, without the constant ones.
  package func labels(of series: MetricInstrument) -> [(name: String, value: String)] {
    zip(sparseNames?.current ?? labelNames, series.labels.values).map { (name: $0, value: $1) }
  }

  /// The suffix that the type adds to the family's name: `_total`, `_info` or nothing.
  var typeSuffix: Substring { name.dropFirst(baseName.count) }

  /// The names that the family's samples and headers can have, in any format and for any scraper.
  package var claimedNames: [String] {
    var seen: Set<LabelText> = []
    return claims.compactMap { seen.insert($0.name).inserted ? $0.name.text : nil }
  }

  /// What no other family may claim. Two names are in each other's way only where one scraper can be told both, so a name
  /// is claimed for each way in which a scraper may be told it.
  package var claims: [NameClaim] {
    NameEscaping.allCases.flatMap { scheme in
      // The suffix is escaped with the name, which leaves it where it was.
      let escaped = scheme.escape(name).dropLast(typeSuffix.count)
      return sampleNames(of: String(escaped)).map { NameClaim(scheme: scheme, name: LabelText($0)) }
    }
  }

  private func sampleNames(of base: String) -> [String] {
    switch type {
    case .counter: [base, base + "_total", base + "_created"]
    case .histogram: [base, base + "_bucket", base + "_count", base + "_sum", base + "_created"]
    case .info: [base, base + "_info"]
    case .gauge, .stateset, .unknown: [base]
    }
  }

  package func validated(allowingUTF8: Bool) throws(RegistrationError) {
    func fail(_ code: RegistrationError.Code, _ message: String) -> RegistrationError {
      RegistrationError(code, of: name, message)
    }
    guard allowingUTF8 ? !name.isEmpty && !name.utf8.contains(0) : MetricName.isLegacy(name) else {
      throw fail(.invalidName, "a name matches [a-zA-Z_:][a-zA-Z0-9_:]*")
    }
    switch type {
    case .counter where !name.hasSuffix("_total") || baseName.isEmpty:
      throw fail(.invalidName, "the name of a counter ends in _total")
    case .info where !name.hasSuffix("_info") || baseName.isEmpty:
      throw fail(.invalidName, "the name of an info ends in _info")
    case .stateset where name.utf8.contains(UInt8(ascii: ":")) || name.hasPrefix("__"):
      throw fail(.invalidName, "the label of a state set has its name: no colon, and no __ at the beginning")
    default: break
    }
    // What is of no known type bears a name that somebody else gave it, too; clashes are found by the claimed names.
    if type != .unknown, !isNamedElsewhere,
      let suffix = MetricName.reservedSuffixes.first(where: baseName.hasSuffix)
    {
      throw fail(.invalidName, "the suffix \(suffix) belongs to the samples of another type")
    }
    if !unit.isEmpty {
      guard MetricName.isLegacy(unit), baseName.hasSuffix("_" + unit), type != .info, type != .stateset else {
        throw fail(.invalidUnit, "the name must end in its unit, _\(unit) (before _total)")
      }
    }
    guard Set(labelNames.map { LabelText($0) }).count == labelNames.count else {
      throw fail(.invalidLabels, "a label comes twice in \(labelNames)")
    }
    if let problem = constantLabels.problem(beside: type == .stateset ? labelNames + [baseName] : labelNames)
    {
      throw fail(.invalidLabels, problem)
    }
    if let problem = LabelName.problemWhenEscaped(labelNames) { throw fail(.invalidLabels, problem) }
    for label in labelNames {
      guard allowingUTF8 ? !label.isEmpty && !label.utf8.contains(0) : LabelName.isLegacy(label) else {
        throw fail(.invalidLabels, "the label name \"\(label)\" does not match [a-zA-Z_][a-zA-Z0-9_]*")
      }
      guard !label.hasPrefix("__") else {
        throw fail(.invalidLabels, "the label name \(label) is reserved: it begins with __")
      }
      guard !(type == .histogram && label == "le"), label != "quantile", label != LabelName.reservedForJSON,
        !(type == .stateset && label == baseName)
      else {
        throw fail(.invalidLabels, "the label name \(label) is reserved for samples of this type")
      }
    }
    if type == .histogram, let problem = bounds.problem { throw fail(.invalidBounds, problem) }
  }
}
