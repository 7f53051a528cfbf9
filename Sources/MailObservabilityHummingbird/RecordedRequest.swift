// What becomes of one request, and when is it over?

#if Hummingbird
  import MailObservability
  import MetricInstruments
  import ObservabilityPlatform
  import Synchronization

  /// A request from its head to the end of the answer's body: its span, and what is counted of it. It ends once, when the
  /// last byte was taken, when that failed, or when the answer goes away unwritten.
  final class RecordedRequest: Sendable {
    private struct Outcome {
      var status = 500
      var route: String?
      var error = ""
    }

    let span: TraceSpan
    private let metrics: HTTPServerMetrics
    private let method: HTTPMethodName
    private let scheme: HTTPSchemeName
    private let active: Gauge
    private let watch: Histogram.Stopwatch
    private let outcome = Locked(Outcome())
    private let hasEnded = Atomic<Bool>(false)

    init(_ metrics: HTTPServerMetrics, _ method: HTTPMethodName, _ scheme: HTTPSchemeName, span: TraceSpan) {
      self.metrics = metrics
      self.method = method
      self.scheme = scheme
      self.span = span
      active = metrics.active(method, scheme)
      watch = metrics.registry.startTimer()
      active.increment()
    }

    deinit { end() }

    /// Runs `body` with the request's span as the current one, if there is one.
    func current<Result>(_ body: () async throws -> Result) async rethrows -> Result {
      guard span.context != nil else { return try await body() }
      return try await TraceSpan.withCurrent(span) { try await body() }
    }

    /// The answer is known; its body is still to be sent.
    ///
    /// - Parameter route: the template; nil where no route was found.
    func answered(_ status: Int, route: String?) {
      outcome.withLock {
        $0.status = status
        $0.route = route
        if status >= 500 { $0.error = String(status) }
      }
    }

    /// There is no answer of the handler's.
    func failed(_ error: any Error, status: Int, route: String?) {
      outcome.withLock {
        $0.status = status
        $0.route = route
        if status >= 500 { $0.error = RecordedRequest.name(of: error) }
      }
      end()
    }

    /// The body was not sent to its end.
    func broken(_ error: String) {
      outcome.withLock { $0.error = error }
      end()
    }

    /// The type of an error: what it says of itself may be anything.
    static func name(of error: any Error) -> String { String(describing: type(of: error)) }

    func end() {
      guard !hasEnded.exchange(true, ordering: .acquiringAndReleasing) else { return }
      active.decrement()
      let outcome = outcome.withLock { $0 }
      let histogram = metrics.duration(
        HTTPServerMetrics.Labels(
          method: method, scheme: scheme, route: outcome.route.map { LabelText($0) }, error: outcome.error,
          status: outcome.status))
      guard span.context != nil else { return watch.observe(into: histogram) }
      // For the exemplar.
      TraceSpan.withCurrent(span) { watch.observe(into: histogram) }
      describe(outcome)
      span.end()
    }

    private func describe(_ outcome: Outcome) {
      guard span.isRecording else { return }
      // Some routers find the route only after the middlewares that stand before them.
      span.name = method.spanName(outcome.route)
      span["http.response.status_code"] = outcome.status
      span["http.route"] = outcome.route
      // A client's mistake is no failure of the server.
      guard !outcome.error.isEmpty else { return }
      span["error.type"] = outcome.error
      span.status = .error("")
    }
  }
#endif
