// Does an address accept a connection within a time?

import ObservabilityPlatform

/// Making a connection, and closing it.
enum TCPConnection {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Returns when a connection was accepted within `timeout`; looking up the host's name may take longer.
  static func attempt(
    host: String, port: Int, timeout: Duration, _ progress: RunProgress = .unheard
  ) async throws {
    let deadline = ContinuousClock.now.advanced(by: timeout)
    let addresses = try await NameLookup.addresses(of: host, port: port, progress)
    var last: Int32 = ETIMEDOUT
    for (index, address) in addresses.enumerated() {
      // A share of the time for each, so that a silent first address does not hide a second that works.
      let now = ContinuousClock.now
      let share = max(now.duration(to: deadline), .zero) / (addresses.count - index)
      last = await ConnectingSockets.shared.connect(to: address, until: now.advanced(by: share))
      if last == 0 { return }
    }
    throw Failure(description: "connect to \(host) port \(port): \(SystemError.text(last))")
  }

  /// On the loopback interface the system may choose the very port that is asked for as the sender's, and
  /// TCP then connects the socket to itself (RFC 9293, 3.5, simultaneous open). Nothing listens there.
  static func isConnectedToItself(_ descriptor: Int32) -> Bool {
    var own = sockaddr_storage()
    var peer = sockaddr_storage()
    let size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &own) { own in
      withUnsafeMutableBytes(of: &peer) { peer in
        guard let ownAddress = own.baseAddress?.assumingMemoryBound(to: sockaddr.self),
          let peerAddress = peer.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        else { return false }
        var (ownSize, peerSize) = (size, size)
        guard getsockname(descriptor, ownAddress, &ownSize) == 0,
          getpeername(descriptor, peerAddress, &peerSize) == 0
        else { return false }
        return own.elementsEqual(peer)
      }
    }
  }
}
