// Does the Swift executor still run tasks, asked from a thread that does not need it?

package import ObservabilityPlatform

/// Hands beats to the cooperative pool, and answers a liveness check about them.
///
/// The check is answered on the thread that asks and never by a task, so liveness is answered, and fails with
/// the executor's name, while every thread of the pool is blocked.
package final class ExecutorHeartbeat: Sendable {
  private struct State {
    var monitor: HeartbeatMonitor
    var timer: (any OneShotTimer)?
    var token: (any OneShotTimerToken)?
    /// Tells the ticks of one start from those of an earlier one.
    var generation: UInt64 = 0
  }

  private let clock: any HealthClock
  private let launch: @Sendable (@escaping @Sendable () -> Void) -> Void
  private let onDelay: @Sendable (Duration) -> Void
  private let state: Locked<State>

  /// - Parameters:
  ///   - threshold: the delay from which on liveness fails.
  ///   - warning: the delay from which on it warns; `nil`: a third of the threshold.
  ///   - launch: hands a beat to the executor that is watched.
  ///   - onDelay: given the time that each beat waited, on the thread that ran it. Must not block.
  init(
    threshold: Duration = .seconds(30),
    warning: Duration? = nil,
    interval: Duration? = nil,
    clock: any HealthClock,
    launch: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void = { beat in
      Task.detached { beat() }
    },
    onDelay: @escaping @Sendable (Duration) -> Void = { _ in }
  ) {
    self.clock = clock
    self.launch = launch
    self.onDelay = onDelay
    self.state = Locked(
      State(monitor: HeartbeatMonitor(threshold: threshold, warning: warning, interval: interval)))
  }

  /// A heartbeat of the cooperative pool, by the machine's clock.
  package convenience init(
    threshold: Duration = .seconds(30), onDelay: @escaping @Sendable (Duration) -> Void = { _ in }
  ) {
    self.init(threshold: threshold, clock: SystemHealthClock(), onDelay: onDelay)
  }

  deinit {
    state.withLock { $0.token }?.cancel()
  }

  /// The liveness check. Adding it does not start the heartbeat.
  package func check(named name: String = "executor") throws(HealthError) -> HealthCheck {
    let threshold = state.withLock { $0.monitor.threshold }
    let settings = HealthCheck.Settings(probes: .live, period: min(threshold / 2, .seconds(5)))
    return try HealthCheck(name, settings, .immediate { [self] in HealthObservation(verdict()) })
  }

  /// What liveness says now.
  func verdict() -> HealthResult {
    let now = clock.now
    return state.withLock { state in
      state.timer == nil ? .warn("the heartbeat is not running") : state.monitor.verdict(at: now)
    }
  }

  /// How long the beat on its way has been waiting for the executor; zero when none is, or the heartbeat is not running.
  package var delay: Duration {
    let now = clock.now
    return state.withLock { $0.timer == nil ? .zero : $0.monitor.delay(at: now) }
  }

  /// Starts the heartbeat on `timer`, whose thread must not be one of the pool.
  package func start(timer: any OneShotTimer) {
    let generation = state.withLock { state in
      state.token?.cancel()
      state.timer = timer
      state.generation &+= 1
      return state.generation
    }
    tick(generation)
  }

  /// Stops the heartbeat. A beat on its way still runs, without effect.
  package func stop() {
    state.withLock { state in
      state.token?.cancel()
      state.token = nil
      state.timer = nil
      state.generation &+= 1
    }
  }

  private func tick(_ generation: UInt64) {
    let now = clock.now
    let beat = state.withLock { state -> HeartbeatMonitor.Beat? in
      guard state.generation == generation, let timer = state.timer else { return nil }
      state.token = timer.schedule(after: state.monitor.interval) { [weak self] in self?.tick(generation) }
      return state.monitor.tick(at: now)
    }
    guard let beat else { return }
    launch { [weak self] in self?.ran(beat) }
  }

  private func ran(_ beat: HeartbeatMonitor.Beat) {
    let now = clock.now
    guard let delay = state.withLock({ $0.monitor.ran(beat, at: now) }) else { return }
    onDelay(delay)
  }
}
