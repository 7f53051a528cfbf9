// How does a client come to a connection, when names have several addresses?

import ObservabilityPlatform
import ObservabilitySockets

extension RequesterCore {
  /// A new connection, to the first address that takes it.
  func connect(until due: Int64) async throws(ClientError) -> Connection {
    let due = min(due, loop.clock().clampedAdding(max(0, configuration.deadlines.connect.clampedNanoseconds)))
    defer { endLookUp = nil }
    let addresses = try await endpoint.addresses(
      within: .nanoseconds(due.clampedAdding(0 - loop.clock())), timer: loop, by: resolve
    ) { endLookUp = $0 }
    var failure = ClientError.unresolvable("the host of \(endpoint.host) has no address")
    for (index, address) in addresses.enumerated() {
      // A share of the time for each, so that a silent first address does not hide a second that works.
      let left = due.clampedAdding(0 - loop.clock())
      guard left > 0 else { throw .timedOut(.connecting) }
      let share = Duration.nanoseconds(left / Int64(addresses.count - index))
      do {
        let connection = try await Connection.connect(
          to: address, on: loop, deadline: loop.now.advanced(by: share), onSocket: { self.socket = $0 })
        guard !isClosed else { throw ClientError.closed }
        // On the loopback interface the system may choose the very port that is asked for as the sender's, and TCP then
        // connects the socket to itself (RFC 9293, 3.5, simultaneous open). Nothing listens there.
        if case .unix = address { return connection }
        guard connection.local == address else { return connection }
        connection.close()
        failure = .refused("connecting to \(address): nothing listens there")
      } catch {
        if isClosed { throw .closed }
        guard let error = error as? SocketError else { throw .cancelled }
        if error.code == .closed { throw .closed }
        failure =
          error.code == .deadlineExceeded ? .timedOut(.connecting) : .refused(error.message)
      }
    }
    throw failure
  }
}
