// How does a person read that metrics differ?

import MetricParsing

/// What differs, a line each, as an exposition has it, after `-` or `+`.
struct DifferenceLines {
  /// What a person still reads.
  private static let most = 200
  private var lines: [String] = []
  private var leftOut = 0

  var text: String {
    (lines + (leftOut > 0 ? ["… and \(leftOut) lines more"] : [])).joined(separator: "\n")
  }

  private mutating func add(_ line: String) {
    if lines.count < DifferenceLines.most { lines.append(line) } else { leftOut += 1 }
  }

  // MARK: - Families

  /// What the expected lines say of a family.
  mutating func compare(
    _ wanted: ParsedExposition.Family, with found: ParsedExposition.Family?
  ) {
    compare("HELP", wanted.name, wanted.help.map(escaped), found.map { escaped($0.help ?? "") })
    compare(
      "TYPE", wanted.name, wanted.declaredType.map { typeName($0, wanted.format) },
      found.map { typeName($0.type, wanted.format) })
    compare("UNIT", wanted.name, wanted.unit, found.map { $0.unit ?? "" })
  }

  private mutating func compare(_ word: String, _ name: String, _ wanted: String?, _ found: String?) {
    guard let wanted else { return }
    if let found, found.utf8.elementsEqual(wanted.utf8) { return }
    add("- # \(word) \(shownName(name)) \(wanted)")
    if let found { add("+ # \(word) \(shownName(name)) \(found)") }
  }

  /// The type of a family that was not expected at all.
  mutating func add(_ sign: Character, type family: ParsedExposition.Family) {
    add("\(sign) # TYPE \(shownName(family.name)) \(typeName(family.type, family.format))")
  }

  private func typeName(_ type: ParsedExposition.MetricType, _ format: ExpositionParser.Format) -> String {
    format == .text && type == .unknown ? "untyped" : type.rawValue
  }

  private func escaped(_ help: String) -> String { SeriesKey.escaped(help, quotes: false) }

  private func shownName(_ name: String) -> String {
    SeriesKey.isPlain(name) ? name : "\"\(SeriesKey.escaped(name))\""
  }

  // MARK: - Samples

  /// An expected sample and the one that was found in its place.
  mutating func compare(
    _ wanted: ParsedExposition.Sample, _ key: SeriesKey, with found: ParsedExposition.Sample?
  ) {
    if let found, isSame(wanted, found) { return }
    add("-", key, wanted, like: wanted)
    if let found { add("+", key, found, like: wanted) }
  }

  /// - Parameter example: what of timestamp and exemplar is shown.
  mutating func add(
    _ sign: Character, _ key: SeriesKey, _ sample: ParsedExposition.Sample,
    like example: ParsedExposition.Sample
  ) {
    var line = "\(sign) \(key) \(shown(sample.value))"
    if example.timestamp != nil {
      line += " " + (sample.timestamp.map { shown($0) } ?? "without a timestamp")
    }
    if let exemplar = example.exemplar {
      line += sample.exemplar.map { " # " + shown($0, like: exemplar) } ?? " without an exemplar"
    }
    add(line)
  }

  private func isSame(_ wanted: ParsedExposition.Sample, _ found: ParsedExposition.Sample) -> Bool {
    guard isSame(wanted.value, found.value) else { return false }
    if let timestamp = wanted.timestamp, timestamp != found.timestamp { return false }
    guard let exemplar = wanted.exemplar else { return true }
    guard let other = found.exemplar else { return false }
    return shown(exemplar, like: exemplar).utf8.elementsEqual(shown(other, like: exemplar).utf8)
  }

  private func isSame(_ one: Double, _ other: Double) -> Bool { one == other || one.isNaN && other.isNaN }

  private func shown(
    _ exemplar: ParsedExposition.Exemplar, like example: ParsedExposition.Exemplar
  ) -> String {
    let time = example.timestamp == nil ? "" : " " + (exemplar.timestamp.map { shown($0) } ?? "")
    return SeriesKey.shown(exemplar.labels) + " " + shown(exemplar.value) + time
  }

  private func shown(_ value: Double) -> String { SeriesKey.shown(value) }
}
