// Which addresses does a host have, by the system's resolver?

/// The system's resolver, asked for what a stream socket can be bound or connected to.
package enum Resolver {
  /// Why there is no address.
  package struct Failure: Error, Sendable {
    package let text: String

    package init(text: String) { self.text = text }
  }

  /// Passes each address of a host to `body`, in the order of the resolver. Blocks for as long as the resolver takes,
  /// unless `flags` has `AI_NUMERICHOST`.
  ///
  /// - Parameters:
  ///   - port: the port of the addresses; nil leaves it at 0.
  ///   - flags: of `getaddrinfo(3)`; a port is taken for a number anyway.
  ///   - body: is given a `sockaddr` of `family`, valid during the call.
  package static func forEachAddress(
    of host: String, port: Int? = nil, flags: Int32 = 0,
    _ body: (_ address: UnsafeMutablePointer<sockaddr>, _ length: socklen_t, _ family: Int32) -> Void
  ) throws(Failure) {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    hints.ai_flags = (port == nil ? 0 : AI_NUMERICSERV) | flags
    var list: UnsafeMutablePointer<addrinfo>?
    let service = port.map { String($0) }
    let code = getaddrinfo(host, service, &hints, &list)
    guard code == 0 else {
      throw Failure(text: gai_strerror(code).map { String(cString: $0) } ?? "error \(code)")
    }
    defer { if let list { freeaddrinfo(list) } }
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr {
        body(address, entry.pointee.ai_addrlen, entry.pointee.ai_family)
      }
      next = entry.pointee.ai_next
    }
  }
}
