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
    case .unix: return "unix"
    case .unknown: return "unknown"
    case .ip(let bytes, let port):
      if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") + ":\(port)" }
      var groups: [String] = []
      for index in stride(from: 0, to: bytes.count - 1, by: 2) {
        groups.append(String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16))
      }
      return "[\(groups.joined(separator: ":"))]:\(port)"
    }
  }
}
