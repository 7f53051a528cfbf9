// How does a client's connection begin?

import ObservabilityPlatform
import CObservabilityShims

extension Connection {
  /// Connects to a listening socket.
  ///
  /// - Parameters:
  ///   - deadline: when to give up, `nil` for when the system does.
  ///   - onSocket: is given the descriptor, on the loop, before it is waited for: closing it ends the wait.
  /// - Throws: `SocketError` that names the address, or `CancellationError`.
  package static func connect(
    to address: SocketAddress, on loop: EventLoop, deadline: ContinuousClock.Instant? = nil,
    onSocket: @Sendable (Descriptor) -> Void = { _ in }
  ) async throws -> Connection {
    guard loop.isCurrent else {
      return try await withTaskExecutorPreference(loop) {
        try await connect(to: address, on: loop, deadline: deadline, onSocket: onSocket)
      }
    }
    let fd = mailobs_socket(address.family)
    guard fd >= 0 else { throw SocketError.systemCall("making a socket for \(address)", errno: -fd) }
    if case .unix = address {} else { systemSendAtOnce(fd) }
    let descriptor = Descriptor(fd, loop: loop)
    onSocket(descriptor)
    do {
      let status = address.withSystemAddress { begin(fd, $0, $1) }
      if status == EINPROGRESS || status == EINTR {
        try await check(
          descriptor.cancellableWait(.writing, until: loop.nanoseconds(of: deadline)),
          "connecting to \(address)")
        let outcome = pendingError(fd)
        guard outcome == 0 else { throw SocketError.systemCall("connecting to \(address)", errno: outcome) }
      } else if status != 0 {
        throw SocketError.systemCall("connecting to \(address)", errno: status)
      }
    } catch {
      descriptor.close()
      throw error
    }
    return Connection(descriptor, local: SocketAddress.local(of: fd) ?? address, peer: address)
  }

  private static func begin(_ fd: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    #if canImport(Darwin)
      Darwin.connect(fd, address, length) == 0 ? 0 : errno
    #elseif canImport(Musl)
      Musl.connect(fd, address, length) == 0 ? 0 : errno
    #else
      Glibc.connect(fd, address, length) == 0 ? 0 : errno
    #endif
  }

  private static func pendingError(_ fd: Int32) -> Int32 {
    var error: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
  }
}
