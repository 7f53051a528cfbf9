// What has a server done so far?

import ObservabilityPlatform
import ObservabilitySockets
import Synchronization

/// Counts of a server since it started, and its connections now.
package struct HTTPServerStatistics: Sendable {
  /// Connections that are open, the reserve included.
  package var connections = 0
  /// Those of them that are on the reserve.
  package var reserveConnections = 0
  /// Connections accepted.
  package var accepted: UInt64 = 0
  /// Requests that were read completely.
  package var requests: UInt64 = 0
  /// Connections closed to make room.
  package var evicted: UInt64 = 0
  /// Failures of accepting that were not the connection's own.
  package var acceptFailures: UInt64 = 0
  /// Refusals and ended connections by reason; a reason that has not occurred is absent.
  package var rejected: [HTTPRejectReason: UInt64] = [:]
}

/// The counts as the loop keeps them: written there only, read by any thread.
final class ServerCounters: Sendable {
  let connections = Atomic<Int>(0)
  let reserveConnections = Atomic<Int>(0)
  let accepted = Atomic<UInt64>(0)
  let requests = Atomic<UInt64>(0)
  let evicted = Atomic<UInt64>(0)
  let acceptFailures = Atomic<UInt64>(0)
  private let lock = Lock()
  nonisolated(unsafe) private var rejected: [HTTPRejectReason: UInt64] = [:]

  func reject(_ reason: HTTPRejectReason) {
    lock.withLock { rejected[reason, default: 0] += 1 }
  }

  func countRequest() {
    // One writer: no locked addition is needed.
    requests.store(requests.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
  }

  var snapshot: HTTPServerStatistics {
    var statistics = HTTPServerStatistics()
    statistics.connections = connections.load(ordering: .relaxed)
    statistics.reserveConnections = reserveConnections.load(ordering: .relaxed)
    statistics.accepted = accepted.load(ordering: .relaxed)
    statistics.requests = requests.load(ordering: .relaxed)
    statistics.evicted = evicted.load(ordering: .relaxed)
    statistics.acceptFailures = acceptFailures.load(ordering: .relaxed)
    statistics.rejected = lock.withLock { rejected }
    return statistics
  }
}
