// To which family does a line belong?

extension ExpositionParser {
  // MARK: - Text

  /// The family of a `# HELP` or `# TYPE` line.
  mutating func textFamily(declared name: [UInt8], _ reader: LineReader) throws(LineProblem) -> Int {
    if let known = names[name] { return known }
    return try addFamily(name, reader, at: 0)
  }

  /// The family of a sample: its own name's, or that of a summary or a histogram whose part it is.
  mutating func textFamily(
    of sample: UnsafeRawBufferPointer, _ reader: LineReader, at offset: Int
  ) throws(LineProblem) -> (Int, ParsedExposition.Sample.Role) {
    let name = Array(sample)
    if let known = names[name] { return (known, .value) }
    for (suffix, role) in SampleSuffix.ofText {
      guard let base = name.withoutSuffix(suffix), let known = names[base] else { continue }
      let type = store.families[known].type
      if type == .histogram || (type == .summary && role != .bucket) { return (known, role) }
    }
    return (try addFamily(name, reader, at: offset), .value)
  }

  // MARK: - OpenMetrics

  /// Ends the current family and begins one of this name.
  mutating func beginFamily(_ name: [UInt8], _ reader: LineReader, at offset: Int) throws(LineProblem) {
    try finishFamily()
    current = try addFamily(name, reader, at: offset)
    group = OpenMetricsGroup()
  }

  /// Checks what can be said of a family only when it is whole, and takes its names.
  mutating func finishFamily() throws(LineProblem) {
    guard format == .openMetrics, let current else { return }
    self.current = nil
    try finishPoint()
    let family = store.families[current]
    let name = store.withBytes(family.name) { Array($0) }
    if let unit = family.unit, !unit.isEmpty {
      let suffix = [UInt8(ascii: "_")] + store.withBytes(unit) { Array($0) }
      let unitLine = Int(family.unitLine)
      guard name.withoutSuffix(suffix) != nil else {
        throw LineProblem(offset: 7, reason: "\(shown(name)) does not end in its unit", line: unitLine)
      }
      guard family.type != .info, family.type != .stateset else {
        throw LineProblem(offset: 7, reason: "an info or a state set has no unit", line: unitLine)
      }
    }
    for suffix in [StaticString("")] + SampleSuffix.all(family.type) {
      let taken = name + suffix.bytes
      guard names.updateValue(current, forKey: taken).map({ $0 == current }) ?? true else {
        throw LineProblem(
          offset: 0, reason: "the name \(shown(taken)) belongs to two families", line: Int(family.line))
      }
    }
  }

  // MARK: - Both

  private mutating func addFamily(
    _ name: [UInt8], _ reader: LineReader, at offset: Int
  ) throws(LineProblem) -> Int {
    let index = store.families.count
    guard index < limits.families else {
      throw reader.problem("there are more than \(limits.families) families", at: offset)
    }
    let slice = name.withUnsafeBytes { store.append($0) }
    store.families.append(
      ExpositionStore.Family(name: slice, line: UInt32(truncatingIfNeeded: line)))
    if format == .text { names[name] = index }
    // A name that was another's may be this one's now.
    isLastNameValid = false
    return index
  }
}

/// The ends that the names of a family's samples have.
enum SampleSuffix {
  static let ofText: [(StaticString, ParsedExposition.Sample.Role)] = [
    ("_bucket", .bucket), ("_count", .count), ("_sum", .sum),
  ]

  /// Those of OpenMetrics, beside that of the family itself for some types.
  static func all(_ type: ParsedExposition.MetricType?) -> [StaticString] {
    switch type {
    case .counter: ["_total", "_created"]
    case .summary: ["_count", "_sum", "_created"]
    case .histogram: ["_count", "_sum", "_bucket", "_created"]
    case .gaugehistogram: ["_gcount", "_gsum", "_bucket"]
    case .info: ["_info"]
    case .gauge, .stateset, .unknown, nil: []
    }
  }

  static func role(
    _ suffix: UnsafeRawBufferPointer, _ type: ParsedExposition.MetricType?
  ) -> ParsedExposition.Sample.Role? {
    if suffix.isEmpty {
      switch type {
      case .gauge, .stateset, .unknown, .summary, nil: return .value
      case .counter, .histogram, .gaugehistogram, .info: return nil
      }
    }
    guard all(type).contains(where: { suffix.isSame(as: $0) }) else { return nil }
    switch suffix.last {
    case UInt8(ascii: "d"): return .created
    case UInt8(ascii: "l"), UInt8(ascii: "o"): return .value
    case UInt8(ascii: "m"): return .sum
    default: return suffix.count == 7 && suffix[1] == UInt8(ascii: "b") ? .bucket : .count
    }
  }
}

extension StaticString {
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}

extension [UInt8] {
  func withoutSuffix(_ suffix: StaticString) -> [UInt8]? { withoutSuffix(Array(suffix.bytes)) }

  func withoutSuffix(_ suffix: [UInt8]) -> [UInt8]? {
    guard count > suffix.count, self[(count - suffix.count)...].elementsEqual(suffix) else { return nil }
    return Array(prefix(count - suffix.count))
  }
}
