// How does a host that has an HTTP server of its own answer scrapes and probes with it?

import ObservabilityPlatform
public import EndpointMessages
import ObservabilityEndpoints
import ObservabilitySockets

/// Every route of the observability server, without the server: a request in, a response out.
///
/// ```swift
/// let endpoints = try metrics.endpoints()
/// // In a handler of the host's server:
/// let request = try EndpointRequest(method: "GET", target: "/metrics?name[]=up", headers: ["Accept": "*/*"])
/// let response = await endpoints.respond(to: request)
/// ```
///
/// May be used from any thread. What the library's own server does and this cannot: its limits and deadlines
/// for connections, and answers while the cooperative pool is exhausted. Where those matter, use
/// ``MetricsCollector/startHTTPServer(_:)``.
public struct MetricsEndpoints: Sendable {
  private let endpoints: ObservabilityEndpoints

  init(_ endpoints: ObservabilityEndpoints) { self.endpoints = endpoints }

  /// Answers a request. What is wrong with a request is a response as well, so nothing is thrown.
  ///
  /// Give the request its `peer` and its `Host`, which servers for HTTP/2 keep as the authority: without them it sees no
  /// details. The response has no framing fields; a body
  /// that is a stream is to be asked for pieces until it gives `nil`, and told when it is not asked any more,
  /// whatever the reason. Leave out the body for `HEAD`.
  public func respond(to request: EndpointRequest) async -> EndpointResponse {
    await endpoints.respond(to: request)
  }

  /// Answers a probe at once, without a task: for a handler that runs before a router, on a thread of the server's own.
  /// So liveness is answered, and names the executor, while every thread of the cooperative pool is blocked.
  ///
  /// It needs somebody to watch the pool: ``MetricsCollector/watchExecutor(threshold:log:)``. Then the answer is at
  /// hand but for checks that have to run first; once the pool has run nothing for half a second, it is what they
  /// found before.
  ///
  /// - Returns: nil when the request is not for a probe that everybody may ask, or a check has to run for it: give it to
  ///   ``respond(to:)``. Never waits, runs no code of the host, and may be called from any thread.
  public func respondAtOnce(to request: EndpointRequest) -> EndpointResponse? {
    endpoints.answerWithoutTask(request)
  }

  /// Every path that is answered, prefix included, for routers that want a list. Below a probe there is one for each
  /// check, so its path is there twice.
  ///
  /// - Parameter parameter: how the router writes a path segment of any name: `{check}` in Hummingbird, `:check` in
  ///   Vapor.
  public func paths(parameter: String = "{check}") -> [String] { endpoints.paths(parameter: parameter) }

  /// Whether a request asks for a probe. Never refuse one because of a limit: an orchestrator restarts what
  /// does not answer.
  public func isProbe(_ request: EndpointRequest) -> Bool { endpoints.isProbe(request) }
}

extension MetricsCollector {
  /// The routes, to be mounted in the host's own HTTP server.
  ///
  /// Of the configuration only what concerns answers is used, not the address, the limits of connections and
  /// their deadlines. Where there are credentials, files are read and a hash is computed before it returns. Health checks run when they are asked for, unless the host calls `health.start()`.
  ///
  /// - Throws: ``MetricsConfigError`` for a setting that cannot be used; it names the value and the reason.
  public func endpoints(_ config: MetricsConfig = MetricsConfig()) throws(MetricsConfigError)
    -> MetricsEndpoints
  {
    let config = try config.validated()
    let secrets = try config.readSecrets()
    let unknown = config.unknownChecks(of: health)
    try config.configureChecks(of: health)
    if let unknown { config.log(unknown) }
    registerHealthCollector()
    let timer = TaskSleepTimer()
    return MetricsEndpoints(
      endpoints(
        config, secrets, HealthView(health), timer: timer, log: LogDelivery(to: config.log, timer: timer)))
  }
}
