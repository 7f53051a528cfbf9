// How is an action on the loop put off, and called off?

import ObservabilityPlatform
import Synchronization

/// An action that its loop will run once, at a set time, unless it is cancelled before.
///
/// May be used from any thread.
package final class LoopTimer: OneShotTimerToken {
  private enum State { static let armed: UInt8 = 0, fired: UInt8 = 1, cancelled: UInt8 = 2 }

  private let state = Atomic<UInt8>(State.armed)
  private let loop: EventLoop
  let entry: TimerEntry

  init(loop: EventLoop, due: Int64, action: @escaping @Sendable () -> Void) {
    self.loop = loop
    self.entry = TimerEntry()
    entry.due = due
    // The entry keeps the timer, whose owner need not, until it fires or is cancelled.
    entry.action = { [self] in
      entry.action = {}
      if settle(as: State.fired) { action() }
    }
  }

  /// Whether this timer is still to fire, and no later than the other one. On the loop's thread.
  package func fires(notAfter other: LoopTimer) -> Bool { !isSettled && entry.due <= other.entry.due }

  /// Calls the action off. Once this returns it will not start; one that has started is not stopped.
  package func cancel() {
    guard settle(as: State.cancelled) else { return }
    let action: @Sendable () -> Void = { [self] in
      loop.timers.remove(entry)
      entry.action = {}
    }
    if loop.isCurrent { action() } else { loop.execute(action) }
  }

  /// Whether the timer has fired or been cancelled.
  var isSettled: Bool { state.load(ordering: .acquiring) != State.armed }

  private func settle(as outcome: UInt8) -> Bool {
    state.compareExchange(
      expected: State.armed, desired: outcome, ordering: .acquiringAndReleasing
    ).exchanged
  }
}
