// What does a collector return?

import ObservabilityPlatform

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
  /// Why there are no values, in one line of at most 1,024 bytes, for a family that could not be read; nil for one
  /// that was.
  public let failure: String?

  /// A family.
  public init(
    _ name: String, _ type: MetricType, help: String, unit: String = "", samples: [CollectedSample]
  ) {
    self.name = name
    self.type = type
    self.help = help
    self.unit = unit
    self.samples = samples
    failure = nil
  }

  /// A family of one sample without labels.
  public init(_ name: String, _ type: MetricType, help: String, unit: String = "", value: Double) {
    self.init(name, type, help: help, unit: unit, samples: [CollectedSample(value)])
  }

  /// A family that could not be read, in the place of one with values: what client_golang calls an invalid metric.
  ///
  /// It is left out of the scrape, and the collector's other families are shown; `collector_success{collector}` is 0,
  /// and the log names the family and the error. A route of metrics answers 500 with both.
  ///
  /// - Parameters:
  ///   - name: the full name of the family.
  ///   - error: why it could not be read. Its description is taken at once, and escaped where it would end a line.
  public static func failed(_ name: String, _ error: any Error) -> CollectedFamily {
    CollectedFamily(failed: name, DescribedError(error).description.oneLine(atMost: 1024))
  }

  private init(failed name: String, _ failure: String) {
    self.name = name
    type = .unknown
    help = ""
    unit = ""
    samples = []
    self.failure = failure
  }
}
