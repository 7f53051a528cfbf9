// Which addresses does an endpoint have, when resolvers hang?

package import ObservabilityPlatform
package import ObservabilitySockets

extension BlockingThreads {
  /// For looking up the names of endpoints. A look-up that hangs holds its thread; those of the same name wait for it
  /// until their deadlines, so that there is one for a name.
  static let endpointLookUps = BlockingThreads(limit: 8, shareLimit: 1, queueLimit: 64)
}

extension ClientEndpoint {
  /// Looks a name up. May block.
  package typealias Resolve = @Sendable (String, UInt16) throws(Resolver.Failure) -> [SocketAddress]

  /// The system's resolver.
  package static let systemResolver: Resolve = { (host, port) throws(Resolver.Failure) in
    try SocketAddress.lookUpAll(host, port: port)
  }

  /// The most addresses that are tried of each family.
  private static let mostAddresses = 4

  /// The addresses to be tried, in their order. Nothing is blocked by a resolver that hangs.
  ///
  /// - Parameters:
  ///   - timer: what measures the limit. On a loop: that loop.
  ///   - onBegin: is given what ends the look-up as one of a client that is closed; from any thread.
  package func addresses(
    within limit: Duration, timer: any OneShotTimer, by resolve: @escaping Resolve = systemResolver,
    _ onBegin: (@escaping @Sendable () -> Void) -> Void = { _ in }
  ) async throws(ClientError) -> [SocketAddress] {
    guard case .name(let host, let port) = place else {
      if case .address(let address) = place { return [address] }
      return []
    }
    let found: OffLoopOutcome<[SocketAddress]> = await outcome(within: limit, timer: timer) { end in
      onBegin { end(.failed(ClientError.closed)) }
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
