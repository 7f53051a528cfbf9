// How does a client come to a connection, when names have several addresses and resolvers hang?

import ObservabilityPlatform
import ObservabilitySockets

extension BlockingThreads {
  /// For looking up the names of endpoints. A look-up that hangs holds its thread; those of the same name wait for it
  /// until their deadlines, so that there is one for a name.
  static let endpointLookUps = BlockingThreads(limit: 8, shareLimit: 1, queueLimit: 64)
}

extension RequesterCore {
  /// The most addresses that are tried of each family.
  private static let mostAddresses = 4

  /// A new connection, to the first address that takes it.
  func connect(until due: Int64) async throws(ClientError) -> Connection {
    let due = min(due, loop.clock().clampedAdding(max(0, configuration.deadlines.connect.clampedNanoseconds)))
    let addresses = try await addresses(until: due)
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

  private func addresses(until due: Int64) async throws(ClientError) -> [SocketAddress] {
    guard case .name(let host, let port) = endpoint.place else {
      if case .address(let address) = endpoint.place { return [address] }
      return []
    }
    let resolve = resolve
    let left = Duration.nanoseconds(due.clampedAdding(0 - loop.clock()))
    let found: OffLoopOutcome<[SocketAddress]> = await outcome(within: left, timer: loop) { end in
      endLookUp = { end(.failed(ClientError.closed)) }
      do throws(BlockingThreads.Refusal) {
        let id = try BlockingThreads.endpointLookUps.submit(key: host) {
          do throws(Resolver.Failure) {
            end(.finished(try resolve(host, port)))
          } catch {
            end(.failed(error))
          }
        }
        return { _ = BlockingThreads.endpointLookUps.withdraw(id) }
      } catch {
        end(.failed(error))
        return {}
      }
    }
    endLookUp = nil
    switch found {
    case .finished(let addresses):
      // The newer family first, and the other whatever the number of its addresses.
      let isNewer = { (address: SocketAddress) in if case .v6 = address { true } else { false } }
      return Array(addresses.filter(isNewer).prefix(Self.mostAddresses))
        + addresses.filter { !isNewer($0) }.prefix(Self.mostAddresses)
    case .deadlineExceeded: throw .timedOut(.resolving)
    case .failed(let error as Resolver.Failure): throw .unresolvable("looking up \(host): \(error.text)")
    case .failed(let error as ClientError): throw error
    case .failed(let error as BlockingThreads.Refusal): throw .unresolvable("looking up \(host): \(error)")
    case .failed: throw .cancelled
    }
  }
}
