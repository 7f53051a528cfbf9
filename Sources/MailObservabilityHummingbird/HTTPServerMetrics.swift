// Which metrics does an HTTP server have, and what bounds them?

#if Hummingbird
  import MailObservability
  import MetricInstruments
  import ObservabilityPlatform

  /// The metrics of OpenTelemetry's conventions that are stable or required of a server, under their names for Prometheus.
  ///
  /// Source: OpenTelemetry, "HTTP metrics", `http.server.request.duration` and `http.server.active_requests`.
  final class HTTPServerMetrics: Sendable {
    /// What one series of durations has in common.
    struct Labels: Hashable {
      let method: HTTPMethodName
      let scheme: HTTPSchemeName
      /// Nil where no route was found.
      let route: LabelText?
      /// Empty where nothing failed.
      let error: String
      let status: Int
    }

    private let duration: SparseFamily<Histogram>
    private let active: BoundedFamily<Gauge, (String, String)>
    /// Looked up for each request; of a family with labels that come and go that costs much more.
    private let known = Locked<[Labels: Histogram]>([:])
    private let limit: Int
    let registry: Registry

    init(_ registry: Registry, limit: Int) throws(RegistrationError) {
      self.registry = registry
      self.limit = max(0, limit)
      duration = try registry.registerSparse(
        .histogram(
          "http_server_request_duration_seconds",
          help: "Duration of HTTP server requests, to the end of the body.", unit: "seconds",
          buckets: HTTPServerMetrics.buckets), limit: limit)
      active = try registry.register(
        .gauge("http_server_active_requests", help: "HTTP server requests that are being answered."),
        byBounded: "http_request_method", "url_scheme",
        // All there can be.
        limit: HTTPMethodName.allCases.count * 3)
    }

    /// Those of the conventions, in seconds.
    static let buckets: BucketBounds = [
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]

    func active(_ method: HTTPMethodName, _ scheme: HTTPSchemeName) -> Gauge {
      active[method.rawValue, scheme.rawValue]
    }

    func duration(_ labels: Labels) -> Histogram {
      if let known = known.withLock({ $0[labels] }) { return known }
      // What is empty is left out.
      let texts: KeyValuePairs<String, String> = [
        "error_type": labels.error, "http_request_method": labels.method.rawValue,
        "http_response_status_code": String(labels.status), "http_route": labels.route?.text ?? "",
        "url_scheme": labels.scheme.rawValue,
      ]
      let found = duration[texts]
      // What goes to `other` is looked up each time, so that it is counted each time.
      guard duration.existing(texts) === found else { return found }
      known.withLock { if $0.count < limit { $0[labels] = found } }
      return found
    }
  }
#endif
