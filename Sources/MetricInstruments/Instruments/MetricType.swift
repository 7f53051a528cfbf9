// What kind of number does a family hold?

/// The types of OpenMetrics 1.0.0 that this library writes.
public enum MetricType: String, Sendable, Hashable, CaseIterable {
  case counter, gauge, histogram, info, stateset, unknown
}
