// What did an exposition say?

/// The families of an exposition that was read, in the order in which they came.
///
/// A value: it may be shared between threads.
public struct ParsedExposition: Sendable {
  let store: SharedStore

  init(_ store: ExpositionStore) { self.store = SharedStore(store) }

  /// Reads a whole exposition; ``ExpositionParser`` reads it in pieces.
  ///
  /// - Throws: ``ExpositionError`` with the place of the first mistake.
  public init(
    _ bytes: [UInt8], _ format: ExpositionParser.Format,
    limits: ExpositionParser.Limits = ExpositionParser.Limits()
  ) throws(ExpositionError) {
    var parser = ExpositionParser(format, limits: limits)
    try parser.feed(bytes)
    self = try parser.finish()
  }

  /// Reads a whole exposition.
  ///
  /// - Throws: ``ExpositionError`` with the place of the first mistake.
  public init(
    _ text: String, _ format: ExpositionParser.Format,
    limits: ExpositionParser.Limits = ExpositionParser.Limits()
  ) throws(ExpositionError) {
    try self.init(Array(text.utf8), format, limits: limits)
  }

  /// The format that was read.
  public var format: ExpositionParser.Format { store.value.format }

  /// The families, in the order of the first mention of each.
  public var families: [Family] { store.value.families.indices.map { Family(store: store, index: $0) } }

  /// What a family is, by its `# TYPE` line.
  public enum MetricType: String, Sendable, Hashable, CaseIterable {
    /// A number that only grows.
    case counter
    /// A number that goes up and down.
    case gauge
    /// Observations in buckets.
    case histogram
    /// Gauges in buckets; OpenMetrics only.
    case gaugehistogram
    /// Observations in quantiles.
    case summary
    /// Facts as labels; OpenMetrics only.
    case info
    /// States that hold or not; OpenMetrics only.
    case stateset
    /// A number of which nothing is known: `untyped` in text, and every family without a `# TYPE`.
    case unknown
  }

  /// A name with its type, help and samples.
  public struct Family: Sendable {
    let store: SharedStore
    let index: Int

    var record: ExpositionStore.Family { store.value.families[index] }

    /// The name on its `# TYPE` line: in OpenMetrics without the `_total` of a counter and the `_info` of an
    /// info.
    public var name: String { store.value.string(record.name) }
    /// The name as it is exposed: that of a counter with its `_total`, and of an info with its `_info`, in
    /// OpenMetrics too.
    package var exposedName: String {
      switch (format, record.type) {
      case (.openMetrics, .counter): name + "_total"
      case (.openMetrics, .info): name + "_info"
      default: name
      }
    }
    /// The type; unknown when no line says it.
    public var type: MetricType { record.type ?? .unknown }
    /// The type on its `# TYPE` line; nil without one.
    package var declaredType: MetricType? { record.type }
    /// The format that was read.
    package var format: ExpositionParser.Format { store.value.format }
    /// The unit; nil without a `# UNIT` line.
    public var unit: String? { record.unit.map(store.value.string) }
    /// The help, unescaped; nil without a `# HELP` line.
    public var help: String? { record.help.map(store.value.string) }
    /// The line on which the family is first mentioned, from 1.
    public var line: Int { Int(record.line) }
    /// The samples, in the order in which they came; made anew at each call.
    public var samples: [Sample] {
      let first = Int(record.firstSample)
      return (first..<first + Int(record.samples)).map { Sample(store: store, index: $0) }
    }
  }

  /// A line with a value.
  public struct Sample: Sendable {
    /// Which of its family's values a sample is.
    public enum Role: UInt8, Sendable, Hashable, CaseIterable {
      /// That of a gauge, an untyped sample, a state, an info, a counter, or a quantile of a summary.
      case value
      /// What has a bound `le` at most.
      case bucket
      /// How many observations there are.
      case count
      /// What the observations add up to.
      case sum
      /// When the series was created, in seconds since 1970; OpenMetrics only.
      case created
    }

    let store: SharedStore
    let index: Int

    var record: ExpositionStore.Sample { store.value.samples[index] }

    /// The name as it is written, such as `requests_total` or `latency_seconds_bucket`.
    public var name: String { store.value.string(record.name) }
    /// Which of the family's values it is.
    public var role: Role { record.role }
    /// The labels in the order in which they are written, `le` and `quantile` among them.
    public var labels: [Label] {
      let all = store.value
      return all.labels(of: record).map { Label(all, all.labels[$0]) }
    }
    /// The value; NaN and infinities as they were written.
    public var value: Double { Double(bitPattern: record.value) }
    /// When it was measured, in seconds since 1970; nil when not said.
    public var timestamp: Double? { Double(bits: record.timestamp) }
    /// When its series was created by the `_created` sample of the same labels, in seconds since 1970; nil
    /// without one.
    public var created: Double? { Double(bits: record.created) }
    /// The exemplar; nil without one.
    public var exemplar: Exemplar? {
      let all = store.value
      guard record.exemplar != .max else { return nil }
      let exemplar = all.exemplars[Int(record.exemplar)]
      let first = Int(exemplar.firstLabel)
      return Exemplar(
        labels: (first..<first + Int(exemplar.labels)).map { Label(all, all.labels[$0]) },
        value: Double(bitPattern: exemplar.value), timestamp: Double(bits: exemplar.timestamp))
    }
    /// The line on which it stands, from 1.
    public var line: Int { Int(record.line) }

    /// The value of a label; nil when there is none of this name.
    public func label(_ name: String) -> String? {
      let all = store.value
      var name = name
      return name.withUTF8 { wanted in
        all.labels(of: record).first { all.isText(all.labels[$0].name, UnsafeRawBufferPointer(wanted)) }
          .map { all.string(all.labels[$0].value) }
      }
    }
  }

  /// A name and a value.
  public struct Label: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The value, unescaped.
    public let value: String

    init(_ store: ExpositionStore, _ label: ExpositionStore.Label) {
      name = store.string(label.name)
      value = store.string(label.value)
    }
  }

  /// One observation that a sample shows of those that it counts.
  public struct Exemplar: Sendable, Hashable {
    /// The labels, mostly `trace_id`, in the order in which they are written.
    public let labels: [Label]
    /// What was observed.
    public let value: Double
    /// When, in seconds since 1970; nil when not said.
    public let timestamp: Double?
  }
}

/// What all views of one exposition read.
final class SharedStore: Sendable {
  let value: ExpositionStore

  init(_ value: ExpositionStore) { self.value = value }
}

extension Double {
  fileprivate init?(bits: UInt64) {
    guard bits != ExpositionStore.none else { return nil }
    self.init(bitPattern: bits)
  }
}
