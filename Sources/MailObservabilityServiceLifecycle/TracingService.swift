// Who sends the last spans when a group of services ends?

#if ServiceLifecycle
  public import MailObservability
  public import ServiceLifecycle

  /// The tracer as a service: it waits until the group ends, or the task that runs it is cancelled, and then sends what spans
  /// there are.
  ///
  /// The first of the list, so that it ends last: what the other services do at their end is traced too. It does not end
  /// the group by itself: without an exporter, with tracing disabled, and where the host has ended tracing by hand, it waits.
  public struct TracingService: Service {
    private let tracing: MailTracing
    private let limit: Duration

    /// - Parameters:
    ///   - tracing: that of a ``MetricsCollector``.
    ///   - limit: the time for the collector; zero and less give it none. What it has not taken by then is dropped and
    ///     counted.
    public init(_ tracing: MailTracing, within limit: Duration = .seconds(5)) {
      self.tracing = tracing
      self.limit = limit
    }

    /// Waits for the end of the group, and ends tracing. Run again, it waits again, and tracing stays ended.
    public func run() async throws {
      await untilTheEnd()
      await tracing.shutdown(within: limit)
    }
  }
#endif
