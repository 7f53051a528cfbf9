// Which address does a configuration's text name?

package import ObservabilityPlatform
import CObservabilityShims

extension SocketAddress {
  /// Reads `host:port`, `[v6]:port` or `unix:/path`.
  ///
  /// A host that is no IP address is looked up in the system's resolver, which may block: for use
  /// at start-up. Port 0 means any free port.
  ///
  /// - Throws: `SocketError` (`invalidAddress`) that names the text and what is wrong with it.
  package static func parse(_ text: String) throws(SocketError) -> SocketAddress {
    try parse(text, lookUp: lookUp)
  }

  /// Whether a text has the form of an address, whatever the resolver, which is not asked, knows of its host.
  package static func hasForm(_ text: String) -> Bool {
    let address = try? parse(text) { (_, port) throws(Resolver.Failure) in .v4(0, port: port) }
    return address != nil
  }

  private static func parse(
    _ text: String, lookUp: (String, UInt16) throws(Resolver.Failure) -> SocketAddress
  ) throws(SocketError) -> SocketAddress {
    func invalid(_ reason: String) -> SocketError {
      SocketError(.invalidAddress, "\"\(text)\" is no address to listen on: \(reason)")
    }
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard !path.isEmpty else { throw invalid("the path after \"unix:\" is empty") }
      guard !path.utf8.contains(0) else { throw invalid("the path contains a NUL byte") }
      guard path.utf8.count <= longestUnixPath else {
        throw invalid("the path is longer than \(longestUnixPath) bytes, the most a socket can have")
      }
      return .unix(path: path)
    }
    guard let colon = text.lastIndex(of: ":") else {
      throw invalid("expected host:port, [v6]:port or unix:/path")
    }
    let portText = text[text.index(after: colon)...]
    guard !portText.isEmpty, portText.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let port = UInt16(portText)
    else { throw invalid("the port \"\(portText)\" is not a number from 0 to 65535") }
    var host = String(text[..<colon])
    guard !host.isEmpty else {
      throw invalid("the host is missing; for every interface write 0.0.0.0:\(port) or [::]:\(port)")
    }
    guard !host.utf8.contains(0) else { throw invalid("the host contains a NUL byte") }
    if host.hasPrefix("[") {
      guard host.hasSuffix("]") else { throw invalid("the bracket around the IPv6 address is not closed") }
      host = String(host.dropFirst().dropLast())
      guard let address = numeric6(host, port: port) else { throw invalid("\"\(host)\" is no IPv6 address") }
      return address
    }
    if host.contains(":") { throw invalid("an IPv6 address needs brackets: [\(host)]:\(port)") }
    if let address = numeric4(host, port: port) { return address }
    do throws(Resolver.Failure) {
      return try lookUp(host, port)
    } catch {
      throw invalid("the host \"\(host)\" was not found: \(error.text)")
    }
  }

  /// The most bytes a socket's path can have on this system, its final NUL not counted.
  static var longestUnixPath: Int { MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1 }

  /// The address of an IPv4 host in text, nil when it is none.
  package static func numeric4(_ host: String, port: UInt16) -> SocketAddress? {
    var address = in_addr()
    guard inet_pton(AF_INET, host, &address) == 1 else { return nil }
    return .v4(UInt32(bigEndian: address.s_addr), port: port)
  }

  /// The address of an IPv6 host in text, with a zone or without and without brackets; nil when it is none.
  package static func numeric6(_ host: String, port: UInt16) -> SocketAddress? {
    var address = in6_addr()
    var scope: UInt32 = 0
    var literal = Substring(host)
    if let percent = host.firstIndex(of: "%") {
      let zone = String(host[host.index(after: percent)...])
      scope = UInt32(zone) ?? if_nametoindex(zone)
      guard scope != 0 else { return nil }
      literal = host[..<percent]
    }
    guard inet_pton(AF_INET6, String(literal), &address) == 1 else { return nil }
    return v6(address, scope: scope, port: port)
  }

  static func v6(_ address: in6_addr, scope: UInt32, port: UInt16) -> SocketAddress {
    let (high, low) = withUnsafeBytes(of: address) {
      (
        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
    return .v6(high, low, scope: scope, port: port)
  }

  /// The addresses of a host, in the order of the resolver; none is possible. Blocks for as long as the resolver takes.
  package static func lookUpAll(
    _ host: String, port: UInt16
  ) throws(Resolver.Failure) -> [SocketAddress] {
    var found: [SocketAddress] = []
    try Resolver.forEachAddress(of: host) { address, length, _ in
      if let address = SocketAddress(address, length: length) { found.append(address.replacing(port: port)) }
    }
    return found
  }

  private static func lookUp(_ host: String, port: UInt16) throws(Resolver.Failure) -> SocketAddress {
    let candidates = try lookUpAll(host, port: port)
    // IPv4 first: "localhost" then means what the default address, 127.0.0.1, means.
    let chosen = candidates.first { if case .v4 = $0 { true } else { false } } ?? candidates.first
    guard let chosen else { throw Resolver.Failure(text: "it has no address") }
    return chosen
  }

  private func replacing(port: UInt16) -> SocketAddress {
    switch self {
    case .v4(let value, _): .v4(value, port: port)
    case .v6(let high, let low, let scope, _): .v6(high, low, scope: scope, port: port)
    case .unix: self
    }
  }
}
