// How does a server end without hurting those it still serves?

import ObservabilityPlatform
import ObservabilitySockets
import Synchronization

/// How far the end of a server has come.
enum DrainStage: UInt8, AtomicRepresentable {
  case serving
  /// Everything is served, each response the last of its connection, and whoever asks learns that the
  /// server is going, so that load balancers take it out first.
  case announcing
  /// Only probes are served; requests that had begun are finished.
  case refusing
  case finished
}

/// Who waits for the drain of one server, and what moves it on. Confined to its loop.
struct DrainState {
  var waiters: [UnsafeContinuation<Void, Never>] = []
  var announceTimer: LoopTimer?
  var graceTimer: LoopTimer?
}

extension ServerCore {
  /// Begins to drain; when it has begun already, a sooner end than was set then is taken over.
  func beginDrain(gracePeriod: Duration, delay: Duration) {
    let stage = drainStage.load(ordering: .relaxed)
    guard stage != .finished else { return }
    if stage == .serving { drainStage.store(.announcing, ordering: .sequentiallyConsistent) }
    let delay = max(.zero, delay)
    let total = Duration.nanoseconds(
      delay.clampedNanoseconds.clampedAdding(max(0, gracePeriod.clampedNanoseconds)))
    if stage != .refusing, delay > .zero {
      let timer: LoopTimer = loop.schedule(after: delay) { self.beginRefusing() }
      if let before = drain.announceTimer, before.fires(notAfter: timer) {
        timer.cancel()
      } else {
        drain.announceTimer?.cancel()
        drain.announceTimer = timer
      }
    }
    let timer: LoopTimer = loop.schedule(after: total) { self.finishDrain() }
    if let before = drain.graceTimer, before.fires(notAfter: timer) {
      timer.cancel()
    } else {
      drain.graceTimer?.cancel()
      drain.graceTimer = timer
    }
    // Not by a timer: a request that comes after `isDraining` would be served or not by chance.
    if delay == .zero { beginRefusing() }
  }

  private func beginRefusing() {
    guard drainStage.load(ordering: .relaxed) == .announcing else { return }
    drainStage.store(.refusing, ordering: .sequentiallyConsistent)
    drain.announceTimer?.cancel()
    closeIdle(all[...])
    drainProgressed()
  }

  /// How many connections are closed in a turn.
  private static let closedAtOnce = 32

  private func closeIdle(_ connections: ArraySlice<HTTPConnection>) {
    for connection in connections.prefix(Self.closedAtOnce) { connection.closeIfIdle() }
    let rest = connections.dropFirst(Self.closedAtOnce)
    if !rest.isEmpty { loop.execute { self.closeIdle(rest) } }
  }

  /// Ends the drain when nothing is left to finish.
  func drainProgressed() {
    guard drainStage.load(ordering: .relaxed) == .refusing, isEmpty else { return }
    finishDrain()
  }

  private func finishDrain() {
    guard drainStage.load(ordering: .relaxed) != .finished else { return }
    drainStage.store(.finished, ordering: .sequentiallyConsistent)
    drain.announceTimer?.cancel()
    drain.graceTimer?.cancel()
    for connection in all { connection.end() }
    stopAccepting()
    let waiters = drain.waiters
    drain.waiters = []
    for waiter in waiters { waiter.resume() }
  }

  /// Resumes `waiter` when the drain has ended.
  func whenDrained(_ waiter: UnsafeContinuation<Void, Never>) {
    if drainStage.load(ordering: .relaxed) == .finished {
      waiter.resume()
    } else {
      drain.waiters.append(waiter)
    }
  }
}
