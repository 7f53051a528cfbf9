// Is a text exposition right by its grammar, and by what its types promise?

extension ReadExposition {
  /// Reads text 0.0.4 or OpenMetrics 1.0.0, of which it takes what this library writes: legacy names, and a family's
  /// lines together, with the type before the samples.
  ///
  /// Source: Prometheus, "Exposition formats"; OpenMetrics 1.0.0, ABNF and "Metric Types".
  package init(text bytes: [UInt8], isOpenMetrics: Bool) throws(ReadProblem) {
    self.init()
    guard String(validating: bytes, as: UTF8.self) != nil else { throw ReadProblem("this is not UTF-8") }
    guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
      throw ReadProblem("the last line has no end")
    }
    var current: TextFamily?
    var hasEnded = false
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
      guard !hasEnded else { throw ReadProblem("something follows # EOF") }
      var reader = ByteReader(line)
      if isOpenMetrics, line.elementsEqual("# EOF".utf8) {
        hasEnded = true
      } else if reader.takes("# ") {
        try header(&reader, &current, isOpenMetrics)
      } else {
        guard current != nil else { throw reader.problem("a sample was found before any family") }
        try current?.addSample(&reader)
      }
    }
    try finish(&current)
    guard hasEnded || !isOpenMetrics else { throw ReadProblem("# EOF is missing") }
  }

  private mutating func header(
    _ reader: inout ByteReader, _ current: inout TextFamily?, _ isOpenMetrics: Bool
  ) throws(ReadProblem) {
    let kind = String(decoding: reader.take { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    try reader.expect(" ")
    let name = try reader.name(colons: true)
    try reader.expect(" ")
    if current?.name != name || current?.hasSamples == true {
      try finish(&current)
      current = TextFamily(name: name, isOpenMetrics: isOpenMetrics)
    }
    let isNew =
      current?.headers.updateValue(String(decoding: reader.rest, as: UTF8.self), forKey: kind) == nil
    guard isNew, ["HELP", "TYPE"].contains(kind) || isOpenMetrics && kind == "UNIT" else {
      throw reader.problem("a line that has no place here")
    }
  }

  private mutating func finish(_ current: inout TextFamily?) throws(ReadProblem) {
    guard let family = current else { return }
    current = nil
    try add(try family.finished(), named: family.sampleName)
  }
}

/// The lines of one family.
private struct TextFamily {
  let name: String
  let isOpenMetrics: Bool
  /// What stands behind `# HELP name` and the like.
  var headers: [String: String] = [:]
  var hasSamples = false
  private var numbers: [[ReadExposition.Label]: Double] = [:]
  private var histograms: [[ReadExposition.Label]: TextHistogram] = [:]
  private var created: Set<[ReadExposition.Label]> = []

  init(name: String, isOpenMetrics: Bool) {
    self.name = name
    self.isOpenMetrics = isOpenMetrics
  }

  private var type: String { headers["TYPE"] ?? "" }

  /// The name that is the same in all forms.
  var sampleName: String { isOpenMetrics ? name + suffix : name }

  private var suffix: String { type == "counter" ? "_total" : type == "info" ? "_info" : "" }

  private static let types: Set<String> = ["counter", "gauge", "histogram"]
  private static let textTypes: Set<String> = types.union(["untyped"])
  private static let openMetricsTypes: Set<String> = types.union(["info", "stateset", "unknown"])

  mutating func addSample(_ reader: inout ByteReader) throws(ReadProblem) {
    guard (isOpenMetrics ? TextFamily.openMetricsTypes : TextFamily.textTypes).contains(type) else {
      throw reader.problem("\(name) has no type, or one that is unknown")
    }
    hasSamples = true
    let sample = try reader.name(colons: true)
    var labels: [ReadExposition.Label] = []
    if reader.next == UInt8(ascii: "{") { labels = try reader.labels() }
    let bound = type == "histogram" ? labels.first { $0.name == "le" } : nil
    labels = try ReadExposition.Label.identity(labels)
    try reader.expect(" ")
    let value = try reader.sampleValue()
    try rest(&reader, allowsExemplar: sample == name + (type == "counter" ? "_total" : "_bucket"))
    if isOpenMetrics, sample == name + "_created", type == "counter" || type == "histogram" {
      guard value > 0, created.insert(labels).inserted else { throw reader.problem("created is wrong") }
      return
    }
    guard type == "histogram" else {
      guard sample == sampleName else { throw reader.problem("a sample of \(name) has another name") }
      guard numbers.updateValue(value, forKey: labels) == nil else {
        throw reader.problem("a series comes twice")
      }
      try check(value, labels, reader)
      return
    }
    let key = labels.filter { $0.name != "le" }
    switch sample {
    case name + "_bucket":
      guard let bound else { throw reader.problem("a bucket has no bound") }
      var boundReader = ByteReader(bound.value[...])
      try histograms[key, default: TextHistogram()].add(try boundReader.sampleValue(), value, reader)
    case name + "_sum":
      guard histograms[key, default: TextHistogram()].set(\.sum, value) else {
        throw reader.problem("a sum twice")
      }
    case name + "_count":
      guard histograms[key, default: TextHistogram()].set(\.count, value) else {
        throw reader.problem("a count twice")
      }
    default: throw reader.problem("a sample of \(name) has another name")
    }
  }

  /// A timestamp and an exemplar, as far as the format has them.
  private func rest(_ reader: inout ByteReader, allowsExemplar: Bool) throws(ReadProblem) {
    if !reader.isAtEnd, !reader.rest.starts(with: " # ".utf8) {
      try reader.expect(" ")
      let timestamp = try reader.number()
      guard isOpenMetrics || timestamp == timestamp.rounded(), timestamp >= 0, timestamp < 1e15 else {
        throw reader.problem("a timestamp is wrong")
      }
    }
    if isOpenMetrics, allowsExemplar, reader.takes(" # ") {
      let labels = try ReadExposition.Label.identity(try reader.labels())
      let length = labels.reduce(0) {
        $0 + $1.name.count + String(decoding: $1.value, as: UTF8.self).unicodeScalars.count
      }
      guard length <= 128 else { throw reader.problem("an exemplar has too many labels") }
      try reader.expect(" ")
      _ = try reader.number()
      if reader.takes(" ") { _ = try reader.number() }
    }
    guard reader.isAtEnd else { throw reader.problem("something follows a sample") }
  }

  private func check(
    _ value: Double, _ labels: [ReadExposition.Label], _ reader: ByteReader
  ) throws(ReadProblem) {
    switch type {
    case "counter": guard value >= 0, value.isFinite else { throw reader.problem("no counter") }
    case "info": guard value == 1 else { throw reader.problem("no info") }
    case "stateset":
      guard value == 0 || value == 1, labels.contains(where: { $0.name == name }) else {
        throw reader.problem("no state")
      }
    default: break
    }
  }

  func finished() throws(ReadProblem) -> ReadExposition.Family {
    guard headers["TYPE"] != nil else { throw ReadProblem("\(name) has no type") }
    if let unit = headers["UNIT"], !name.hasSuffix("_" + unit) {
      throw ReadProblem("\(name) has a wrong unit")
    }
    var family = ReadExposition.Family(type: type)
    for (labels, number) in numbers { try family.add(.number(number), labels, of: name) }
    for (labels, histogram) in histograms { try family.add(try histogram.finished(name), labels, of: name) }
    return family
  }
}

/// The samples of one histogram.
private struct TextHistogram {
  private var bounds: [Double] = []
  /// Cumulative.
  private var totals: [Double] = []
  var sum: Double?
  var count: Double?

  mutating func add(_ bound: Double, _ total: Double, _ reader: ByteReader) throws(ReadProblem) {
    guard !bound.isNaN, bounds.last.map({ $0 < bound }) ?? true, totals.last ?? 0 <= total, sum == nil,
      count == nil
    else { throw reader.problem("a bucket is not above the one before") }
    bounds.append(bound)
    totals.append(total)
  }

  mutating func set(_ property: WritableKeyPath<TextHistogram, Double?>, _ value: Double) -> Bool {
    guard self[keyPath: property] == nil else { return false }
    self[keyPath: property] = value
    return true
  }

  func finished(_ name: String) throws(ReadProblem) -> ReadExposition.Value {
    guard bounds.last == .infinity, let sum, let count, totals.last == count, !sum.isNaN else {
      throw ReadProblem(
        "a histogram of \(name) is not whole: \(bounds) \(totals) \(sum as Any) \(count as Any)")
    }
    return try .cumulative(totals, sum: sum, of: name)
  }
}

extension ReadExposition.Value {
  /// A histogram whose counts are cumulative.
  static func cumulative(_ totals: [Double], sum: Double, of name: String) throws(ReadProblem) -> Self {
    var counts: [UInt64] = []
    var last: UInt64 = 0
    for total in totals {
      guard let total = UInt64(exactly: total), total >= last else { throw ReadProblem("\(name): no count") }
      counts.append(total - last)
      last = total
    }
    return .histogram(counts: counts, sum: sum)
  }
}

extension ByteReader {
  fileprivate mutating func labels() throws(ReadProblem) -> [ReadExposition.Label] {
    var labels: [ReadExposition.Label] = []
    try expect("{")
    while !takes("}") {
      if !labels.isEmpty { try expect(",") }
      let name = try name(colons: false)
      try expect("=\"")
      labels.append(ReadExposition.Label(name: name, value: try escapedValue()))
    }
    return labels
  }

  /// Up to the closing quote, which is taken too.
  private mutating func escapedValue() throws(ReadProblem) -> [UInt8] {
    var value: [UInt8] = []
    while true {
      value += take { $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") && $0 != 0 }
      if takes("\"") { return value }
      if takes("\\\\") {
        value.append(UInt8(ascii: "\\"))
      } else if takes("\\\"") {
        value.append(UInt8(ascii: "\""))
      } else if takes("\\n") {
        value.append(UInt8(ascii: "\n"))
      } else {
        throw problem("a label value is wrong")
      }
    }
  }

  fileprivate mutating func sampleValue() throws(ReadProblem) -> Double {
    if takes("NaN") { return .nan }
    if takes("+Inf") { return .infinity }
    if takes("-Inf") { return -.infinity }
    return try number()
  }
}
