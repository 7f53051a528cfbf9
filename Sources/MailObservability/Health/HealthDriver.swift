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
    let log: @Sendable (LogMessage) -> Void
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
  /// - Returns: what to end it with.
  func begin(
    on loop: EventLoop, threshold: Duration?, log: @escaping @Sendable (LogMessage) -> Void,
    onDelay: @escaping @Sendable (Duration) -> Void
  ) -> UInt64 {
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
      follow(drive, &state)
      return drive.number
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
        follow(next, &state)
      } else {
        removeCheck(&state)
        health.stop()
      }
    }
  }

  private func follow(_ drive: Drive, _ state: inout State) {
    removeCheck(&state)
    if drive.isChecked {
      do {
        try health.add(drive.heartbeat.check(named: Self.checkName))
        state.hasCheck = true
      } catch {
        // The host's check has the name. Its own wins, but somebody should know that the executor is not watched.
        drive.log(LogMessage(.warning, "the executor is not watched: \(error)"))
      }
    }
    health.start(timer: drive.loop)
  }

  private func removeCheck(_ state: inout State) {
    guard state.hasCheck else { return }
    health.remove(Self.checkName)
    state.hasCheck = false
  }

  /// Hooks stay for the life of the registry, so there is one for all servers: a failure is logged once, by the newest.
  private func observe(_ state: inout State) {
    guard !state.isObserving else { return }
    state.isObserving = true
    health.addObserver(
      HealthObserver(failure: { [weak self] check, reason in
        self?.log(LogMessage(.warning, "health check \(check) failed: \(reason)"))
      }))
  }

  private func log(_ message: LogMessage) {
    let log = state.withLock { $0.drives.last?.log }
    log?(message)
  }
}
