// Where does a socket listen, and who is at its other end?

import ObservabilityPlatform

/// The address of a stream socket: IPv4, IPv6 or a Unix-domain path.
package enum SocketAddress: Sendable, Hashable {
  /// Four bytes in network order, as one number in host order.
  case v4(UInt32, port: UInt16)
  /// The first and last eight bytes, and the interface a link-local address belongs to (0: none).
  case v6(UInt64, UInt64, scope: UInt32, port: UInt16)
  /// A path in the file system; empty for a client that has bound none.
  case unix(path: String)

  /// The port, `nil` for a Unix-domain socket.
  package var port: UInt16? {
    switch self {
    case .v4(_, let port), .v6(_, _, _, let port): port
    case .unix: nil
    }
  }

  /// The IP address in network order: 4 or 16 bytes, none for a Unix-domain socket.
  package var ipBytes: [UInt8] {
    switch self {
    case .v4(let value, _): Self.bytes(of: value)
    case .v6(let high, let low, _, _): Self.bytes(of: high) + Self.bytes(of: low)
    case .unix: []
    }
  }

  private static func bytes<Value: FixedWidthInteger>(of value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// The form that `parse` reads: `127.0.0.1:9090`, `[::1]:9090`, `unix:/run/metrics.sock`.
  package var description: String {
    switch self {
    case .v4(_, let port): "\(host):\(port)"
    case .v6(_, _, _, let port): "[\(host)]:\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  /// The IP address as text, without brackets; the path of a Unix-domain socket.
  package var host: String {
    switch self {
    case .v4:
      return ipBytes.map { String($0) }.joined(separator: ".")
    case .v6(_, _, let scope, _):
      let bytes = ipBytes
      let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer -> String in
        buffer.initialize(repeating: 0)
        guard let base = buffer.baseAddress,
          inet_ntop(AF_INET6, bytes, base, socklen_t(buffer.count)) != nil
        else { return "::" }
        return String(cString: base)
      }
      return scope == 0 ? text : "\(text)%\(scope)"
    case .unix(let path):
      return path
    }
  }
}
