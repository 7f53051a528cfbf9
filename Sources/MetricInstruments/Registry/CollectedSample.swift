// What is one value that a collector returns?

/// One value that a collector returns.
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

  /// The labels, in order.
  public var labels: [Label]
  /// The value: for a histogram its sum.
  public var value: Double
  /// The distribution, when the family is a histogram.
  public var histogram: Distribution?
  /// When the value was measured, in seconds since 1970; nil for now, which is what it should be.
  public var timestamp: Double?

  /// The buckets of a histogram.
  public struct Distribution: Sendable, Hashable {
    /// The upper bounds, ascending.
    public var bounds: [Double]
    /// The counts of the buckets, not cumulative, one more than the bounds.
    public var counts: [UInt64]

    /// A distribution.
    public init(bounds: [Double], counts: [UInt64]) {
      self.bounds = bounds
      self.counts = counts
    }
  }

  /// A value with labels.
  public init(_ value: Double, _ labels: KeyValuePairs<String, String> = [:], timestamp: Double? = nil) {
    self.value = value
    self.labels = labels.map { Label($0.key, $0.value) }
    self.timestamp = timestamp
  }

  /// A histogram with labels.
  public init(_ histogram: Distribution, sum: Double, _ labels: KeyValuePairs<String, String> = [:]) {
    self.init(sum, labels)
    self.histogram = histogram
  }
}
