// In which order does a group of services end?

#if ServiceLifecycle
  public import MailObservability
  import ObservabilityPlatform
  public import ServiceLifecycle

  extension MetricsCollector {
    /// The services of a host with those that observe them around them, in the order that a `ServiceGroup` needs.
    ///
    /// ```swift
    /// let group = ServiceGroup(
    ///   services: metrics.services(serving: server, around: [mail], delay: delay),
    ///   gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    /// try await group.run()
    /// ```
    ///
    /// At the signal `/ready` answers 503, and everything is served for the length of `delay`. Then the services of the
    /// host end, the last one first; then the observability server; then the last spans are sent. It takes at most
    /// `delay`, what the host's services take, `gracePeriod` and `flushLimit`. When the group is cancelled, as by an
    /// error of one of its services, all of them end at once, each within its time.
    ///
    /// - Parameters:
    ///   - server: that of ``startHTTPServer(_:)``, which answers probes before there is anything else. One that is not
    ///     enabled waits with the others.
    ///   - services: those of the host.
    ///   - delay: the time for load balancers, up to a day; negative is none.
    ///   - gracePeriod: the time for requests to the server that have begun; negative is none.
    ///   - flushLimit: the time for the collector of spans; zero and less give it none.
    public func services(
      serving server: ObservabilityServer, around services: [any Service], delay: Duration = .seconds(5),
      gracePeriod: Duration = .seconds(5), flushLimit: Duration = .seconds(5)
    ) -> [any Service] {
      self.services(
        ObservabilityService(server, gracePeriod: gracePeriod), around: services, delay, flushLimit
      ) { server.announceEnd() }
    }

    /// The same with a server that starts with the group, whose `run` throws what keeps it from starting.
    ///
    /// - Parameters:
    ///   - config: how this is served.
    ///   - services: those of the host.
    ///   - delay: the time for load balancers, up to a day; negative is none.
    ///   - gracePeriod: the time for requests to the server that have begun; negative is none.
    ///   - flushLimit: the time for the collector of spans; zero and less give it none.
    public func services(
      serving config: MetricsConfig, around services: [any Service], delay: Duration = .seconds(5),
      gracePeriod: Duration = .seconds(5), flushLimit: Duration = .seconds(5)
    ) -> [any Service] {
      let started = Started()
      let service = ObservabilityService(self, config, gracePeriod: gracePeriod) { started.server = $0 }
      return self.services(service, around: services, delay, flushLimit) { started.server?.announceEnd() }
    }

    private func services(
      _ server: ObservabilityService, around services: [any Service], _ delay: Duration,
      _ flushLimit: Duration,
      _ announce: @escaping @Sendable () -> Void
    ) -> [any Service] {
      [TracingService(tracing, within: flushLimit), server] + services
        + [ReadinessService(health, delay: delay, announce)]
    }
  }

  /// The server that a service has started last.
  private final class Started: Sendable {
    private struct Weak { weak var server: ObservabilityServer? }
    private let held = Locked(Weak())

    var server: ObservabilityServer? {
      get { held.withLock { $0.server } }
      set { held.withLock { $0.server = newValue } }
    }
  }
#endif
