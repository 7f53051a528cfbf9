// What does a line say that has a value?

extension ExpositionParser {
  /// `name{labels} value timestamp # {labels} value timestamp`, of which text has no exemplar.
  mutating func readSample(_ reader: inout LineReader) throws(LineProblem) {
    let isText = format == .text
    guard store.samples.count < limits.samples else {
      throw reader.problem("there are more than \(limits.samples) samples", at: 0)
    }
    let start = reader.position
    let name = reader.name(colons: true)
    if isText { reader.skipBlanks() }
    let firstLabel = store.labels.count
    var slice: TextSlice?
    if !name.isEmpty {
      let isLast = store.isText(lastName, name)
      slice = isLast ? lastName : store.append(name)
    }
    if reader.takes(UInt8(ascii: "{")) {
      try readLabels(&reader, name: &slice, like: lastLabels)
    } else if name.isEmpty {
      throw reader.unexpected("the name of a metric")
    }
    guard let slice else { throw reader.problem("the sample has no name", at: start) }
    let (family, role) = try family(of: slice, reader, at: start)
    if isText { reader.skipBlanks() } else { try expectSpace(&reader) }
    var sample = ExpositionStore.Sample(
      family: UInt32(truncatingIfNeeded: family), line: UInt32(truncatingIfNeeded: line), name: slice,
      firstLabel: UInt32(truncatingIfNeeded: firstLabel),
      labels: UInt32(truncatingIfNeeded: store.labels.count - firstLabel), value: 0, role: role)
    let valueStart = reader.position
    let value = try readNumber(&reader, "the value of a sample")
    sample.value = value.bitPattern
    lastLabels = firstLabel..<store.labels.count
    if isText {
      try readTextTimestamp(&reader, &sample)
      try checkTextBound(sample, reader, at: start)
    } else {
      try readOpenMetricsRest(&reader, &sample)
      let places = SamplePlaces(name: start, value: valueStart, reader: reader)
      try checkValue(&sample, value, places)
      try addToGroup(&sample, value, places)
    }
    if let current, family < current { store.isSorted = false }
    current = family
    store.families[family].samples &+= 1
    store.samples.append(sample)
  }

  @inline(__always)
  private func expectSpace(_ reader: inout LineReader) throws(LineProblem) {
    guard reader.takes(UInt8(ascii: " ")) else { throw reader.unexpected("a space") }
  }

  private mutating func family(
    of name: TextSlice, _ reader: LineReader, at offset: Int
  ) throws(LineProblem) -> (Int, ParsedExposition.Sample.Role) {
    if isLastNameValid, name == lastName, let current { return (current, lastRole) }
    let found: (Int, ParsedExposition.Sample.Role)
    if format == .text {
      let bytes = store.withBytes(name) { Array($0) }
      var result = Result<(Int, ParsedExposition.Sample.Role), LineProblem>.success((0, .value))
      bytes.withUnsafeBytes { bytes in
        do throws(LineProblem) {
          result = .success(try textFamily(of: bytes, reader, at: offset))
        } catch {
          result = .failure(error)
        }
      }
      found = try result.get()
    } else if let current, let role = store.role(of: name, in: current) {
      found = (current, role)
    } else {
      try beginFamily(store.withBytes(name) { Array($0) }, reader, at: offset)
      found = (store.families.count - 1, .value)
    }
    lastName = name
    lastRole = found.1
    isLastNameValid = true
    return found
  }

  // MARK: - Numbers

  private func readNumber(_ reader: inout LineReader, _ wanted: String) throws(LineProblem) -> Double {
    let start = reader.position
    let token = format == .text ? reader.token() : reader.word()
    guard let value = DecimalNumber.value(token) else {
      throw reader.problem(
        token.isEmpty ? "\(wanted) is missing" : "\(wanted) cannot be \(shown(token))", at: start)
    }
    return value
  }

  private func readTimestamp(_ reader: inout LineReader) throws(LineProblem) -> UInt64 {
    let start = reader.position
    let token = reader.word()
    guard let value = DecimalNumber.value(token, isReal: true) else {
      throw reader.problem("a timestamp cannot be \(shown(token))", at: start)
    }
    return value.bitPattern
  }

  private func readTextTimestamp(
    _ reader: inout LineReader, _ sample: inout ExpositionStore.Sample
  ) throws(LineProblem) {
    reader.skipBlanks()
    guard !reader.isAtEnd else { return }
    let start = reader.position
    let token = reader.token()
    guard let milliseconds = DecimalNumber.integer(token) else {
      throw reader.problem("a timestamp is an integer, not \(shown(token))", at: start)
    }
    sample.timestamp = (Double(milliseconds) / 1000).bitPattern
    reader.skipBlanks()
    guard reader.isAtEnd else { throw reader.unexpected("the end of the line") }
  }

  private mutating func readOpenMetricsRest(
    _ reader: inout LineReader, _ sample: inout ExpositionStore.Sample
  ) throws(LineProblem) {
    guard !reader.isAtEnd else { return }
    try expectSpace(&reader)
    if reader.next != UInt8(ascii: "#") {
      sample.timestamp = try readTimestamp(&reader)
      guard !reader.isAtEnd else { return }
      try expectSpace(&reader)
    }
    let start = reader.position
    guard reader.takes("# {") else { throw reader.unexpected("an exemplar") }
    let type = store.families[Int(sample.family)].type
    guard sample.role == .bucket || (type == .counter && sample.role == .value) else {
      throw reader.problem("only counters and buckets have exemplars", at: start)
    }
    let firstLabel = store.labels.count
    var name: TextSlice?
    try readLabels(&reader, name: &name, like: 0..<0)
    guard name == nil else { throw reader.problem("an exemplar has no name", at: start) }
    let labels = firstLabel..<store.labels.count
    let length = store.labels[labels].reduce(0) { sum, label in
      sum + store.withBytes(label.name, UTF8Text.scalars) + store.withBytes(label.value, UTF8Text.scalars)
    }
    guard length <= 128 else {
      throw reader.problem("the labels of the exemplar have more than 128 characters", at: start)
    }
    try expectSpace(&reader)
    let value = try readNumber(&reader, "the value of an exemplar")
    var timestamp = ExpositionStore.none
    if !reader.isAtEnd {
      try expectSpace(&reader)
      timestamp = try readTimestamp(&reader)
    }
    guard reader.isAtEnd else { throw reader.unexpected("the end of the line") }
    sample.exemplar = UInt32(truncatingIfNeeded: store.exemplars.count)
    store.exemplars.append(
      ExpositionStore.Exemplar(
        firstLabel: UInt32(truncatingIfNeeded: firstLabel), labels: UInt32(truncatingIfNeeded: labels.count),
        value: value.bitPattern, timestamp: timestamp))
  }

  // MARK: - Labels

  /// Reads up to the closing brace, of which the opening one has been taken; a name in quotes without a value
  /// is that of the metric.
  ///
  /// - Parameter old: labels whose texts are used again where they are the same.
  private mutating func readLabels(
    _ reader: inout LineReader, name: inout TextSlice?, like old: Range<Int>
  ) throws(LineProblem) {
    let isText = format == .text
    let first = store.labels.count
    var isFirst = true
    while true {
      if isText { reader.skipBlanks() }
      // After a comma a brace is wrong in OpenMetrics.
      if isFirst || isText, reader.takes(UInt8(ascii: "}")) { return }
      let start = reader.position
      let count = store.labels.count - first
      let before: ExpositionStore.Label? = count < old.count ? store.labels[old.lowerBound + count] : nil
      let labelName: TextSlice
      if reader.takes(UInt8(ascii: "\"")) {
        labelName = try readQuoted(&reader, unlessSameAs: before?.name ?? TextSlice())
        guard !labelName.isEmpty else { throw reader.problem("a name is empty", at: start) }
        if isText { reader.skipBlanks() }
        if reader.next == UInt8(ascii: ",") || reader.next == UInt8(ascii: "}") {
          guard name == nil else { throw reader.problem("the sample has two names", at: start) }
          name = store.isSame(labelName, lastName) ? lastName : labelName
          isFirst = false
          if reader.takes(UInt8(ascii: "}")) { return }
          reader.skip()
          continue
        }
      } else {
        let bytes = reader.name(colons: false)
        guard !bytes.isEmpty else { throw reader.unexpected("the name of a label") }
        labelName = store.append(bytes, unlessSameAs: before?.name ?? TextSlice())
        if isText { reader.skipBlanks() }
      }
      guard reader.takes(UInt8(ascii: "=")) else { throw reader.unexpected("\"=\"") }
      if isText { reader.skipBlanks() }
      guard reader.takes(UInt8(ascii: "\"")) else { throw reader.unexpected("a value in quotes") }
      let value = try readQuoted(&reader, unlessSameAs: before?.value ?? TextSlice())
      try add(ExpositionStore.Label(name: labelName, value: value), since: first, reader, at: start)
      isFirst = false
      if isText { reader.skipBlanks() }
      if reader.takes(UInt8(ascii: "}")) { return }
      guard reader.takes(UInt8(ascii: ",")) else { throw reader.unexpected("\",\" or \"}\"") }
    }
  }

  private mutating func add(
    _ label: ExpositionStore.Label, since first: Int, _ reader: LineReader, at offset: Int
  ) throws(LineProblem) {
    guard store.labels.count - first < limits.labels else {
      throw reader.problem("there are more than \(limits.labels) labels", at: offset)
    }
    for index in first..<store.labels.count where store.isSame(store.labels[index].name, label.name) {
      throw reader.problem("the label \(store.withBytes(label.name, shown)) comes twice", at: offset)
    }
    if store.withBytes(
      label.name, { $0[0] == UInt8(ascii: "_") && $0.count > 1 && $0[1] == UInt8(ascii: "_") })
    {
      // Text is read as the scrapers read it, who take others than the name itself.
      guard format == .text, !store.withBytes(label.name, { $0.isSame(as: "__name__") }) else {
        throw reader.problem("the label \(store.withBytes(label.name, shown)) is reserved", at: offset)
      }
    }
    store.labels.append(label)
  }

  /// Reads up to the closing quote.
  @inline(__always)
  private mutating func readQuoted(
    _ reader: inout LineReader, unlessSameAs old: TextSlice
  ) throws(LineProblem) -> TextSlice {
    let start = reader.position
    let text = try reader.quoted()
    guard text.hasEscapes else { return store.append(text.bytes, unlessSameAs: old) }
    try unescape(text.bytes, quotes: true, reader, at: start)
    return unescaped.withUnsafeBytes { store.append($0, unlessSameAs: old) }
  }

  /// In text a bound or a quantile is a number, if it is there at all.
  private func checkTextBound(
    _ sample: ExpositionStore.Sample, _ reader: LineReader, at offset: Int
  ) throws(LineProblem) {
    let wanted: StaticString
    switch store.families[Int(sample.family)].type {
    case .histogram: wanted = "le"
    case .summary: wanted = "quantile"
    default: return
    }
    guard let bound = store.label(wanted, of: sample) else { return }
    guard store.withBytes(bound, { DecimalNumber.value($0) }) != nil else {
      throw reader.problem("\(wanted) cannot be \(store.withBytes(bound, shown))", at: offset)
    }
  }
}

/// Where in its line the parts of a sample begin.
struct SamplePlaces {
  let name: Int
  let value: Int
  let reader: LineReader
}

extension ExpositionStore {
  func role(of name: TextSlice, in family: Int) -> ParsedExposition.Sample.Role? {
    withBytes(name) { name in
      withBytes(families[family].name) { base in
        guard name.count >= base.count,
          UnsafeRawBufferPointer(rebasing: name[..<base.count]).isSame(as: base)
        else { return nil }
        return SampleSuffix.role(UnsafeRawBufferPointer(rebasing: name[base.count...]), families[family].type)
      }
    }
  }

  /// The value of a label.
  func label(_ name: StaticString, of sample: Sample) -> TextSlice? {
    labels(of: sample).first { withBytes(labels[$0].name) { $0.isSame(as: name) } }.map { labels[$0].value }
  }

  /// Says of a group's samples when it was created.
  mutating func markCreated(_ value: Double, since first: Int) {
    for index in first..<samples.count { samples[index].created = value.bitPattern }
  }
}
