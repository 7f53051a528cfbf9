// Who sent a request?

/// The other end of the connection a request came by; what a header claims has no part in it.
public enum EndpointPeer: Sendable, Hashable, CustomStringConvertible {
  /// An IP address in network order, 4 or 16 bytes, and the port there.
  case ip([UInt8], port: UInt16)
  /// A process of this machine, by a Unix-domain socket.
  case unix
  /// Not known: a request that another server hands over without saying.
  case unknown

  /// The address and port as text, IPv6 in brackets and not shortened.
  public var description: String {
    switch self {
    case .unix: "unix"
    case .unknown: "unknown"
    case .ip(let bytes, let port):
      bytes.count == 4 ? "\(IPAddress.text(of: bytes)):\(port)" : "[\(IPAddress.text(of: bytes))]:\(port)"
    }
  }
}
