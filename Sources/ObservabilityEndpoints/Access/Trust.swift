// Who may see details?

package import EndpointMessages

/// Decides by three things that a stranger cannot have all at once: the address, a path without anybody in between,
/// and a `Host` that no stranger's name server can answer for.
package struct Trust: Sendable {
  /// Why a request is not trusted.
  package enum Objection: Sendable, Hashable {
    /// The peer is on no trusted network.
    case address
    /// Somebody in between has passed it on, so that the peer's address says nothing about who asks.
    case forwarded
    /// It asks for a name that is not known here. A web page whose own name has come to mean this server's address
    /// (DNS rebinding) lets a trusted browser ask so.
    case host
  }

  private let networks: [IPNetwork]
  private let proxies: [IPNetwork]
  /// Compared byte by byte, in lower case.
  private let hostNames: [[UInt8]]

  /// - Parameters:
  ///   - networks: whose requests are trusted. Those of Unix sockets are: their permissions have already decided.
  ///   - proxies: whose forwarded requests count as their own.
  ///   - hostNames: what `Host` may be beside an IP address and `localhost`, as ``normalised(_:)`` gives them.
  package init(networks: [IPNetwork], proxies: [IPNetwork] = [], hostNames: [String] = []) {
    self.networks = networks
    self.proxies = proxies
    self.hostNames = (["localhost"] + hostNames).map { Array($0.utf8) }
  }

  /// Why a request is not trusted; nil when it is.
  ///
  /// - Parameter own: what a route trusts in place of the networks.
  package func objection(to request: EndpointRequest, on own: [IPNetwork]? = nil) -> Objection? {
    guard request.peer.isOn(own ?? networks) else { return .address }
    // Nothing is believed because of a field; without one nothing is gained.
    if request.headers.areForwarded, !request.peer.isProxy(of: proxies) { return .forwarded }
    // No browser asks by a Unix socket.
    guard request.peer != .unix else { return nil }
    guard let host = request.headers.soleHost, isKnown(host) else { return .host }
    return nil
  }

  /// Whether a browser on this machine asks by a name that is not known here: what everybody may read, a page whose own
  /// name has come to mean this machine could read too, and send elsewhere.
  package func isByReboundPage(_ request: EndpointRequest) -> Bool {
    guard request.peer != .unix, request.peer.isOn(IPNetwork.loopback) else { return false }
    if let host = request.headers.soleHost, isKnown(host) { return false }
    return request.headers.areFromBrowser
  }

  /// Whether `Host` is an IP address or a name that is known, with or without a port.
  private func isKnown(_ host: String) -> Bool {
    var host = host
    guard host.withUTF8({ RequestTarget.isAuthority($0) }) else { return false }
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return false }
      return IPAddress.bytes(of: String(host[host.index(after: host.startIndex)..<end])) != nil
    }
    let name = String(host.prefix { $0 != ":" })
    if IPAddress.bytes(of: name) != nil { return true }
    guard let name = Self.normalised(name) else { return false }
    return hostNames.contains { $0.elementsEqual(name.utf8) }
  }

  /// A host's name in lower case and without the dot of the root at its end; nil for what is none, such as one with a
  /// port.
  package static func normalised(_ name: String) -> String? {
    var bytes = name.utf8.map(\.lowercased)
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    guard !bytes.isEmpty, !bytes.contains(UInt8(ascii: ":")), !bytes.contains(UInt8(ascii: "[")),
      bytes.withUnsafeBufferPointer({ RequestTarget.isAuthority($0) })
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension EndpointPeer {
  /// Whether the peer is on one of these networks. A Unix socket's permissions have already decided; an unknown peer is
  /// on none.
  package func isOn(_ networks: [IPNetwork]) -> Bool {
    switch self {
    case .ip(let bytes, _): networks.contains { $0.contains(bytes) }
    case .unix: true
    case .unknown: false
    }
  }

  /// A Unix socket has no address to name a proxy by.
  fileprivate func isProxy(of proxies: [IPNetwork]) -> Bool { self != .unix && isOn(proxies) }
}
