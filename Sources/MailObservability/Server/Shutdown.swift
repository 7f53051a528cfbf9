// How does a server end in the right order with those of its host?

import ObservabilityPlatform

/// One call's way to the end of a server: readiness fails at once, after the delay the host ends its own servers, and
/// when they are gone, or no time is left, the observability server is drained.
final class Shutdown: Sendable {
  private struct State {
    var began: ContinuousClock.Instant?
    var host: Task<Void, Never>?
    var timers: [any OneShotTimerToken] = []
  }

  /// For requests, and for the host's servers; not negative.
  let gracePeriod: Duration
  /// For load balancers; not negative.
  let delay: Duration
  private let ending: (@Sendable () async -> Void)?
  private let state = Locked(State())

  init(gracePeriod: Duration, delay: Duration, ending: (@Sendable () async -> Void)?) {
    self.gracePeriod = min(max(gracePeriod, .zero), MetricsConfig.longest)
    self.delay = min(max(delay, .zero), MetricsConfig.longest)
    self.ending = ending
  }

  /// How long everything takes at most.
  var total: Duration { delay + gracePeriod }

  var hasHost: Bool { ending != nil }

  /// Whether this is the first time: a signal and a cancellation may both begin it.
  func begin() -> Bool {
    state.withLock { state in
      guard state.began == nil else { return false }
      state.began = .now
      return true
    }
  }

  /// Keeps what fires later, to call it off when all is over.
  func keep(_ timer: any OneShotTimerToken) { state.withLock { $0.timers.append(timer) } }

  /// The server has ended: nothing fires any more.
  func serverEnded() {
    let timers = state.withLock { state in
      defer { state.timers = [] }
      return state.timers
    }
    for timer in timers { timer.cancel() }
  }

  /// What is left of the whole.
  var rest: Duration {
    guard let began = state.withLock({ $0.began }) else { return total }
    return max(.zero, total - (ContinuousClock.now - began))
  }

  /// Lets the host end its servers, if it has not begun to.
  func endHost(then: @escaping @Sendable () -> Void = {}) {
    guard let ending else { return }
    state.withLock { state in
      guard state.host == nil else { return }
      state.host = Task.detached {
        await ending()
        then()
      }
    }
  }

  /// Waits until the host has ended its servers, as long as there is time; then its task is cancelled. Not ended by a
  /// cancellation of the caller, which is what most often began it all.
  func waitForHost() async {
    guard hasHost else { return }
    endHost()
    guard let host = state.withLock({ $0.host }) else { return }
    let rest = rest
    await Task.detached {
      _ = await offLoop(within: rest, timer: TaskSleepTimer()) { await host.value }
    }.value
    host.cancelElsewhere(of: "host")
  }
}
