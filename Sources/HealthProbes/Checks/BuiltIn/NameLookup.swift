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
    var addresses: [StreamAddress] = []
    do throws(Resolver.Failure) {
      try Resolver.forEachAddress(of: host, port: port, flags: flags) { address, length, family in
        let bytes = UnsafeRawBufferPointer(start: address, count: Int(length))
        addresses.append(StreamAddress(family: family, bytes: Array(bytes)))
      }
    } catch {
      if flags != 0 { return nil }
      throw TCPConnection.Failure(description: "resolve \(host): \(error.text)")
    }
    return addresses
  }
}
