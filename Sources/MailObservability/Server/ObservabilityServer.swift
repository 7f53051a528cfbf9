// How does a host hold the running server?

import ObservabilityHTTP
import ObservabilityPlatform
import HealthProbes
import MetricInstruments
import ObservabilitySockets

/// A started observability server.
///
/// End it with ``shutdown(gracePeriod:delay:ending:)``, or let ``run(gracePeriod:delay:ending:)`` be cancelled:
/// nothing of it is left then, neither a thread nor a descriptor. When the last reference goes away without either, it is
/// drained in the background.
///
/// One that is not enabled has no listener, and is otherwise the same: it runs until it is ended.
public final class ObservabilityServer: Sendable {
  /// Where it listens, with the port that the system chose where 0 was asked for; nil when it is not enabled.
  public var boundAddress: String? { boundAddresses.first }
  /// The same of every listener: that of ``MetricsConfig/bindAddress``, and then the ``MetricsConfig/listeners`` in their
  /// order. An address `systemd:NAME` has as many as it has sockets.
  public let boundAddresses: [String]
  let server: HTTPServer?
  private let health: HealthRegistry
  private let notifier: SystemdNotifier?
  /// What tells the registry that this server drains.
  private let lease: HealthLease
  private let task: Task<Result<Void, MetricsConfigError>, Never>

  /// - Parameters:
  ///   - settings: what each of the addresses comes from.
  ///   - onEnd: called once, when the server has ended and its loop still runs.
  init(
    _ server: HTTPServer, boundAddresses: [SocketAddress], settings: [String], health: HealthRegistry,
    lease: HealthLease, notifier: SystemdNotifier?, onEnd: @escaping @Sendable () -> Void
  ) {
    self.boundAddresses = boundAddresses.map(\.description)
    self.server = server
    self.notifier = notifier
    self.health = health
    self.lease = lease
    let loop = server.loop
    // Detached: the server is no part of whatever its host was doing when it was started.
    task = Task.detached(executorPreference: loop) {
      defer {
        onEnd()
        // The last that runs on it.
        loop.shutdown()
      }
      do {
        try await server.run()
        return .success(())
      } catch {
        let place = await server.failedListener ?? 0
        guard place < boundAddresses.count, place < settings.count else {
          return .failure(.failed(setting: "bindAddress", value: "", "cannot be served", error))
        }
        return .failure(
          .failed(
            setting: settings[place], value: boundAddresses[place].description, "cannot be served", error))
      }
    }
  }

  /// A server without a listener. Endpoints that are mounted elsewhere know from it that the process ends.
  init(disabled health: HealthRegistry) {
    boundAddresses = []
    server = nil
    notifier = nil
    let lease = health.makeLease()
    // Without a check there is nothing to refuse.
    try? health.begin(lease, lending: nil)
    self.health = health
    self.lease = lease
    task = Task {
      let (ends, end) = AsyncStream.makeStream(of: Never.self)
      for await _ in ends {}
      end.finish()
      health.end(lease)
      return .success(())
    }
  }

  deinit {
    // Without a listener nobody has lost anything, and what is mounted elsewhere goes on.
    if server != nil { health.drain(lease) }
    task.cancel()
  }

  /// Drains and ends the server; returns when it has ended.
  ///
  /// `/ready` of this server answers 503 from now on, `/live` stays 200; other servers of the collector go
  /// on. For the length of `delay` everything is still served, so that load balancers can turn away. Then
  /// `ending` is called, in which the host ends its own servers, and this one still answers everything. When it
  /// returns only probes are answered, and requests that had begun are finished. What is left after
  /// `gracePeriod`, which begins after the delay, is cut off. The listener closes last, so that no probe finds
  /// its connection refused.
  ///
  /// ```swift
  /// await server.shutdown(gracePeriod: .seconds(20), delay: .seconds(10)) {
  ///   await mailServer.close()
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - gracePeriod: the time for the host's end and for requests; negative is none.
  ///   - delay: the time for load balancers; negative is none.
  ///   - ending: ends the host's servers; called once, on the cooperative pool. When it takes longer than the
  ///     grace period it is cancelled and no longer waited for.
  public func shutdown(
    gracePeriod: Duration = .seconds(10), delay: Duration = .zero,
    ending: (@Sendable () async -> Void)? = nil
  ) async {
    let shutdown = Shutdown(gracePeriod: gracePeriod, delay: delay, ending: ending)
    begin(shutdown)
    _ = await task.value
    shutdown.serverEnded()
    await shutdown.waitForHost()
  }

  /// Waits until the server has ended; without a listener until it is ended, too.
  ///
  /// Cancelling the task that waits drains and ends the server, as ``shutdown(gracePeriod:delay:ending:)`` does
  /// with the same parameters. At a signal a `ServiceGroup` of swift-service-lifecycle asks for a graceful
  /// shutdown, which is no cancellation: <doc:GroupsOfServices> has a service that hears of it. Several tasks may wait;
  /// the first that is cancelled ends the server for all.
  ///
  /// - Parameters:
  ///   - gracePeriod: as of ``shutdown(gracePeriod:delay:ending:)``.
  ///   - delay: as of ``shutdown(gracePeriod:delay:ending:)``.
  ///   - ending: ends the host's servers: called once, whoever ends this one, and not when the address can no longer
  ///     be served.
  /// - Throws: ``MetricsConfigError`` when one of the addresses can no longer be served.
  public func run(
    gracePeriod: Duration = .seconds(10), delay: Duration = .zero,
    ending: (@Sendable () async -> Void)? = nil
  ) async throws(MetricsConfigError) {
    try await wait(Shutdown(gracePeriod: gracePeriod, delay: delay, ending: ending))
  }

  /// Tells systemd that the end has begun, while everything is still served.
  package func announceEnd() { notifier?.stop() }

  /// Begins the end as ``shutdown(gracePeriod:delay:ending:)`` does, without waiting for it.
  package func beginShutdown(gracePeriod: Duration) {
    begin(Shutdown(gracePeriod: gracePeriod, delay: .zero, ending: nil))
  }

  /// Waits for the end, which a cancellation begins.
  func wait(_ shutdown: Shutdown) async throws(MetricsConfigError) {
    let outcome = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      begin(shutdown)
    }
    shutdown.serverEnded()
    try outcome.get()
    await shutdown.waitForHost()
  }

  /// Begins the end, on the server's own thread: the host may have none to spare.
  func begin(_ shutdown: Shutdown) {
    guard shutdown.begin() else { return }
    health.drain(lease)
    notifier?.stop()
    guard shutdown.hasHost else {
      return drain(gracePeriod: shutdown.gracePeriod, delay: shutdown.delay, shutdown)
    }
    // Served to the last moment, which comes sooner when the host is done.
    drain(gracePeriod: .zero, delay: shutdown.total, shutdown)
    // Whoever waits for it keeps the server; a timer that never fires must not.
    after(shutdown.delay, shutdown) { [weak self] in
      shutdown.endHost { [weak self] in self?.drain(gracePeriod: shutdown.rest, delay: .zero, shutdown) }
    }
  }

  /// Tells systemd that the host reloads its configuration while `body` runs: `RELOADING=1`, and `READY=1` at the end, whether
  /// it throws or not, as services of `Type=notify-reload` do. Without ``MetricsConfig/notifiesSystemd`` only `body` runs.
  public func reload<Failure: Error>(_ body: () async throws(Failure) -> Void) async throws(Failure) {
    notifier?.beginReload()
    defer { notifier?.endReload() }
    try await body()
  }

  private func drain(gracePeriod: Duration, delay: Duration, _ shutdown: Shutdown) {
    guard let server else { return after(delay, shutdown) { [task] in task.cancel() } }
    Task(executorPreference: server.loop) { await server.shutdown(gracePeriod: gracePeriod, delay: delay) }
  }

  private func after(_ delay: Duration, _ shutdown: Shutdown, _ action: @escaping @Sendable () -> Void) {
    if let server {
      shutdown.keep(server.loop.schedule(after: delay, action))
    } else {
      shutdown.keep(TaskSleepTimer().schedule(after: delay, action))
    }
  }
}
