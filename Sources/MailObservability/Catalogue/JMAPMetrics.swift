// What does a JMAP server record?

public import MetricInstruments

/// The families of group ``MetricGroup/jmap``.
public struct JMAPMetrics: Sendable {
  /// API requests received.
  public let requests: Counter
  /// Requests or methods that failed.
  public let errors: Counter
  /// From a request to its response, in seconds.
  public let requestDuration: Histogram
  /// Time of a method call, in seconds, by method (`Email/get`). Clients choose the name: pass only known ones.
  public let methodDuration: BoundedFamily<Histogram, String>

  init(_ registry: Registry, _ buckets: CatalogueBuckets) throws(RegistrationError) {
    requests = try registry.register(.counter("jmap_requests_total", help: "JMAP requests received."))
    errors = try registry.register(
      .counter("jmap_errors_total", help: "JMAP requests or methods that failed."))
    requestDuration = try registry.register(
      .histogram(
        "jmap_request_duration_seconds", help: "Time to answer a JMAP request.", unit: "seconds",
        buckets: buckets.jmapRequest))
    methodDuration = try registry.register(
      .histogram(
        "jmap_method_duration_seconds", help: "Time of a JMAP method call, by method.", unit: "seconds",
        buckets: buckets.jmapMethod),
      byBounded: "method")
  }
}
