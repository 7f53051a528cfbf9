// How are connections accepted, and what becomes of the Unix socket's file?

import ObservabilityPlatform
import CObservabilityShims

/// A socket that listens. May be used from any thread; `accept()` by one task at a time.
package final class Listener: Sendable {
  /// The address with the port that the system chose where 0 was asked for.
  package let boundAddress: SocketAddress
  package let descriptor: Descriptor
  private let socketFile: UnixSocketFile?
  private let identity: UInt64
  private let acceptCall: @Sendable (Int32) -> (fd: Int32, peer: SocketAddress?)

  /// Binds and listens.
  ///
  /// For a Unix-domain socket, the file that a server which is gone has left behind is replaced; a
  /// file that is no socket, and a socket on which somebody still answers, are not. Its mode is set before anybody
  /// can connect. A socket of every IPv6 address (`[::]`) has IPv4 too, whatever the system's default is.
  ///
  /// - Parameters:
  ///   - bufferSize: bounds what the system keeps of each connection's bytes in either direction, about twice as
  ///     much with what it needs itself; nil leaves it to the system, which goes up to megabytes.
  ///   - accept: replaced by tests of what happens when the system refuses a connection; gives
  ///     the new descriptor or the negative error number.
  /// - Throws: `SocketError` that names the address and the reason.
  package convenience init(
    loop: EventLoop, address: SocketAddress, backlog: Int32 = 1024, bufferSize: Int32? = nil,
    accept: (@Sendable (Int32) -> (fd: Int32, peer: SocketAddress?))? = nil
  ) throws(SocketError) {
    try self.init(
      loop: loop, source: .address(address), backlog: backlog, bufferSize: bufferSize, accept: accept)
  }

  /// The same for an address with options, or a socket that listens already.
  package init(
    loop: EventLoop, source: ListenerSource, backlog: Int32 = 1024, bufferSize: Int32? = nil,
    accept: (@Sendable (Int32) -> (fd: Int32, peer: SocketAddress?))? = nil
  ) throws(SocketError) {
    let fd: Int32
    switch source {
    case .inherited(let socket):
      fd = try socket.duplicate()
      if let bufferSize { mailobs_bound_buffers(fd, bufferSize, bufferSize / 2) }
      // Whoever has bound it looks after its file.
      socketFile = nil
      boundAddress = SocketAddress.local(of: fd) ?? .unix(path: "")
      if boundAddress.port != nil { systemSendAtOnce(fd) }
    case .address(let address, let mode, let isIPv6Alone):
      (fd, socketFile) = try Self.open(
        address, mode: mode, isIPv6Alone: isIPv6Alone, backlog: backlog, bufferSize: bufferSize)
      if case .unix = address {
        boundAddress = address
      } else {
        boundAddress = SocketAddress.local(of: fd) ?? address
      }
    }
    identity = mailobs_identity(fd)
    descriptor = Descriptor(fd, loop: loop)
    acceptCall = accept ?? Self.systemAccept
  }

  /// Makes a socket that listens, and for a Unix socket its file.
  private static func open(
    _ address: SocketAddress, mode: UInt16?, isIPv6Alone: Bool, backlog: Int32, bufferSize: Int32?
  ) throws(SocketError) -> (Int32, UnixSocketFile?) {
    guard case .unix(let path) = address else {
      return try listening(
        address, mode: nil, isIPv6Alone: isIPv6Alone, backlog: backlog, bufferSize: bufferSize)
    }
    let lock = try FolderLock(ofPath: path)
    defer { lock.release() }
    return try listening(address, mode: mode, isIPv6Alone: false, backlog: backlog, bufferSize: bufferSize)
  }

  private static func listening(
    _ address: SocketAddress, mode: UInt16?, isIPv6Alone: Bool, backlog: Int32, bufferSize: Int32?
  ) throws(SocketError) -> (Int32, UnixSocketFile?) {
    let fd = mailobs_socket(address.family)
    guard fd >= 0 else { throw .systemCall("making a socket for \(address)", errno: -fd) }
    do throws(SocketError) {
      if case .unix = address {
      } else {
        _ = systemSetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
        // Those that are accepted inherit it.
        systemSendAtOnce(fd)
      }
      if case .v6 = address { _ = systemSetOption(fd, Int32(IPPROTO_IPV6), IPV6_V6ONLY, isIPv6Alone ? 1 : 0) }
      if let bufferSize { mailobs_bound_buffers(fd, bufferSize, bufferSize / 2) }
      var status = Self.bind(fd, address)
      if status == EADDRINUSE, case .unix(let path) = address {
        try UnixSocketFile.removeStale(path)
        status = Self.bind(fd, address)
      }
      guard status == 0 else { throw .systemCall("binding to \(address)", errno: status) }
      var socketFile: UnixSocketFile?
      if case .unix(let path) = address { socketFile = UnixSocketFile(path) }
      // Nobody can connect before listen(2), so nobody does with other permissions.
      if let mode, let socketFile, let number = socketFile.setMode(mode) {
        socketFile.remove()
        throw .systemCall("setting the mode of \(address)", errno: number)
      }
      guard listen(fd, backlog) == 0 else {
        let number = errno
        socketFile?.remove()
        throw .systemCall("listening on \(address)", errno: number)
      }
      return (fd, socketFile)
    } catch {
      systemClose(fd)
      throw error
    }
  }

  deinit {
    let (descriptor, socketFile, identity) = (descriptor, socketFile, identity)
    descriptor.loop.execute { Self.close(descriptor, socketFile, identity) }
  }

  /// Waits for the next connection.
  ///
  /// A connection that was reset before it could be accepted is skipped.
  ///
  /// - Throws: `SocketError`: `closed` once the listener is; `systemCall` when the system refuses, after
  ///   which accepting may be tried again (`AcceptFailure` says how); `CancellationError`.
  package func accept() async throws -> Connection {
    guard descriptor.loop.isCurrent else {
      return try await withTaskExecutorPreference(descriptor.loop) { try await self.accept() }
    }
    while true {
      switch acceptNow() {
      case .accepted(let connection):
        return connection
      case .wouldBlock:
        try await Connection.check(
          descriptor.cancellableWait(.reading, until: .max), "accepting on \(boundAddress)")
      case .failed(let errno):
        if AcceptFailure(errno: errno) == .connectionGone { continue }
        throw SocketError.systemCall("accepting on \(boundAddress)", errno: errno)
      }
    }
  }

  /// How many connections wait to be accepted, as far as the system tells. Confined to the loop.
  package var waitingConnections: Int {
    descriptor.isOpen ? Int(mailobs_waiting_connections(descriptor.fd)) : 0
  }

  /// Whether connections are to be accepted only when their peer has sent something; one that has not within a second
  /// is accepted all the same. Linux knows this, for TCP; elsewhere nothing changes. Confined to the loop.
  package func deferAccepting(_ isDeferred: Bool) {
    if descriptor.isOpen { mailobs_defer_accept(descriptor.fd, isDeferred ? 1 : 0) }
  }

  /// What one attempt to accept came to.
  package enum Attempt {
    case accepted(Connection)
    case wouldBlock
    case failed(Int32)
  }

  /// Accepts a connection if one is there. Confined to the loop.
  package func acceptNow() -> Attempt {
    guard descriptor.isOpen else { return .failed(EBADF) }
    while true {
      let (fd, peer) = acceptCall(descriptor.fd)
      if fd >= 0 {
        return .accepted(
          Connection(Descriptor(fd, loop: descriptor.loop), local: boundAddress, peer: peer))
      }
      switch -fd {
      case EINTR: continue
      case EAGAIN, EWOULDBLOCK: return .wouldBlock
      default: return .failed(-fd)
      }
    }
  }

  /// Whether a connection waits to be accepted. Confined to the loop.
  package var hasPending: Bool {
    guard descriptor.isOpen else { return false }
    var entry = pollfd(fd: descriptor.fd, events: PollEvents.input, revents: 0)
    return poll(&entry, 1, 0) == 1
  }

  /// Stops listening, ends a waiting `accept()`, and removes the Unix socket's file. Later calls do
  /// nothing.
  package func close() {
    let (descriptor, socketFile, identity) = (descriptor, socketFile, identity)
    let action: @Sendable () -> Void = { Self.close(descriptor, socketFile, identity) }
    if descriptor.loop.isCurrent { action() } else { descriptor.loop.execute(action) }
  }

  /// A number that the process has closed behind the listener's back may be somebody else's by now, and is left to
  /// them.
  private static func close(_ descriptor: Descriptor, _ socketFile: UnixSocketFile?, _ identity: UInt64) {
    // Before the socket: as long as that is open, no other file can have its number.
    socketFile?.remove()
    if descriptor.fd >= 0, mailobs_identity(descriptor.fd) != identity {
      descriptor.forget()
    } else {
      descriptor.close()
    }
  }

  private static func bind(_ fd: Int32, _ address: SocketAddress) -> Int32 {
    address.withSystemAddress { pointer, length in
      #if canImport(Darwin)
        Darwin.bind(fd, pointer, length) == 0 ? 0 : errno
      #elseif canImport(Musl)
        Musl.bind(fd, pointer, length) == 0 ? 0 : errno
      #else
        Glibc.bind(fd, pointer, length) == 0 ? 0 : errno
      #endif
    }
  }

  static let systemAccept: @Sendable (Int32) -> (fd: Int32, peer: SocketAddress?) = { listener in
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        let fd = mailobs_accept(listener, address, &length)
        guard fd >= 0 else { return (fd, nil) }
        return (
          fd, SocketAddress(address, length: min(length, socklen_t(MemoryLayout<sockaddr_storage>.size)))
        )
      }
    }
  }
}
