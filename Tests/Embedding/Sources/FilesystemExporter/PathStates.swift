// Which paths hang, and what has the log heard of them?

import Synchronization

/// What is kept of paths from one scrape to the next, by their places in the list of them.
final class PathStates: Sendable {
  private struct State: Sendable {
    /// Whether it is being asked.
    var isAsked = false
    /// Whether somebody has waited for that in vain.
    var hangs = false
    /// Why it had no answer the last time; nil when it had one.
    var reason: String?
  }

  private let states: Mutex<[State]>

  init(count: Int) { states = Mutex([State](repeating: State(), count: count)) }

  /// It is being asked, by one call at a time.
  func begin(_ path: Int) { states.withLock { $0[path].isAsked = true } }

  /// It has answered, however late.
  func end(_ path: Int) {
    states.withLock { states in
      states[path].isAsked = false
      states[path].hangs = false
    }
  }

  /// It is waited for no longer. One that has not been asked yet does not hang for that.
  func giveUp(_ path: Int) { states.withLock { $0[path].hangs = $0[path].isAsked } }

  /// Whether it has not answered since it was given up.
  func hangs(_ path: Int) -> Bool { states.withLock { $0[path].hangs } }

  /// Whether this is another reason than the last time.
  func isNew(_ reason: String?, of path: Int) -> Bool {
    states.withLock { states in
      guard states[path].reason != reason else { return false }
      states[path].reason = reason
      return true
    }
  }
}
