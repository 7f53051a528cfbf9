// Who tells load balancers to turn away before the host's listeners close?

#if ServiceLifecycle
  public import MailObservability
  public import ServiceLifecycle

  /// Turns the process unready when the group ends, and waits, while everything is still served.
  ///
  /// A group ends its services in the reverse order, each when the one behind it has ended. So this is the last of the list:
  /// `/ready` answers 503 and load balancers have `delay` to turn away, before the first listener of the host closes. A
  /// cancellation ends the wait, and the process is unready all the same.
  public struct ReadinessService: Service {
    private let health: HealthRegistry
    private let delay: Duration
    private let announce: @Sendable () -> Void

    /// - Parameters:
    ///   - health: that of a ``MetricsCollector``. It stays unready when the service has ended: whoever runs it again in
    ///     one process calls ``HealthRegistry/setDraining(_:)`` before.
    ///   - delay: the time for load balancers, up to a day; negative is none.
    public init(_ health: HealthRegistry, delay: Duration = .seconds(5)) {
      self.init(health, delay: delay) {}
    }

    /// - Parameter announce: tells others of the end.
    init(_ health: HealthRegistry, delay: Duration, _ announce: @escaping @Sendable () -> Void) {
      self.health = health
      self.announce = announce
      self.delay = min(max(delay, .zero), .seconds(86_400))
    }

    /// Waits for the end of the group, and then for load balancers.
    public func run() async throws {
      // By whoever asks for the end: the pool may have no thread for this task.
      await untilTheEnd { [health, announce] in
        health.setDraining(true)
        announce()
      }
      // Ended by a cancellation, which is no error of this service.
      try? await Task.sleep(for: delay)
    }
  }
#endif
