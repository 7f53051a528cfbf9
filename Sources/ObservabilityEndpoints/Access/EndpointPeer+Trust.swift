// Who may see details?

package import EndpointMessages

extension EndpointPeer {
  /// Whether the peer is on one of these networks. A Unix socket's permissions have already decided; an unknown peer is
  /// on none. What headers claim plays no part.
  package func isTrusted(_ networks: [IPNetwork]) -> Bool {
    switch self {
    case .ip(let bytes, _): networks.contains { $0.contains(bytes) }
    case .unix: true
    case .unknown: false
    }
  }
}
