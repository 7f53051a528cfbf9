// How does a program end well when it is told to end?

import ObservabilityHTTP
import ObservabilityPlatform
import ObservabilitySockets

extension ObservabilityServer {
  /// Serves until one of these signals arrives, then drains and ends the server; returns when it has ended.
  ///
  /// ```swift
  /// try await server.run(untilSignals: [SIGTERM, SIGINT], gracePeriod: .seconds(20), delay: .seconds(5)) {
  ///   // Readiness has failed for five seconds, and load balancers have turned away.
  ///   await mailServer.close()
  /// }
  /// // The mail server is gone, and then this one: the program can end.
  /// ```
  ///
  /// The drain begins on the server's own thread, also while the cooperative pool is exhausted. For programs,
  /// not for libraries, since signals belong to the process: what they did before is not restored, and after
  /// the first they do what they do by default, so that whoever asks twice ends the process. Without a
  /// listener it waits for the signal all the same. Cancelling the task that waits drains the server as well.
  ///
  /// - Parameters:
  ///   - signals: their numbers, by default those of `SIGTERM` and `SIGINT`, everywhere the same.
  ///   - gracePeriod: as of ``shutdown(gracePeriod:delay:ending:)``.
  ///   - delay: as of ``shutdown(gracePeriod:delay:ending:)``.
  ///   - ending: as of ``run(gracePeriod:delay:ending:)``.
  /// - Throws: ``MetricsConfigError`` for a number of no signal that can be caught, when a call of this
  ///   function waits already, or when the system refuses.
  public func run(
    untilSignals signals: [Int32] = [15, 2], gracePeriod: Duration = .seconds(10),
    delay: Duration = .zero, ending: (@Sendable () async -> Void)? = nil
  ) async throws(MetricsConfigError) {
    let shutdown = Shutdown(gracePeriod: gracePeriod, delay: delay, ending: ending)
    var ownLoop: EventLoop?
    defer { ownLoop?.shutdown() }
    let held = HeldWatcher()
    defer { held.release() }
    do {
      let loop = try server?.loop ?? EventLoop(name: "signals")
      if server == nil { ownLoop = loop }
      held.hold(
        try SignalWatcher(signals, on: loop) { [self] _ in
          held.release()
          begin(shutdown)
        })
    } catch {
      throw .failed(setting: "signals", value: "\(signals)", "cannot be watched", error)
    }
    try await wait(shutdown)
  }
}

/// Keeps a watcher until the first signal, which may come before there is anything to keep.
private final class HeldWatcher: Sendable {
  private struct State {
    var watcher: SignalWatcher?
    var isOver = false
  }

  private let state = Locked(State())

  func hold(_ watcher: SignalWatcher) {
    state.withLock { if !$0.isOver { $0.watcher = watcher } }
  }

  func release() {
    let watcher = state.withLock { state in
      defer { state.watcher = nil }
      state.isOver = true
      return state.watcher
    }
    withExtendedLifetime(watcher) {}
  }
}
