// Who wakes the health checks, watches the executor and hears of failures, while servers start and end?

import HealthProbes
import ObservabilityPlatform
import MetricInstruments
import ObservabilitySockets

/// The servers that one collector has started, as far as its health checks are concerned.
///
/// Checks are driven by one loop at a time: that of the newest server that runs. When it ends, the next newest takes
/// over, so that one of two servers that ends leaves no check without a timer. With the last one they stop.
final class HealthDriver: Sendable {
  /// What one server gives to the checks while it runs.
  private struct Drive {
    let number: UInt64
    let loop: EventLoop
    let heartbeat: ExecutorHeartbeat
    /// Whether liveness asks the heartbeat.
    let isChecked: Bool
    let log: LogDelivery
  }

  private struct State {
    var drives: [Drive] = []
    var lastNumber: UInt64 = 0
    /// Whether the check named below is the driver's own: the host may have taken the name.
    var hasCheck = false
    var isObserving = false
  }

  /// The name of the liveness check.
  static let checkName = "executor"

  private let health: HealthRegistry
  private let state = Locked(State())

  init(health: HealthRegistry) { self.health = health }

  /// Drives the checks from `loop` until ``end(_:)``.
  ///
  /// - Parameters:
  ///   - threshold: the delay of the executor from which on liveness fails; nil: it only is measured.
  ///   - onDelay: given every delay of the executor, on a thread of its pool.
  /// - Returns: what to end it with, and why liveness does not ask the heartbeat although it should.
  func begin(
    on loop: EventLoop, threshold: Duration?, log: LogDelivery,
    onDelay: @escaping @Sendable (Duration) -> Void
  ) -> (drive: UInt64, problem: String?) {
    let heartbeat = ExecutorHeartbeat(threshold: threshold ?? .seconds(30), onDelay: onDelay)
    heartbeat.start(timer: loop)
    // Held while the registry is called, which never calls back here: two servers that start and end at once would
    // otherwise leave the check of one and the timer of the other.
    return state.withLock { state in
      state.lastNumber &+= 1
      let drive = Drive(
        number: state.lastNumber, loop: loop, heartbeat: heartbeat, isChecked: threshold != nil, log: log)
      state.drives.append(drive)
      observe(&state)
      health.setDraining(false)
      let problem = follow(drive, &state)
      return (drive.number, problem)
    }
  }

  /// How long the cooperative pool has run nothing, by the newest server's heartbeat; zero without one.
  var poolDelay: Duration { state.withLock { $0.drives.last?.heartbeat }?.delay ?? .zero }

  /// Ends what ``begin(on:threshold:log:onDelay:)`` began. Its loop is used no longer when this returns.
  func end(_ number: UInt64) {
    state.withLock { state in
      guard let place = state.drives.firstIndex(where: { $0.number == number }) else { return }
      let wasNewest = place == state.drives.count - 1
      state.drives.remove(at: place).heartbeat.stop()
      guard wasNewest else { return }
      if let next = state.drives.last {
        if let problem = follow(next, &state) { next.log.send(.warning, problem) }
      } else {
        removeCheck(&state)
        health.stop()
      }
    }
  }

  /// Returns why the executor is not watched although it should be.
  private func follow(_ drive: Drive, _ state: inout State) -> String? {
    removeCheck(&state)
    var problem: String?
    if drive.isChecked {
      do {
        try health.add(drive.heartbeat.check(named: Self.checkName))
        state.hasCheck = true
      } catch {
        // The host's check has the name. Its own wins, but somebody should know that the executor is not watched.
        problem = "the executor is not watched: \(error)"
      }
    }
    health.start(timer: drive.loop)
    return problem
  }

  private func removeCheck(_ state: inout State) {
    guard state.hasCheck else { return }
    health.remove(Self.checkName)
    state.hasCheck = false
  }

  /// Hooks stay for the life of the registry, so there is one for all servers: a change is logged once, by the newest.
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
