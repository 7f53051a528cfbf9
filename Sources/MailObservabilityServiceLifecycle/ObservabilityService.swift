// How is the observability server one of a group's services?

#if ServiceLifecycle
  public import MailObservability
  public import ServiceLifecycle

  /// The observability server as a service: it serves until the group ends, or the task that runs it is cancelled, and
  /// then drains.
  ///
  /// Listed before the services of the host it ends after them, so that probes and scrapes are answered to the end. It
  /// does not end the group by itself, unless it throws: one that is not enabled, or that the host has ended by hand, waits.
  /// ``MetricsCollector`` has a list of all that a group needs: `services(serving:around:…)`.
  public struct ObservabilityService: Service {
    private let start: @Sendable () async throws -> ObservabilityServer
    private let gracePeriod: Duration

    /// A server that runs. Run twice, both wait for the same server, which ends with the first.
    ///
    /// - Parameters:
    ///   - server: that of ``MetricsCollector/startHTTPServer(_:)``.
    ///   - gracePeriod: the time for requests that have begun; negative is none.
    public init(_ server: ObservabilityServer, gracePeriod: Duration = .seconds(5)) {
      start = { server }
      self.gracePeriod = gracePeriod
    }

    /// A server that is started when the service is run, each time anew, and as long as it is not run does not exist.
    ///
    /// - Parameters:
    ///   - metrics: what is served.
    ///   - config: how.
    ///   - gracePeriod: the time for requests that have begun; negative is none.
    ///   - onStart: is given the server once it listens.
    public init(
      _ metrics: MetricsCollector, _ config: MetricsConfig, gracePeriod: Duration = .seconds(5),
      onStart: @escaping @Sendable (ObservabilityServer) -> Void = { _ in }
    ) {
      start = {
        let server = try await metrics.startHTTPServer(config)
        onStart(server)
        return server
      }
      self.gracePeriod = gracePeriod
    }

    /// Serves until the end of the group.
    ///
    /// - Throws: ``MetricsConfigError`` for a setting that cannot be used, and for an address that cannot be bound or no
    ///   longer be served.
    public func run() async throws {
      let server = try await start()
      let gracePeriod = gracePeriod
      // A group does not cancel its services, it asks them to end.
      try await withGracefulShutdownHandler {
        try await server.run(gracePeriod: gracePeriod)
        await untilTheEnd()
      } onGracefulShutdown: {
        server.beginShutdown(gracePeriod: gracePeriod)
      }
    }
  }

  /// Waits until the group asks the service to end, or the task is cancelled. Returns at once where either has happened.
  ///
  /// - Parameter begin: called by whoever asks or cancels; twice where both do.
  func untilTheEnd(_ begin: @escaping @Sendable () -> Void = {}) async {
    let (ends, end) = AsyncStream.makeStream(of: Never.self)
    await withTaskCancellationOrGracefulShutdownHandler {
      for await _ in ends {}
    } onCancelOrGracefulShutdown: {
      begin()
      end.finish()
    }
  }
#endif
