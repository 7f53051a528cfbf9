// What does each listener of a server have of its own?

import ObservabilitySockets

/// One listener of a server. Confined to its loop.
final class Door {
  let source: ListenerSource
  /// Its place among the listeners.
  let number: UInt8
  var listener: Listener
  /// The number of the wait that it is in for a newcomer to come in; nil when it is in none.
  var waitsSince: UInt64?
  /// Resumed when a connection has ended, or the drain has.
  let roomSignal = LoopSignal(isUrgent: true)

  init(_ source: ListenerSource, number: UInt8, listener: Listener) {
    self.source = source
    self.number = number
    self.listener = listener
  }

  /// What to bind anew when the listener has died: with the port that the system chose, if it did.
  var sourceAsBound: ListenerSource {
    guard case .address(_, let mode, let isIPv6Alone) = source else { return source }
    return .address(listener.boundAddress, mode: mode, isIPv6Alone: isIPv6Alone)
  }
}

extension Door: @unchecked Sendable {}
