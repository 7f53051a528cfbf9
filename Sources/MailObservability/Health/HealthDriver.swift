// Who wakes the health checks, watches the executor and hears of failures, while servers start and end?

import HealthProbes
import ObservabilityPlatform
import MetricInstruments
import ObservabilitySockets

/// The servers that one collector has started, and who watches the executor without one, as far as its health checks are concerned.
///
/// Checks are driven by one loop at a time: that of the newest server that runs. When it ends, the next
/// newest takes over, so that one of two servers that ends leaves no check without a timer. With the last one
/// they stop. What is a server's own, its draining and its check of the executor, it lends to the registry
/// for as long as it runs.
final class HealthDriver: Sendable {
  /// What one server gives to the checks while it runs.
  private struct Drive {
    let lease: HealthLease
    let loop: EventLoop
    let heartbeat: ExecutorHeartbeat
    let log: LogDelivery
  }

  private struct State {
    var drives: [Drive] = []
    var isObserving = false
  }

  /// The name of the liveness check.
  static let checkName = "executor"

  /// Which threads run tasks: seen by the beats that they run.
  let poolThreads = PoolThreads()
  private let health: HealthRegistry
  private let state = Locked(State())

  init(health: HealthRegistry) { self.health = health }

  /// Drives the checks from `loop` until ``end(_:)``.
  ///
  /// - Parameters:
  ///   - lease: one that has not begun; it begins.
  ///   - isServer: whether its end is that of a server, from which work turns away.
  ///   - threshold: the delay of the executor from which on liveness fails; nil: it only is measured.
  ///   - onDelay: given every delay of the executor, on a thread of its pool.
  /// - Returns: why liveness does not ask the heartbeat although it should.
  func begin(
    _ lease: HealthLease, isServer: Bool = true, on loop: EventLoop, threshold: Duration?, log: LogDelivery,
    onDelay: @escaping @Sendable (Duration) -> Void
  ) -> String? {
    let heartbeat = ExecutorHeartbeat(threshold: threshold ?? .seconds(30)) { [poolThreads] delay in
      poolThreads.note()
      onDelay(delay)
    }
    heartbeat.start(timer: loop)
    // Held while the registry is called, which never calls back here: two servers that start and end at once
    // would otherwise leave the checks with the timer of one that has ended.
    return state.withLock { state in
      state.drives.append(Drive(lease: lease, loop: loop, heartbeat: heartbeat, log: log))
      observe(&state)
      defer { health.start(timer: loop) }
      do throws(HealthError) {
        try health.begin(
          lease, lending: threshold == nil ? nil : heartbeat.check(named: Self.checkName), isServer: isServer)
        return nil
      } catch {
        // The host's check has the name. Its own wins, but somebody should know that the executor is not
        // watched.
        return "the executor is not watched: \(error)"
      }
    }
  }

  /// How long the cooperative pool has run nothing, by the newest server's heartbeat; zero without one.
  var poolDelay: Duration { state.withLock { $0.drives.last?.heartbeat }?.delay ?? .zero }

  /// Ends what ``begin(_:isServer:on:threshold:log:onDelay:)`` began. Its loop is used no longer when this returns.
  func end(_ lease: HealthLease) {
    state.withLock { state in
      guard let place = state.drives.firstIndex(where: { $0.lease == lease }) else { return }
      let wasNewest = place == state.drives.count - 1
      state.drives.remove(at: place).heartbeat.stop()
      health.end(lease)
      guard wasNewest else { return }
      if let next = state.drives.last { health.start(timer: next.loop) } else { health.stop() }
    }
  }

  /// Hooks stay for the life of the registry, so there is one for all servers: a change is logged once, by
  /// the newest.
  private func observe(_ state: inout State) {
    guard !state.isObserving else { return }
    state.isObserving = true
    health.addObserver(
      HealthObserver(
        transition: { [weak self] change in
          if let message = change.logMessage { self?.send(message) }
        },
        slowed: { [weak self] check, duration, deadline in
          let text =
            "health check \(check) is slow: it took \(duration.brief) of its deadline of \(deadline.brief)"
          self?.send(LogMessage(.warning, text))
        }))
  }

  private func send(_ message: LogMessage) {
    let log = state.withLock { $0.drives.last?.log }
    log?.send(message.level, message.text)
  }
}

extension HealthTransition {
  /// What is said of it; nil of a check that passes from the beginning.
  var logMessage: LogMessage? {
    switch (from, to) {
    case (_, .fail): LogMessage(.warning, "health check \(check) failed: \(reason ?? "")")
    case (_, .warn): LogMessage(.warning, "health check \(check) warns: \(reason ?? "")")
    case (.fail, .pass): LogMessage(.info, "health check \(check) passes again")
    case (.warn, .pass): LogMessage(.info, "health check \(check) warns no longer")
    default: nil
    }
  }
}
