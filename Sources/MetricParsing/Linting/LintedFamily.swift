// What is wrong with the name of a family?

/// A family that is being judged.
struct LintedFamily {
  let store: ExpositionStore
  let index: Int
  /// The name as it is exposed.
  let name: [UInt8]
  let line: Int
  let type: ParsedExposition.MetricType?

  init(_ store: ExpositionStore, _ index: Int) {
    self.store = store
    self.index = index
    let record = store.families[index]
    var name = store.withBytes(record.name) { Array($0) }
    if store.format == .openMetrics {
      switch record.type {
      case .counter: name += "_total".utf8
      case .info: name += "_info".utf8
      default: break
      }
    }
    self.name = name
    line = Int(record.line)
    type = record.type
  }

  /// Whether a type says what may not be in the name.
  var isTyped: Bool { type != nil && type != .unknown }
  var isHistogram: Bool { type == .histogram || type == .gaugehistogram }
  /// Whether it has facts as labels, of which identifiers are.
  var isInfo: Bool { type == .info || name.withoutSuffix("_info") != nil }

  // MARK: - Names

  func checkNames(_ report: inout LintReport) {
    checkDescription(&report)
    checkSuffixes(&report)
    checkWords(&report)
    if name.contains(UInt8(ascii: ":")) {
      report.add(
        .colonInName, .error, self, "the name has a colon", "use underscores; colons are for recording rules")
    }
    if name.hasCamelCase {
      report.add(.camelCase, .error, self, "the name is in camelCase", "use snake_case")
    }
  }

  private func checkDescription(_ report: inout LintReport) {
    if store.families[index].help?.isEmpty ?? true {
      report.add(
        .missingHelp, .error, self, "there is no help", "say in one sentence what is measured: # HELP")
    }
    if type == nil {
      report.add(.missingType, .warning, self, "no line says the type", "add # TYPE before the samples")
    }
  }

  private func checkSuffixes(_ report: inout LintReport) {
    guard isTyped else { return }
    let hasTotal = name.hasEnd("_total")
    if type == .counter, !hasTotal {
      report.add(
        .counterTotal, .error, self, "the name of a counter does not end in _total",
        "end it so; OpenMetrics and its readers ask for it")
    }
    if type != .counter, hasTotal {
      report.add(
        .totalSuffix, .error, self, "the name ends in _total, but it is no counter",
        "drop _total, or make it a counter if it only grows")
    }
    if type != .gauge, name.hasEnd("_timestamp_seconds") {
      report.add(
        .timestampSuffix, .error, self, "the name ends in _timestamp_seconds, but it is no gauge",
        "make it a gauge; a point in time is one")
    }
    if !isHistogram, name.hasEnd("_bucket") {
      addReserved("_bucket", "histogram", &report)
    }
    if !isHistogram, type != .summary {
      if name.hasEnd("_count") { addReserved("_count", "histogram or summary", &report) }
      if name.hasEnd("_sum") { addReserved("_sum", "histogram or summary", &report) }
    }
  }

  private func addReserved(_ suffix: String, _ owner: String, _ report: inout LintReport) {
    report.add(
      .reservedSuffix, .error, self, "the name ends in \(suffix), but it is no \(owner)",
      "drop \(suffix); readers take it for the sample of a \(owner)")
  }

  private func checkWords(_ report: inout LintReport) {
    let words = name.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    var told: Set<ArraySlice<UInt8>> = []
    for word in words {
      guard let base = MeasuredUnit.base(of: word), told.insert(word).inserted else { continue }
      report.add(
        .baseUnit, .error, self, "the unit \(String(decoding: word, as: UTF8.self)) is no base unit",
        "expose \(base)")
    }
    // What a name begins with is its namespace.
    let lower = words.dropFirst().map { $0.map { $0.isUpper ? $0 | 0x20 : $0 } }
    var abbreviations: Set<[UInt8]> = []
    for word in lower where word.count <= 3 && MeasuredUnit.abbreviations.contains(word) {
      guard abbreviations.insert(word).inserted else { continue }
      report.add(
        .abbreviatedUnit, .error, self,
        "the name has the abbreviated unit \(String(decoding: word, as: UTF8.self))",
        "write the base unit in full, such as seconds or bytes")
    }
    for type in LintedFamily.types where lower.contains(Array(type.utf8)) {
      addType(type, &report)
    }
    let pairs = zip(lower, lower.dropFirst())
    if pairs.contains(where: { $0.elementsEqual("gauge".utf8) && $1.elementsEqual("histogram".utf8) }) {
      addType("gauge_histogram", &report)
    }
  }

  private static let types = ["counter", "gauge", "histogram", "summary"]

  private func addType(_ type: String, _ report: inout LintReport) {
    report.add(
      .typeInName, .error, self, "the name has the name of the type \(type)",
      "drop it; the type may change, and # TYPE says it")
  }
}

extension [UInt8] {
  /// Whether it ends so, or is nothing else.
  func hasEnd(_ suffix: StaticString) -> Bool {
    count >= suffix.bytes.count && self.suffix(suffix.bytes.count).elementsEqual(suffix.bytes)
  }

  /// Whether a lower-case letter stands before an upper-case one.
  var hasCamelCase: Bool { zip(self, dropFirst()).contains { $0.isLower && $1.isUpper } }
}

extension UInt8 {
  var isLower: Bool { self &- UInt8(ascii: "a") < 26 }
  var isUpper: Bool { self &- UInt8(ascii: "A") < 26 }
}
