// How does what was found differ from what was expected?

import MetricParsing

/// The text of a test, and what of a scrape it is compared with.
struct ExpectedExposition {
  let format: ExpositionParser.Format
  private let families: [ParsedExposition.Family]
  private let selection: FamilySelection
  private let ignored: Set<String>

  init(
    _ text: String, _ selection: FamilySelection, ignoring ignored: Set<String>, at place: CallPlace
  ) throws(MetricsTestError) {
    let lastLine = text.utf8.split(separator: UInt8(ascii: "\n")).last ?? "".utf8[...]
    format = lastLine.elementsEqual("# EOF".utf8) ? .openMetrics : .text
    do throws(ExpositionError) {
      let isWhole = text.isEmpty || text.utf8.last == UInt8(ascii: "\n")
      families = try ParsedExposition(isWhole ? text : text + "\n", format).families
    } catch {
      throw MetricsTestError(
        .unreadable, at: place, "the expected text, \(error)", line: error.line, column: error.column)
    }
    self.selection = selection
    self.ignored = ignored
    var seen: Set<SeriesKey> = []
    for sample in families.flatMap(\.samples) where !seen.insert(SeriesKey(sample)).inserted {
      throw MetricsTestError(
        .unreadable, at: place, "the expected text, \(sample.line):1: \(SeriesKey(sample)) comes twice",
        line: sample.line, column: 1)
    }
    if selection == .expected, !families.contains(where: { !isIgnored($0) }) {
      throw MetricsTestError(.misuse, at: place, "the expected text names no family: nothing is compared")
    }
    if selection == .named([]) {
      throw MetricsTestError(.misuse, at: place, "no family is named: nothing is compared")
    }
  }

  /// A line for each thing that is missing or not expected; empty when there is none.
  ///
  /// - Throws: when the text has lines, and none of them is compared: a name in the call may be a wrong one.
  func difference(
    to found: ParsedExposition, at place: CallPlace
  ) throws(MetricsTestError) -> String {
    let owners = owners(in: found)
    let compared = families.filter { isWanted($0, owners) }
    guard families.isEmpty || compared.contains(where: saysSomething) else {
      throw MetricsTestError(
        .misuse, at: place,
        "nothing of the expected text is compared: it has \(names(of: families)), "
          + "which \(families.count == 1 ? "is" : "are") ignored or not named")
    }
    let selected = selected(of: found)
    var rest: [SeriesKey: [ParsedExposition.Sample]] = [:]
    for family in selected {
      for sample in family.samples { rest[SeriesKey(sample), default: []].append(sample) }
    }
    let byName = Dictionary(selected.map { (Array($0.family.name.utf8), $0.family) }) { one, _ in one }
    var lines = DifferenceLines()
    for family in compared {
      lines.compare(family, with: byName[Array(family.name.utf8)])
      for sample in family.samples where !ignored.contains(sample.name) {
        let key = SeriesKey(sample)
        var others = rest[key] ?? []
        let other = others.isEmpty ? nil : others.removeFirst()
        rest[key] = others
        lines.compare(sample, key, with: other)
      }
    }
    let wanted = Set(families.map { Array($0.name.utf8) })
    for family in selected {
      var isNew = !wanted.contains(Array(family.family.name.utf8)) && selection != .expected
      for sample in family.samples {
        let key = SeriesKey(sample)
        guard rest[key]?.isEmpty == false else { continue }
        rest[key]?.removeLast()
        if isNew { lines.add("+", type: family.family) }
        isNew = false
        lines.add("+", key, sample, like: sample)
      }
    }
    return lines.text
  }

  // MARK: - Which are compared

  private typealias Selected = (family: ParsedExposition.Family, samples: [ParsedExposition.Sample])

  private func selected(of found: ParsedExposition) -> [Selected] {
    // A name alone stands for the samples of that name, one with a type for the family.
    let whole = Set(
      families.filter { $0.declaredType != nil || $0.samples.isEmpty }.map { Array($0.name.utf8) })
    let loose = Set(families.map { Array($0.name.utf8) })
    return found.families.compactMap { family -> Selected? in
      guard !isIgnored(family) else { return nil }
      var samples = family.samples.filter { !ignored.contains($0.name) }
      switch selection {
      case .all: break
      case .named(let names): guard has(family, oneOf: names) else { return nil }
      case .expected:
        if !whole.contains(Array(family.name.utf8)) {
          samples = samples.filter { loose.contains(Array($0.name.utf8)) }
          guard !samples.isEmpty || loose.contains(Array(family.name.utf8)) else { return nil }
        }
      }
      return (family, samples)
    }
  }

  /// The families that were found, by their names and by those of their samples.
  private func owners(in found: ParsedExposition) -> [[UInt8]: ParsedExposition.Family] {
    var owners: [[UInt8]: ParsedExposition.Family] = [:]
    for family in found.families {
      for name in [family.name, family.exposedName] + family.samples.map(\.name) {
        owners[Array(name.utf8)] = family
      }
    }
    return owners
  }

  /// Whether a family of the text is compared. Without a `# TYPE` line a part of a histogram is a family of its
  /// own there; it belongs to the one that was found.
  private func isWanted(
    _ family: ParsedExposition.Family, _ owners: [[UInt8]: ParsedExposition.Family]
  ) -> Bool {
    guard !isIgnored(family) else { return false }
    guard case .named(let names) = selection else { return true }
    if has(family, oneOf: names) { return true }
    guard family.declaredType == nil else { return false }
    if let owner = owners[Array(family.name.utf8)] { return has(owner, oneOf: names) && !isIgnored(owner) }
    // Of what was not found, the end of the name tells.
    return names.contains { name in
      family.name.utf8.starts(with: name.utf8)
        && ExpectedExposition.parts.contains(
          String(decoding: family.name.utf8.dropFirst(name.utf8.count), as: UTF8.self))
    }
  }

  private static let parts: Set = [
    "_bucket", "_count", "_sum", "_total", "_created", "_info", "_gcount", "_gsum",
  ]

  private func has(_ family: ParsedExposition.Family, oneOf names: Set<String>) -> Bool {
    names.contains(family.name) || names.contains(family.exposedName)
      || family.samples.contains { names.contains($0.name) }
  }

  /// Whether a family of the text has a sample that is not ignored, or says of itself that there is none.
  private func saysSomething(_ family: ParsedExposition.Family) -> Bool {
    let samples = family.samples
    return samples.isEmpty || samples.contains { !ignored.contains($0.name) }
  }

  private func isIgnored(_ family: ParsedExposition.Family) -> Bool {
    ignored.contains(family.name) || ignored.contains(family.exposedName)
  }

  /// The names of some families, for a message.
  private func names(of families: [ParsedExposition.Family]) -> String {
    let shown = families.prefix(3).map { SeriesKey.escaped($0.name) }.joined(separator: ", ")
    return families.count > 3 ? "\(shown) and others" : shown
  }
}
