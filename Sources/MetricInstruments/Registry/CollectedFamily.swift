// What does a collector return?

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
