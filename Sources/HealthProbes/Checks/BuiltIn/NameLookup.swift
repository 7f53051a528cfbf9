// Which addresses does a name have?

import ObservabilityPlatform

/// An address that a stream socket can be connected to.
struct StreamAddress: Sendable {
  let family: Int32
  /// A `sockaddr` of that family.
  let bytes: [UInt8]
}

/// Looking up the addresses of a name.
enum NameLookup {
  /// The addresses of a host in the order of the resolver, at least one.
  ///
  /// An address in text is read at once. A name is looked up on a thread, for as long as the resolver takes.
  static func addresses(
    of host: String, port: Int, _ progress: RunProgress
  ) async throws -> [StreamAddress] {
    if let known = try ask(host, port, AI_NUMERICHOST) { return known }
    progress.waits(for: "a free thread to look up \(host)")
    let found = try await BlockingThreads.nameLookups.run(
      key: host, onBegin: { progress.waits(for: "the look-up of \(host)") },
      { try ask(host, port, 0) })
    progress.goesOn()
    return found ?? []
  }

  /// Nil when only an address is taken and the host is none. Blocks when a name is taken too.
  private static func ask(
    _ host: String, _ port: Int, _ flags: Int32
  ) throws(TCPConnection.Failure) -> [StreamAddress]? {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    hints.ai_flags = AI_NUMERICSERV | flags
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &list)
    if code != 0, flags != 0 { return nil }
    guard code == 0 else {
      let text = gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"
      throw TCPConnection.Failure(description: "resolve \(host): \(text)")
    }
    defer { if let list { freeaddrinfo(list) } }
    var addresses: [StreamAddress] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr {
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen))
        addresses.append(StreamAddress(family: entry.pointee.ai_family, bytes: Array(bytes)))
      }
      next = entry.pointee.ai_next
    }
    return addresses
  }
}
