// How does a text exposition become families and samples, a piece at a time?

/// A strict, streaming parser of the text formats: Prometheus text 0.0.4 and 1.0.0, and OpenMetrics 0.0.1 and
/// 1.0.0.
///
/// Pieces of any size are fed in the order in which they were received. Names in quotes are read in every
/// version, as Prometheus 3 does. Text is taken as the format's specification has it.
/// client_golang's `expfmt` differs in little: it refuses blanks at the end of a line, and takes a type in
/// capitals, a `# TYPE` line without a type, and a bound that comes twice. Of OpenMetrics also the order of
/// groups, the coherence of histograms and what else each type promises is checked, as prometheus-client's
/// parser for Python does. Not read: protobuf, and native histograms in text.
///
/// What it holds is bounded by ``Limits``, whatever it is fed. It is a value: one task at a time uses one.
///
/// Source: Prometheus, "Exposition formats"; OpenMetrics 1.0.0, ABNF and "Metric Types".
public struct ExpositionParser: Sendable {
  /// A text format; its versions are read alike.
  public enum Format: Sendable, Hashable, CaseIterable {
    /// Prometheus text 0.0.4 or 1.0.0, with timestamps in milliseconds.
    case text
    /// OpenMetrics 0.0.1 or 1.0.0, with timestamps in seconds; ends with `# EOF`.
    case openMetrics
  }

  let format: Format
  let limits: Limits
  var store: ExpositionStore
  /// The beginning of a line of which the rest is yet to be fed.
  private var pending: [UInt8] = []
  /// The bytes of all lines before this one.
  private var consumed = 0
  /// The number of the current line, from 1.
  var line = 1
  private var failure: ExpositionError?

  var hasEnded = false
  /// The family to which a sample goes that has no name of its own, unless there is none yet.
  var current: Int?
  /// Text: whose name is taken by which family. OpenMetrics: names that are taken, of samples too.
  var names: [[UInt8]: Int] = [:]
  /// What the last sample was called, and what that made of it.
  var lastName = TextSlice()
  var lastRole = ParsedExposition.Sample.Role.value
  var isLastNameValid = false
  /// The labels of the sample before, whose texts are used again where they are the same.
  var lastLabels = 0..<0
  var unescaped: [UInt8] = []
  var group = OpenMetricsGroup()

  /// A parser that has been fed nothing.
  ///
  /// - Parameters:
  ///   - format: what the bytes are.
  ///   - limits: how much of them is taken.
  public init(_ format: Format, limits: Limits = Limits()) {
    self.format = format
    self.limits = limits
    store = ExpositionStore(format)
  }

  /// Reads the next piece.
  ///
  /// - Throws: ``ExpositionError`` with the place of the first mistake, at the latest when the line of it is
  ///   complete; the same one again from then on.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ExpositionError) {
    if let failure { throw failure }
    do throws(ExpositionError) {
      try read(bytes)
    } catch {
      failure = error
      throw error
    }
  }

  /// Reads the next piece.
  ///
  /// - Throws: ``ExpositionError`` as for a buffer.
  public mutating func feed(_ bytes: [UInt8]) throws(ExpositionError) {
    var result = Result<Void, ExpositionError>.success(())
    bytes.withUnsafeBytes { buffer in
      do throws(ExpositionError) {
        try feed(buffer)
      } catch {
        result = .failure(error)
      }
    }
    try result.get()
  }

  /// What was read, when all has been fed.
  ///
  /// - Throws: ``ExpositionError`` when a piece had a mistake, or the last line or `# EOF` is missing.
  public consuming func finish() throws(ExpositionError) -> ParsedExposition {
    if let failure { throw failure }
    if !pending.isEmpty {
      // Only what says nothing, and the last line of OpenMetrics, may lack its end.
      let isWhole = format == .text ? pending.allSatisfy(\.isBlank) : pending.elementsEqual("# EOF".utf8)
      guard isWhole else {
        throw ExpositionError(line, pending.count + 1, "the last line has no line feed")
      }
      let rest = pending
      try rest.withUnsafeBytesTyped { bytes throws(ExpositionError) in try readLine(bytes) }
    }
    do throws(LineProblem) {
      try finishFamily()
    } catch {
      throw error.located(line)
    }
    guard hasEnded || format == .text else { throw ExpositionError(line, 1, "# EOF is missing") }
    return ParsedExposition(store.finished())
  }

  // MARK: - Lines

  private mutating func read(_ bytes: UnsafeRawBufferPointer) throws(ExpositionError) {
    guard let base = bytes.baseAddress else { return }
    var position = 0
    while position < bytes.count {
      let rest = bytes.count - position
      guard let end = base.firstByte(UInt8(ascii: "\n"), from: position, to: bytes.count) else {
        try checkLength(pending.count + rest)
        pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position...]))
        return
      }
      let length = end - position
      try checkLength(pending.count + length)
      if pending.isEmpty {
        try readLine(UnsafeRawBufferPointer(start: base + position, count: length))
        consumed += length + 1
      } else {
        pending.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
        var whole: [UInt8] = []
        swap(&whole, &pending)
        try whole.withUnsafeBytesTyped { bytes throws(ExpositionError) in try readLine(bytes) }
        consumed += whole.count + 1
        swap(&whole, &pending)
        pending.removeAll(keepingCapacity: true)
      }
      line += 1
      position = end + 1
    }
  }

  /// Whichever limit comes first is the one that is named, so that the size of pieces makes no difference.
  private func checkLength(_ length: Int) throws(ExpositionError) {
    let rest = limits.totalBytes - consumed
    if limits.lineBytes <= rest {
      guard length <= limits.lineBytes else {
        throw ExpositionError(line, 1, "the line has more than \(limits.lineBytes) bytes")
      }
    } else {
      guard length <= rest else {
        throw ExpositionError(line, 1, "the exposition has more than \(limits.totalBytes) bytes")
      }
    }
  }

  private mutating func readLine(_ bytes: UnsafeRawBufferPointer) throws(ExpositionError) {
    do throws(LineProblem) {
      var reader = LineReader(bytes)
      switch format {
      case .text: try readTextLine(&reader)
      case .openMetrics: try readOpenMetricsLine(&reader)
      }
    } catch {
      throw error.located(line)
    }
  }

  private mutating func readTextLine(_ reader: inout LineReader) throws(LineProblem) {
    reader.skipBlanks()
    guard let first = reader.next else { return }
    if first == UInt8(ascii: "#") { return try readTextComment(&reader) }
    try readSample(&reader)
  }

  private mutating func readOpenMetricsLine(_ reader: inout LineReader) throws(LineProblem) {
    guard !hasEnded else { throw reader.problem("something follows # EOF") }
    guard let first = reader.next else { throw reader.problem("an empty line") }
    if first == UInt8(ascii: "#") { return try readDescriptor(&reader) }
    try readSample(&reader)
  }
}

extension Array<UInt8> {
  /// As `withUnsafeBytes`, with the type of what is thrown.
  func withUnsafeBytesTyped<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    var result = Result<Void, Failure>.success(())
    withUnsafeBytes { bytes in
      do throws(Failure) {
        try body(bytes)
      } catch {
        result = .failure(error)
      }
    }
    try result.get()
  }
}
