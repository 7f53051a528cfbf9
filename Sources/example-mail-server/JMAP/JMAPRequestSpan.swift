// What is a trace told of an HTTP request?

import EndpointMessages
import MailObservability

/// The span of one request, which the methods that it calls belong to. Source: OpenTelemetry's semantic conventions of
/// HTTP servers.
enum JMAPRequestSpan {
  /// - Parameter route: the path by its pattern; nil for one that nothing is at.
  static func run(
    _ request: EndpointRequest, of route: String?, _ tracing: MailTracing, _ answer: () -> EndpointResponse
  ) -> EndpointResponse {
    guard tracing.tracer.isStarted else { return answer() }
    let context = tracing.context(
      traceparent: request.headers.all("traceparent"), tracestate: request.headers.all("tracestate"),
      from: request.peer)
    // The name of a method comes from a client: few become names of spans.
    let method = ["GET", "HEAD", "POST"].contains(request.method) ? request.method : "_OTHER"
    let verb = method == "_OTHER" ? "HTTP" : method
    return tracing.tracer.withSpan(
      route.map { "\(verb) \($0)" } ?? verb, family: "JMAP", kind: .server,
      parent: context.map { .context($0) } ?? .none
    ) { span in
      span["protocol"] = "jmap"
      span["http.request.method"] = method
      span["http.route"] = route
      let response = answer()
      span["http.response.status_code"] = response.status
      // What a client has done wrong is no error of the server's.
      if response.status >= 500 {
        span["error.type"] = "\(response.status)"
        span.status = .error("")
      }
      return response
    }
  }
}
