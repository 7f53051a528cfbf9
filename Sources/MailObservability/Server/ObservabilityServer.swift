// How does a host hold the running server?

import ObservabilityHTTP
import HealthProbes
import MetricInstruments
import ObservabilitySockets

/// A started observability server.
///
/// End it with ``shutdown(gracePeriod:delay:)``, or let ``run()`` be cancelled: nothing of it is left then,
/// neither a thread nor a descriptor. When the last reference goes away without either, it is drained in the
/// background.
public final class ObservabilityServer: Sendable {
  /// Where it listens, with the port that the system chose where 0 was asked for; nil when it is not enabled.
  public let boundAddress: String?
  let server: HTTPServer?
  let health: HealthRegistry
  /// What tells the registry that this server drains; nil when it is not enabled.
  let lease: HealthLease?
  private let task: Task<Result<Void, MetricsConfigError>, Never>?

  /// - Parameter onEnd: called once, when the server has ended and its loop still runs.
  init(
    _ server: HTTPServer, boundAddress: SocketAddress, health: HealthRegistry, lease: HealthLease,
    onEnd: @escaping @Sendable () -> Void
  ) {
    self.boundAddress = boundAddress.description
    self.server = server
    self.health = health
    self.lease = lease
    let loop = server.loop
    task = Task(executorPreference: loop) {
      defer {
        onEnd()
        // The last that runs on it.
        loop.shutdown()
      }
      do {
        try await server.run()
        return .success(())
      } catch {
        return .failure(
          .failed(setting: "bindAddress", value: boundAddress.description, "cannot be served", error))
      }
    }
  }

  /// A server that was not wanted.
  init(disabled health: HealthRegistry) {
    boundAddress = nil
    server = nil
    task = nil
    self.health = health
    lease = nil
  }

  deinit {
    if let lease { health.drain(lease) }
    task?.cancel()
  }

  /// Drains and ends the server; returns when it has ended.
  ///
  /// `/ready` of this server answers 503 from now on, `/live` stays 200; other servers of the collector go
  /// on. For the length of `delay` everything is still served, so that load balancers can turn away; then
  /// only probes are, and requests that had begun are finished. What is left after `gracePeriod` more is cut
  /// off. The listener closes last, so that no probe finds its connection refused.
  public func shutdown(gracePeriod: Duration = .seconds(10), delay: Duration = .zero) async {
    guard let server, let task else { return }
    beginShutdown(server, gracePeriod: gracePeriod, delay: delay)
    _ = await task.value
  }

  /// Waits until the server has ended; returns at once when it is not enabled.
  ///
  /// Cancelling the task that waits drains the server, within 10 seconds and without a delay. At a signal a
  /// `ServiceGroup` of swift-service-lifecycle asks for a graceful shutdown, which is no cancellation: make
  /// it one with `cancelWhenGracefulShutdown { try await server.run() }`.
  ///
  /// - Throws: ``MetricsConfigError`` when the address can no longer be served.
  public func run() async throws(MetricsConfigError) {
    guard let server, let task else { return }
    let outcome = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      beginShutdown(server, gracePeriod: .seconds(10), delay: .zero)
    }
    try outcome.get()
  }

  /// On the server's own thread: the host may have none to spare.
  func beginShutdown(_ server: HTTPServer, gracePeriod: Duration, delay: Duration) {
    if let lease { health.drain(lease) }
    Task(executorPreference: server.loop) { await server.shutdown(gracePeriod: gracePeriod, delay: delay) }
  }
}
