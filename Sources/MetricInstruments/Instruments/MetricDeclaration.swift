// What is to be registered?

/// A metric before it is registered: its type, name, help and unit.
///
/// ```swift
/// let commands = try registry.register(
///   .counter("smtp_commands_total", help: "Commands received."), by: ("command", SMTPCommand.self))
/// commands[.mail].increment()
/// ```
public struct MetricDeclaration<Child: MetricInstrument>: Sendable {
  let name: String
  let type: MetricType
  let help: String
  let unit: String
  let bounds: BucketBounds
  let isAbsentUntilSet: Bool
  let make: @Sendable (InstrumentContext, SeriesLabels) -> Child
  /// As what a registry keeps the series.
  let children: @Sendable (FamilySeries<Child>) -> FamilyCore.Children
}

extension MetricDeclaration where Child == Counter {
  /// A counter. Its name ends in `_total`, before that in the unit if there is one.
  public static func counter(_ name: String, help: String, unit: String = "") -> MetricDeclaration {
    MetricDeclaration(
      name: name, type: .counter, help: help, unit: unit, bounds: [], isAbsentUntilSet: false,
      make: { Counter(context: $0, labels: $1) }, children: { .counters($0) })
  }
}

extension MetricDeclaration where Child == Gauge {
  /// A gauge. Its name ends in the unit if there is one.
  ///
  /// - Parameter absentUntilSet: leave a series out until something is recorded, for a value whose 0 would be a lie.
  public static func gauge(
    _ name: String, help: String, unit: String = "", absentUntilSet: Bool = false
  ) -> MetricDeclaration {
    MetricDeclaration(
      name: name, type: .gauge, help: help, unit: unit, bounds: [], isAbsentUntilSet: absentUntilSet,
      make: { Gauge(context: $0, labels: $1, absentUntilSet: absentUntilSet) },
      children: { .gauges($0) })
  }
}

extension MetricDeclaration where Child == Histogram {
  /// A histogram. Its name ends in the unit if there is one; the bounds are in that unit.
  public static func histogram(
    _ name: String, help: String, unit: String = "", buckets: BucketBounds = .latency
  ) -> MetricDeclaration {
    MetricDeclaration(
      name: name, type: .histogram, help: help, unit: unit, bounds: buckets, isAbsentUntilSet: false,
      make: { Histogram(context: $0, labels: $1, bounds: buckets) }, children: { .histograms($0) })
  }
}
