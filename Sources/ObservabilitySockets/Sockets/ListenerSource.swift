// What does a listener listen on: an address of its own, or a socket that whoever started the process has bound?

/// What a listener is made of.
package enum ListenerSource: Sendable, Hashable, CustomStringConvertible {
  /// A socket to be bound.
  ///
  /// - Parameters:
  ///   - mode: the permissions of a Unix socket's file; nil leaves them to the umask.
  ///   - isIPv6Alone: whether a socket of every IPv6 address leaves IPv4 to others; otherwise it has both.
  case address(SocketAddress, mode: UInt16? = nil, isIPv6Alone: Bool = false)
  /// A socket that listens already. The listener has a duplicate, so that closing it leaves the number alone.
  case inherited(InheritedSocket)

  package var description: String {
    switch self {
    case .address(let address, _, _): "\(address)"
    case .inherited(let socket): socket.name.isEmpty ? "systemd" : "systemd:\(socket.name)"
    }
  }

  /// The sources with sockets of every IPv6 address confined to IPv6 where another has the same port of IPv4: the two
  /// would be in each other's way.
  package static func withoutConflicts(_ sources: [ListenerSource]) -> [ListenerSource] {
    let ports = Set(
      sources.compactMap { source in
        if case .address(.v4(_, let port), _, _) = source, port > 0 { port } else { nil }
      })
    return sources.map { source in
      guard case .address(.v6(0, 0, let scope, let port), let mode, false) = source, ports.contains(port)
      else { return source }
      return .address(.v6(0, 0, scope: scope, port: port), mode: mode, isIPv6Alone: true)
    }
  }
}
