// What is one value that a collector returns?

/// One value that a collector returns, with its labels.
///
/// What the family's type cannot hold (a distribution under a gauge, a negative counter) costs the family
/// that scrape; see ``Collector``.
public struct CollectedSample: Sendable, Hashable {
  /// A label of the sample.
  public struct Label: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value.
    public var value: String

    /// A label.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What was measured.
  public enum Value: Sendable, Hashable {
    /// Of a counter, a gauge or a family of unknown type.
    case number(Double)
    /// Of a histogram, with the sum of what was observed.
    case distribution(Distribution, sum: Double)
    /// Of a state set: all its states. The label that names them in the exposition is written by the library.
    case states([State])
    /// Of an info: its labels say it all.
    case info
  }

  /// The buckets of a histogram.
  public struct Distribution: Sendable, Hashable {
    /// The upper bounds, ascending; those of the family's first sample are those of all.
    public var bounds: [Double]
    /// The counts of the buckets, not cumulative, one more than the bounds.
    public var counts: [UInt64]

    /// A distribution.
    public init(bounds: [Double], counts: [UInt64]) {
      self.bounds = bounds
      self.counts = counts
    }
  }

  /// A state of a state set.
  public struct State: Sendable, Hashable {
    /// The name, 1 to 1,024 bytes.
    public var name: String
    /// Whether the state holds.
    public var isOn: Bool

    /// A state.
    public init(_ name: String, _ isOn: Bool) {
      self.name = name
      self.isOn = isOn
    }
  }

  /// The labels, in order. Two samples of a family must differ in them; one with an empty value counts as none.
  public var labels: [Label]
  /// The value.
  public var value: Value
  /// When the value was measured, in seconds since 1970; nil for now, which is what it should be. It is shown to the
  /// millisecond.
  public var timestamp: Double?

  /// A number whose labels are kept by whoever makes it.
  package init(_ value: Double, labels: [Label]) {
    self.labels = labels
    self.value = .number(value)
    timestamp = nil
  }

  /// A value with labels.
  public init(_ value: Value, _ labels: KeyValuePairs<String, String> = [:], timestamp: Double? = nil) {
    self.value = value
    self.labels = labels.map { Label($0.key, $0.value) }
    self.timestamp = timestamp
  }

  /// A number with labels.
  public init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:], timestamp: Double? = nil) {
    self.init(.number(value), labels, timestamp: timestamp)
  }

  /// A histogram with labels.
  public init(
    _ histogram: Distribution, sum: Double, _ labels: KeyValuePairs<String, String> = [:],
    timestamp: Double? = nil
  ) {
    self.init(.distribution(histogram, sum: sum), labels, timestamp: timestamp)
  }
}
