// What do the tests of the tracer share?

#if DistributedTracing
  import MailObservability
  import Tracing

  /// Carries fields as a dictionary.
  struct Fields: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
      carrier[key] = value
    }
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
  }

  extension MetricsCollector {
    /// One that traces, by default for nobody but itself.
    static func traced(_ change: (inout TracingConfig) -> Void = { _ in }) throws -> MetricsCollector {
      let metrics = try MetricsCollector()
      var config = TracingConfig(serviceName: "mx1")
      config.exporter = .none
      change(&config)
      try metrics.startTracing(config)
      return metrics
    }
  }
#endif
