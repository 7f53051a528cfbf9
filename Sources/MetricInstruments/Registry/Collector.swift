// Values that are read when somebody asks, rather than recorded when they change.

/// Something that is asked for its values at each scrape.
///
/// Collectors run in parallel, off the server's thread, under the deadline of the scrape. One that throws, is late, or
/// returns something invalid loses its own samples only, and `collector_success{collector}` says so.
public protocol Collector: Sendable {
  /// The value of the label `collector` in `collector_success`.
  var name: String { get }
  /// The names of the families that it may return, so that a scrape which asks for others can leave it alone; empty
  /// when they are not known beforehand.
  var familyNames: Set<String> { get }
  /// The current values. Names are complete: no namespace is put before them.
  func collect() async throws -> [CollectedFamily]
}

extension Collector {
  /// Not known beforehand.
  public var familyNames: Set<String> { [] }
}

/// A family that a collector returns.
public struct CollectedFamily: Sendable, Hashable {
  /// The full name; a counter's ends in `_total`, an info's in `_info`.
  public var name: String
  /// The type.
  public var type: MetricType
  /// What it means.
  public var help: String
  /// The unit, which must be the end of the name, or nothing.
  public var unit: String
  /// The samples.
  public var samples: [CollectedSample]

  /// A family.
  public init(
    _ name: String, _ type: MetricType, help: String, unit: String = "", samples: [CollectedSample]
  ) {
    self.name = name
    self.type = type
    self.help = help
    self.unit = unit
    self.samples = samples
  }

  /// A family of one sample without labels.
  public init(_ name: String, _ type: MetricType, help: String, unit: String = "", value: Double) {
    self.init(name, type, help: help, unit: unit, samples: [CollectedSample(value)])
  }
}

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
