// How does a server of Hummingbird's record what it answers?

#if Hummingbird
  import HTTPTypes
  public import Hummingbird
  public import MailObservability
  import NIOCore
  import NIOHTTP1

  /// Records each request that passes: how long it took by route, method and status, how many are under way, and a span.
  ///
  /// ```swift
  /// let router = Router(context: PeerRequestContext.self)
  /// router.mount(endpoints)  // what comes before the middleware is not recorded
  /// router.add(middleware: try ObservabilityMiddleware(metrics))
  /// router.get("/users/{id}") { _, context in try context.parameters.require("id") }
  /// ```
  ///
  /// The metrics are `http_server_request_duration_seconds`, a histogram whose count is the number of requests, with the
  /// labels `http_request_method`, `http_response_status_code`, `http_route`, `url_scheme` and `error_type`, and
  /// `http_server_active_requests`, with the first and the last but one; both with the registry's namespace. The route is the template,
  /// `/users/{id}`, and is left out where there is none, so that no client makes a series. A method that is none of the known
  /// ones is `_OTHER`. A time is measured to the last byte of the body. `error_type` is the status from 500, the type of an error that a
  /// handler threw and that is answered so, or of one that ended the body, or `client_closed_connection`.
  ///
  /// The span is called `GET /users/{id}`, of the kind server, and is `TraceSpan/current` in handlers and in closures that write
  /// bodies. It belongs to the span that a client sent as `traceparent` if the client is one of `TracingConfig/trustedPeers`
  /// and the context knows who sent the request. Nothing is asked of a span that is not recorded.
  ///
  /// Sources: OpenTelemetry, "HTTP spans" and "HTTP metrics" (stable); W3C Trace Context.
  public struct ObservabilityMiddleware<Context: RequestContext>: RouterMiddleware {
    private let tracing: MailTracing
    private let metrics: HTTPServerMetrics
    private let details: HTTPSpanDetails
    private let isSecure: Bool?
    private let knowsPeers = Context.self is any RemoteAddressRequestContext.Type

    /// A middleware; several may share a collector, with the same `seriesLimit`. A request that passes two of them is
    /// recorded twice.
    ///
    /// - Parameters:
    ///   - metrics: what is recorded into, and whose spans are started.
    ///   - details: what spans say of whoever sent a request.
    ///   - isSecure: whether clients come by TLS, for `url_scheme`; nil for what Hummingbird says, which is `http` for every
    ///     request over HTTP/1.
    ///   - seriesLimit: how many combinations of labels have a series of their own. Further ones are recorded under `other`
    ///     and counted in `observability_overflow_total`.
    /// - Throws: `RegistrationError` when one of the two names is taken by another metric, or by a middleware of another
    ///   `seriesLimit`.
    public init(
      _ metrics: MetricsCollector, details: HTTPSpanDetails = [.peer], isSecure: Bool? = nil,
      seriesLimit: Int = 500
    ) throws(RegistrationError) {
      tracing = metrics.tracing
      self.metrics = try HTTPServerMetrics(metrics.registry, limit: seriesLimit)
      self.details = details
      self.isSecure = isSecure
    }

    /// Answers with what comes next, and records it. An error goes on as it is.
    public func handle(
      _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
      let recorded = begin(request.head, context)
      do {
        var response = try await recorded.current { try await next(request, context) }
        recorded.answered(response.status.code, route: route(of: context))
        response.body = recorded.measured(response.body)
        return response
      } catch {
        recorded.failed(error, status: status(of: error), route: route(of: context))
        throw error
      }
    }

    /// The template; nil where no route was found, for which Hummingbird has a name without a slash.
    private func route(of context: Context) -> String? {
      context.endpointPath.flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
    }

    /// What Hummingbird answers when a handler throws.
    private func status(of error: any Error) -> Int {
      if let error = error as? any HTTPResponseError { return error.status.code }
      return error is HTTPParserError ? 400 : 500
    }

    private func begin(_ head: HTTPRequest, _ context: Context) -> RecordedRequest {
      let method = HTTPMethodName(of: head.method.rawValue)
      let scheme = isSecure.map { $0 ? .https : .http } ?? HTTPSchemeName(of: head.scheme)
      guard tracing.tracer.isStarted else {
        return RecordedRequest(metrics, method, scheme, span: TraceSpan.absent)
      }
      let address = knowsPeers ? (context as? any RemoteAddressRequestContext)?.remoteAddress : nil
      let span = tracing.tracer.startSpan(
        method.spanName(route(of: context)), family: "HTTP", kind: .server,
        parent: parent(of: head, from: address))
      if span.isRecording {
        span.describe(head, method, scheme, details)
        if details.contains(.peer), let address { span.describe(peer: address) }
      }
      return RecordedRequest(metrics, method, scheme, span: span)
    }

    /// What the client sent, if it is believed; but a span of another middleware's that belongs to it already comes between.
    private func parent(of head: HTTPRequest, from address: SocketAddress?) -> TraceSpan.Parent {
      let fields = head.headerFields
      guard let field = HTTPField.Name("traceparent"), let address, fields.contains(field),
        let sent = tracing.context(
          traceparent: fields[values: field],
          tracestate: HTTPField.Name("tracestate").map { fields[values: $0] } ?? [],
          from: EndpointPeer(address)),
        TraceSpan.current?.context?.traceID != sent.traceID
      else { return .current }
      return .context(sent)
    }
  }
#endif
