// Who tells systemd how a server is, whatever the cooperative pool is doing?

import HealthProbes
import ObservabilityPlatform
import ObservabilitySockets
import Synchronization

/// Tells systemd of one server, from that server's thread. At most one in a process.
final class SystemdNotifier: Sendable {
  private static let isTaken = Atomic<Bool>(false)

  private struct State {
    var messages: SystemdMessages
    var timer: LoopTimer?
    var isOver = false
    /// What the last message could not be sent for, as it was logged.
    var failure: Int32?
  }

  private let socket: NotifySocket
  private let health: HealthView
  private let loop: EventLoop
  private let log: @Sendable (String) -> Void
  private let state: Locked<State>

  /// Why there is none.
  enum Absence: Error {
    /// systemd has not started the process, or does not want to know.
    case notAsked
    /// Another server of the process tells it already.
    case taken
    case unusable(String)
  }

  /// - Parameter log: hears what keeps messages from systemd; called with a lock held, so it must return at once.
  init(
    health: HealthView, loop: EventLoop, log: @escaping @Sendable (String) -> Void, process: Int32 = getpid(),
    variable: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) throws(Absence) {
    guard let address = variable("NOTIFY_SOCKET"), !address.isEmpty else { throw .notAsked }
    let socket: NotifySocket
    do throws(SocketError) {
      socket = try NotifySocket(address)
    } catch {
      throw .unusable(error.message)
    }
    // Before there is an object whose end would give back what another has.
    guard !Self.isTaken.exchange(true, ordering: .sequentiallyConsistent) else { throw .taken }
    self.socket = socket
    self.health = health
    self.loop = loop
    self.log = log
    let watchdog = Self.watchdog(process, variable)
    state = Locked(State(messages: SystemdMessages(watchdogMicroseconds: watchdog.period)))
    if let problem = watchdog.problem { log(problem) }
  }

  deinit { end() }

  /// What `WATCHDOG_USEC` says, when it is meant for this process, and what is wrong with it: without a sign of life the
  /// service may be ended, so nobody should have to guess. (sd_watchdog_enabled(3))
  static func watchdog(
    _ process: Int32, _ variable: (String) -> String?
  ) -> (period: UInt64?, problem: String?) {
    guard let text = variable("WATCHDOG_USEC") else { return (nil, nil) }
    if let owner = variable("WATCHDOG_PID") {
      guard let owner = Int32(owner) else {
        return (nil, "systemd's watchdog is not told: WATCHDOG_PID \"\(owner)\" is no number of a process")
      }
      guard owner == process else { return (nil, nil) }
    }
    guard let period = UInt64(text), (1..<UInt64.max).contains(period) else {
      return (nil, "systemd's watchdog is not told: WATCHDOG_USEC \"\(text)\" is no number of microseconds")
    }
    return (period, nil)
  }

  func start() { loop.execute { self.beat() } }

  /// From now on the server ends, which is said at once.
  func stop() {
    loop.execute {
      self.state.withLock { $0.messages.stop() }
      self.beat()
    }
  }

  func beginReload() {
    let time = Self.monotonicMicroseconds
    state.withLock { $0.messages.beginReload(atMicroseconds: time) }
    loop.execute { self.beat() }
  }

  func endReload() {
    state.withLock { $0.messages.endReload() }
    loop.execute { self.beat() }
  }

  /// The last that is done; another server may tell systemd then.
  func end() {
    let timer = state.withLock { state -> LoopTimer? in
      guard !state.isOver else { return nil }
      state.isOver = true
      Self.isTaken.store(false, ordering: .sequentiallyConsistent)
      return state.timer
    }
    timer?.cancel()
  }

  private func beat() {
    let condition = condition
    let now = loop.clock()
    state.withLock { state in
      guard !state.isOver else { return }
      state.messages.note(condition)
      state.messages.flush(condition, at: now) { message in
        let failure = socket.send(message)
        note(failure, &state.failure)
        return failure == nil
      }
      state.timer?.cancel()
      state.timer = loop.schedule(after: .nanoseconds(state.messages.pause)) { [weak self] in self?.beat() }
    }
  }

  /// Has what is wrong logged, once. One whose queue is full is only slow.
  private func note(_ failure: Int32?, _ known: inout Int32?) {
    guard failure != EAGAIN, failure != ENOBUFS, failure != known else { return }
    known = failure
    if let failure {
      let reason = "\(SystemError.text(failure)) (errno \(failure))"
      log("systemd is not told of this server: sending to NOTIFY_SOCKET: \(reason)")
    }
  }

  private var condition: SystemdMessages.Condition {
    let ready = health.peek(at: .ready)
    var condition = SystemdMessages.Condition()
    condition.isReady = ready.passes
    condition.isLive = health.peek(at: .live).passes
    condition.isDraining = ready.report.isDraining
    if condition.isDraining {
      condition.status = "shutting down"
    } else if let reason = ready.report.maintenance {
      condition.status = "in maintenance: \(reason)"
    } else if let name = ready.blockedBy.first {
      let reason = ready.report.checks.first { $0.name == name }?.reason
      condition.status = "not ready: \(name)" + (reason.map { ": \(AgingReason.withoutAge($0))" } ?? "")
    } else {
      condition.status = "ready"
    }
    return condition
  }

  private static var monotonicMicroseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(clamping: time.tv_sec) &* 1_000_000 &+ UInt64(clamping: time.tv_nsec) / 1000
  }
}

extension MetricsConfig {
  /// The notifier that is asked for and possible; nil when there is nobody to tell. An environment that makes no sense is
  /// logged and not thrown, as sd_notify(3) is mostly called: no mail server should stay down for it.
  func systemdNotifier(
    _ health: HealthView, loop: EventLoop, log: LogDelivery
  ) throws(MetricsConfigError) -> SystemdNotifier? {
    guard notifiesSystemd else { return nil }
    do throws(SystemdNotifier.Absence) {
      return try SystemdNotifier(health: health, loop: loop, log: { log.send(.warning, $0) })
    } catch {
      switch error {
      case .notAsked: return nil
      case .taken:
        throw MetricsConfigError(
          .conflict, setting: "notifiesSystemd", value: "true", "is what another server of this process does")
      case .unusable(let reason):
        log.send(.warning, "systemd is not told of this server: \(reason)")
        return nil
      }
    }
  }
}
