// Who sent a request?

/// The other end of the connection a request came by; what a header claims has no part in it.
public enum EndpointPeer: Sendable, Hashable, CustomStringConvertible {
  /// An IP address in network order, 4 or 16 bytes, and the port there.
  case ip([UInt8], port: UInt16)
  /// A process of this machine, by a Unix-domain socket.
  case unix
  /// Not known: a request that another server hands over without saying.
  case unknown

  /// A peer by its address in network order. A socket of both families has IPv4 addresses inside IPv6: as the former they
  /// are what other sockets have, to whoever counts, compares or shows peers.
  package init(address: [UInt8], port: UInt16) { self = .ip(IPAddress.unmapped(address), port: port) }

  /// A peer by its address as text, IPv4 or IPv6, as servers give it: `192.0.2.7`, `2001:db8::7`, `fe80::1%eth0`; of a
  /// zone nothing is kept, and an IPv4 address inside IPv6 is the former. Nil when it is no address, with a port or in
  /// brackets too.
  public init?(ipAddress: String, port: UInt16 = 0) {
    let isZoned = ipAddress.utf8.contains(UInt8(ascii: ":"))
    let address = isZoned ? String(ipAddress.prefix { $0 != "%" }) : ipAddress
    guard let bytes = IPAddress.bytes(of: address) else { return nil }
    self.init(address: bytes, port: port)
  }

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
