// What kind of number does a family hold?

/// The types of OpenMetrics 1.0.0 that this library writes.
public enum MetricType: String, Sendable, Hashable, CaseIterable {
  /// A sum that only grows.
  case counter
  /// A value that goes up and down.
  case gauge
  /// Values counted into buckets.
  case histogram
  /// Facts as labels of a series with the value 1.
  case info
  /// States of which each holds or does not.
  case stateset
  /// A number of which nothing more is known.
  case unknown
}
