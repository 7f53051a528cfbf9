// Where is a device?

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An address that a connection can be made to.
public struct Endpoint: Sendable {
  let family: Int32
  /// A `sockaddr` of that family.
  let bytes: [UInt8]

  /// The endpoint of an IP address; nil when the host is a name. Never blocks.
  public static func numeric(_ host: String, _ port: UInt16) -> Endpoint? {
    try? find(host, port, flags: AI_NUMERICHOST | AI_NUMERICSERV)
  }

  /// The endpoint of a name. Blocks for as long as the system's resolver does.
  public static func lookUp(_ host: String, _ port: UInt16) throws(ClientError) -> Endpoint {
    try find(host, port, flags: AI_NUMERICSERV)
  }

  /// The address in network order, 4 or 16 bytes.
  public var address: [UInt8] { Array(family == AF_INET ? bytes[4..<8] : bytes[8..<24]) }

  private static func find(_ host: String, _ port: UInt16, flags: Int32) throws(ClientError) -> Endpoint {
    // The system would take what stands before it.
    guard !host.utf8.contains(0) else { throw ClientError("look up: the name has a zero byte") }
    var hints = addrinfo()
    hints.ai_flags = flags
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, String(port), &hints, &found)
    defer { if let found { freeaddrinfo(found) } }
    guard code == 0 else { throw ClientError("look up \(host): \(String(cString: gai_strerror(code)))") }
    var next = found
    while let info = next?.pointee {
      if info.ai_family == AF_INET || info.ai_family == AF_INET6, let address = info.ai_addr {
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
        return Endpoint(family: info.ai_family, bytes: Array(bytes))
      }
      next = info.ai_next
    }
    throw ClientError("look up \(host): no address")
  }
}
