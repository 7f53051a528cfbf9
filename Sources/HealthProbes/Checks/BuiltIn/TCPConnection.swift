// Does an address accept a connection within a time?

import ObservabilityPlatform

/// Making a connection, and closing it.
enum TCPConnection {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Returns when a connection was accepted within `timeout`. Blocks; resolving may take longer.
  static func attempt(host: String, port: Int, timeout: Duration) throws(Failure) {
    let deadline = ContinuousClock.now.advanced(by: timeout)
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = streamSocket
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0 else {
      let text = gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"
      throw Failure(description: "resolve \(host): \(text)")
    }
    defer { if let list { freeaddrinfo(list) } }

    var last: Int32 = ETIMEDOUT
    var untried = sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.count
    var next = list
    while let address = next {
      // A share of the time for each, so that a silent first address does not hide a second that works.
      let now = ContinuousClock.now
      let share = max(now.duration(to: deadline), .zero) / max(untried, 1)
      last = connectOnce(address.pointee, now.advanced(by: share))
      if last == 0 { return }
      untried -= 1
      next = address.pointee.ai_next
    }
    throw Failure(description: "connect to \(host) port \(port): \(SystemError.text(last))")
  }

  /// Returns 0 or an error number. The descriptor is closed in every case.
  private static func connectOnce(_ address: addrinfo, _ deadline: ContinuousClock.Instant) -> Int32 {
    let descriptor = socket(address.ai_family, address.ai_socktype, address.ai_protocol)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) >= 0 else {
      return errno
    }
    if connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
      // An interrupted connect goes on by itself.
      guard errno == EINPROGRESS || errno == EINTR else { return errno }
      let result = waitUntilConnected(descriptor, deadline)
      if result != 0 { return result }
    }
    return isConnectedToItself(descriptor) ? ECONNREFUSED : 0
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

  private static func waitUntilConnected(
    _ descriptor: Int32, _ deadline: ContinuousClock.Instant
  ) -> Int32 {
    while true {
      // Looked at once even when no time is left: a thread that was not run must not make a port look dead.
      let left = max(ContinuousClock.now.duration(to: deadline), .zero)
      let (seconds, attoseconds) = left.components
      let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000 + (left > .zero ? 1 : 0)
      var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let count = pollOnce(&poll, Int32(clamping: milliseconds))
      if count < 0, errno != EINTR { return errno }
      if count == 0, left == .zero { return ETIMEDOUT }
      guard count > 0 else { continue }
      var result: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &result, &size) == 0 else { return errno }
      return result
    }
  }

  private static func pollOnce(_ descriptor: inout pollfd, _ milliseconds: Int32) -> Int32 {
    poll(&descriptor, 1, milliseconds)
  }

  private static var streamSocket: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_STREAM.rawValue)
    #else
      SOCK_STREAM
    #endif
  }
}
